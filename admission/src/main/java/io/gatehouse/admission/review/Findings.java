// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import java.util.ArrayList;
import java.util.List;

/// What the policies find in an object, in the order of the manifest.
///
/// @param told what counts, and what is only told
/// @param exempted what an exemption takes out of that
public record Findings(List<Finding> told, List<Exempted> exempted) {
    public static final Findings NONE = new Findings(List.of(), List.of());

    public Findings {
        told = List.copyOf(told);
        exempted = List.copyOf(exempted);
    }

    /// These, and behind them those of another pod of the same object.
    public Findings and(Findings more) {
        if (equals(NONE)) {
            return more;
        }
        var all = new ArrayList<>(told);
        all.addAll(more.told);
        var allExempted = new ArrayList<>(exempted);
        allExempted.addAll(more.exempted);
        return new Findings(all, allExempted);
    }

    /// These, and behind them others that no exemption is about.
    public Findings and(List<Finding> more) {
        if (more.isEmpty()) {
            return this;
        }
        var all = new ArrayList<>(told);
        all.addAll(more);
        return new Findings(all, exempted);
    }
}
