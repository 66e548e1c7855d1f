// SPDX-License-Identifier: Apache-2.0
/// From policy text to the snapshot that gate and agent decide by.
///
/// Main path: [PolicyCompiler#compile]: read, heading ([PolicyHeading]), names ([PolicyNames]), shape by the JSON
/// Schema ([PolicyShape]), build ([PolicyBuilder]), cross-checks ([CrossChecks]), digest ([Digest]). Then
/// [Snapshot#select] for every decision. Pure: no clock, files, threads or network.
package io.gatehouse.engine.policy;
