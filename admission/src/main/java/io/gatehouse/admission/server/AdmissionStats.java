// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

/// What the webhook has done since it started.
///
/// @param reviews decided: allowed, warned and denied together
/// @param waited not decided yet, to be asked again
/// @param malformed requests that were not understood
/// @param errors failures of our own
/// @param overloaded sent away to ask again
/// @param late not decided before the caller stopped waiting
/// @param alertsLost dropped because nobody took them in time
public record AdmissionStats(
        long reviews,
        long denied,
        long warned,
        long waited,
        long malformed,
        long errors,
        long overloaded,
        long late,
        long alertsLost) {}
