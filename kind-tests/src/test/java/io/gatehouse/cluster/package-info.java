// SPDX-License-Identifier: Apache-2.0
/// The product in a real cluster, one package a story.
///
/// `KUBECONFIG` names the cluster; without it a k3s is started where a container engine answers; else every story is
/// skipped with the reason. A story works in a namespace of its own and judges only that one. The webhook runs in the
/// test's virtual machine; where the API server does not run on this host, `GATEHOUSE_WEBHOOK_HOST` is the address of
/// this host that it reaches.
package io.gatehouse.cluster;
