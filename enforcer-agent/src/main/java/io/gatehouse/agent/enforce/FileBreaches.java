// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelSide.Identity;
import java.util.ArrayList;
import java.util.List;

/// What the kernel decides of a file (lib/files.h), decided here for a file that the agent found.
final class FileBreaches {
    private FileBreaches() {}

    enum Use {
        WRITES,
        READS
    }

    static List<Integer> none() {
        var violated = new ArrayList<Integer>();
        for (var _ : RuntimeRule.values()) {
            violated.add(0);
        }
        return violated;
    }

    /// By rule, the policies that are breached by what is done to a file or below a directory.
    static List<Integer> of(Governed governed, Identity identity, Use use) {
        var violated = none();
        if (use == Use.READS) {
            add(violated, governed, RuntimeRule.READ_FORBID, ~identity.readForbidden());
            return violated;
        }
        if (identity.dev() == governed.rootDev()) {
            add(violated, governed, RuntimeRule.WRITE_ROOT, identity.below());
        } else if (!identity.apart()) {
            add(violated, governed, RuntimeRule.WRITE_VOLUMES, identity.below() | identity.volume());
        }
        add(violated, governed, RuntimeRule.WRITE_FORBID, ~identity.writeForbidden());
        return violated;
    }

    /// A change of which nothing is known but that it happened.
    static List<Integer> ofUnknownChange(Governed governed) {
        var violated = none();
        add(violated, governed, RuntimeRule.WRITE_ROOT, 0);
        add(violated, governed, RuntimeRule.WRITE_VOLUMES, 0);
        add(violated, governed, RuntimeRule.WRITE_FORBID, 0);
        return violated;
    }

    static boolean any(List<Integer> violated) {
        return violated.stream().anyMatch(policies -> policies != 0);
    }

    static void add(List<Integer> violated, Governed governed, RuntimeRule rule, int satisfied) {
        int asked = governed.masks().get(rule.ordinal()).all();
        violated.set(rule.ordinal(), violated.get(rule.ordinal()) | asked & ~satisfied);
    }
}
