// SPDX-License-Identifier: Apache-2.0
/// From policy text to the snapshot that gate and agent decide by.
///
/// Main path: [PolicyCompiler#compile] and its table of passes, which [Compile] walks: rules files are
/// told from policies ([RulesFiles]) and compiled by `engine.rule`; policies are read, then heading
/// ([PolicyHeading]), names ([PolicyNames]), shape by the JSON Schema ([PolicyShape]), build
/// ([PolicyBuilder], [ResponseBuilder]), cross-checks ([CrossChecks], [ResponseChecks]), plan ([Planner]:
/// who keeps which part of a policy). Then [Snapshot#select] for every decision, by the [PolicyIndex]
/// made here. Pure: no clock, files, threads or network.
package io.gatehouse.engine.policy;
