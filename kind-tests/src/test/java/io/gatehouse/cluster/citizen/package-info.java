// SPDX-License-Identifier: Apache-2.0
/// `gatehouse admission --cluster`: policies that are objects, their status, the leader, the scan and its
/// reports, Events, exemptions and labels of namespaces; all of it with the rights of `deploy/cluster`
/// and no more.
package io.gatehouse.cluster.citizen;
