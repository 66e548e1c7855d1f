// SPDX-License-Identifier: Apache-2.0
/// The gate as a citizen of a cluster: the one place where the cluster process asks the API server.
///
/// Words: *followed* policies are objects in the cluster, told by watches; the *leader* is the one replica that writes
/// status, scans and reports; a *scan* judges what runs already; a *telling* is one Event about one denial.
///
/// Threads: the library's own for watches; one virtual thread each for feeding changes on, for electing the leader, for
/// the leader's work and for tellings. No review ever waits for any of them, and none of them decides anything about a
/// request: what is scanned is judged by the same judge, and only told.
///
/// Never writes a `spec`, never deletes what it did not make.
package io.gatehouse.admission.kubernetes;
