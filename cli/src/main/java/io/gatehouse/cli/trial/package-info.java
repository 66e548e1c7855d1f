// SPDX-License-Identifier: Apache-2.0
/// `gatehouse policy test`: examples that lie beside policies and rules are put to the test.
///
/// Main path: [Trials#find] reads a tree of folders into [Trial]s, each [Trial#run] gives an [Outcome],
/// [TrialReport] and [JUnitXml] print them. A trial knows nothing of another and reads only the files it
/// names.
package io.gatehouse.cli.trial;
