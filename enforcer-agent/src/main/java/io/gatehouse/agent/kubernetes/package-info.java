// SPDX-License-Identifier: Apache-2.0
/// The agent as a citizen of a cluster: what it follows of it, and what it remembers while the API server is away.
///
/// Words: what is *told* came from the API server since this process began; what is *remembered* was told to an agent
/// before, and counts until it is told anew.
///
/// Threads: the library's own for watches; `gatehouse-node-cluster` connects, feeds changes on and writes the memory.
/// Nothing here decides anything, and nobody who asks waits for the network.
package io.gatehouse.agent.kubernetes;
