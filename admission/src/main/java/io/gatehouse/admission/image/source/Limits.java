// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.time.Duration;

/// How much of one image is read before it counts as too large to be known.
///
/// @param documentBytes of a manifest, an index or a configuration
/// @param layers the runtimes themselves take no more than 127
/// @param packedBytes of all layers as they are stored
/// @param unpackedBytes of all layers as they are laid out
/// @param entries in all layers
/// @param kept entries that matter to a verdict, which are held in memory until it is reached
/// @param longest all of it may take
/// @param stall how long a source may send nothing
public record Limits(
        int documentBytes,
        int layers,
        long packedBytes,
        long unpackedBytes,
        long entries,
        int kept,
        Duration longest,
        Duration stall) {
    private static final long GIB = 1L << 30;

    public static final Limits DEFAULT = new Limits(
            4 * 1024 * 1024,
            127,
            10 * GIB,
            20 * GIB,
            2_000_000,
            200_000,
            Duration.ofMinutes(10),
            Duration.ofSeconds(30));
}
