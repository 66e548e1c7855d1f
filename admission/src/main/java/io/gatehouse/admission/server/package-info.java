// SPDX-License-Identifier: Apache-2.0
/// The webhook on the wire: HTTPS in front of the judge, its certificate, its registration.
///
/// Threads: event loops read and write and never judge; a fixed number of `gatehouse-review` threads judge, fed by a
/// bounded queue; one `gatehouse-gate-alerts` thread hands alerts on, fed by another. Whatever fails here is answered
/// with a status and a text of its own, never with something that could be taken for a policy's denial.
package io.gatehouse.admission.server;
