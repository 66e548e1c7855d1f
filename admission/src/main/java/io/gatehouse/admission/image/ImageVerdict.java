// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.Digest;
import java.util.List;

/// What was found in an image.
///
/// @param image what the reference stood for: a manifest, or an index of several
/// @param evidence the worst first, then by path; at most [#MAX_EVIDENCE]
/// @param omitted how much more evidence there is
/// @param decided whether any of it, listed or omitted, decides
/// @param layers that were read
/// @param bytes of them, as stored
public record ImageVerdict(
        Digest image, List<Evidence> evidence, int omitted, boolean decided, int layers, long bytes) {
    public static final int MAX_EVIDENCE = 200;

    public ImageVerdict {
        evidence = List.copyOf(evidence);
    }

    static ImageVerdict of(Digest image, List<Evidence> all, int layers, long bytes) {
        int told = Math.min(all.size(), MAX_EVIDENCE);
        return new ImageVerdict(
                image,
                all.subList(0, told),
                all.size() - told,
                all.stream().anyMatch(e -> e.kind().decides()),
                layers,
                bytes);
    }

    /// No shell, no package manager or its database, no setuid program. Interpreters and the like are remarks.
    public boolean distroless() {
        return !decided;
    }
}
