// SPDX-License-Identifier: Apache-2.0
/// What the API server's audit log holds, and whether that is enough for the rules.
package io.gatehouse.cli.audit;
