// SPDX-License-Identifier: Apache-2.0
/// The node process: [Agent] is its main path.
///
/// One platform thread, `gatehouse-ring`, reads the ring and owns everything in `enforce` and `detect`; other threads
/// hand it snapshots through one volatile field and ring its bell. It never waits for an output.
package io.gatehouse.agent;
