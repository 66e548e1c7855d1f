// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

/// What became of the audit events since the start.
///
/// @param events handled, each once
/// @param repeated sent again and left out
/// @param broken parts of a request that were no event
/// @param failed events that could not be handled, by a failure of our own
/// @param matches of rules
/// @param failedOpen requests that the API server let through while the gate did not answer
/// @param unjudged those of them whose object the audit policy left out
/// @param unseen changes whose request the audit policy left out, though rules ask for it
/// @param sentAway requests that found no room and were asked to come again
public record AuditCounts(
        long events,
        long repeated,
        long broken,
        long failed,
        long matches,
        long failedOpen,
        long unjudged,
        long unseen,
        long sentAway) {}
