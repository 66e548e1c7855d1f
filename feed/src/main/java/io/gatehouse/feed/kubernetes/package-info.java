// SPDX-License-Identifier: Apache-2.0
/// What gate and agent both follow of a cluster: policies that are objects, and what namespaces chose by label.
///
/// Words: *followed* policies are objects in the cluster, told by watches. What was told stays known while the API
/// server is away.
///
/// Threads: the library's own for watches; one virtual thread for feeding changes on. Nobody who asks waits.
///
/// Never writes anything into the cluster; never decides anything.
package io.gatehouse.feed.kubernetes;
