// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How images are looked into beside the requests.
///
/// @param folder where verdicts are kept; absent: only in memory
/// @param workers images that are looked into at a time
/// @param queue images that wait for a worker
/// @param remembered verdicts, and likewise tags and failures; the ones not asked for longest go first
/// @param tagFresh how long a tag is taken to stand for the same image without asking
/// @param tagStale how long it is so taken while it is asked for again
/// @param firstRetry after a failure that may pass; doubled with each
/// @param longestRetry between two attempts
public record InspectionOptions(
        Optional<Path> folder,
        int workers,
        int queue,
        int remembered,
        Duration tagFresh,
        Duration tagStale,
        Duration firstRetry,
        Duration longestRetry) {
    public static InspectionOptions of(Optional<Path> folder) {
        return new InspectionOptions(
                folder,
                2,
                1000,
                10_000,
                Duration.ofSeconds(60),
                Duration.ofMinutes(10),
                Duration.ofSeconds(5),
                Duration.ofMinutes(10));
    }
}
