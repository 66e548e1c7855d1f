// SPDX-License-Identifier: Apache-2.0
/// Recorded events on the command line: `gatehouse replay` puts them to rules, `gatehouse capture` prints, filters and
/// copies them.
///
/// Main path of a replay: [Recording#of] says what a file is, [Replay] binds the rules to its kind of
/// events and is told of each match.
package io.gatehouse.cli.replay;
