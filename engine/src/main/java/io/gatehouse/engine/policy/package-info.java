// SPDX-License-Identifier: Apache-2.0
/// From policy text to the snapshot that gate and agent decide by.
///
/// Main path: [PolicyCompiler#compile]. Pure: no clock, files, threads or network.
package io.gatehouse.engine.policy;
