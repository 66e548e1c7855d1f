// SPDX-License-Identifier: Apache-2.0
/// Where policies come from, and the one snapshot everybody reads.
///
/// Words: the *folder* holds policy files; a *load* reads all of it; a load is either *in force* (compiled, published)
/// or *refused* (the snapshot before it stays). Main path: [PolicyFeed#open], then [PolicyFeed#current] for every
/// decision.
///
/// Threads: each feed owns one virtual thread, `gatehouse-policy-feed`, which waits for changes, loads and calls the
/// listener. `current` is one volatile read and never waits. One lock orders loads; the listener is called under it, so
/// it hears of snapshots in the order they came into force.
///
/// Never decides anything about a workload, never writes into the folder, never publishes part of a folder.
package io.gatehouse.feed;
