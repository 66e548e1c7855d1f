// SPDX-License-Identifier: Apache-2.0
/// What people read: denials and warnings as the real kubectl prints them, kept as scenes beside the tests.
package io.gatehouse.cluster.texts;
