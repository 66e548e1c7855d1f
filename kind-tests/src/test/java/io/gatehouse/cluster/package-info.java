// SPDX-License-Identifier: Apache-2.0
/// The product in a real cluster, one package a story.
///
/// `KUBECONFIG` names the cluster; without it a k3s is started where a container engine answers; else every story is
/// skipped with the reason. What people would type is typed into the real `kubectl`: `KUBECTL` names it, else it is
/// looked for in `PATH`. A [io.gatehouse.cluster.Story] works in namespaces of its own, has its gate judge only those,
/// and takes away what it made, but for the definitions of policies.
///
/// The [io.gatehouse.cluster.Gate] is the command `gatehouse admission` in a process of its own on this machine; where
/// the API server does not run on this host, `GATEHOUSE_WEBHOOK_HOST` is the address of this host that it reaches.
/// Nothing here needs a node: what would run stays pending.
package io.gatehouse.cluster;
