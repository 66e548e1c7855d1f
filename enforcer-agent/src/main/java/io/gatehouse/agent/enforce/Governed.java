// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.enforce.KernelRules.Masks;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A container and the rules that are in force for it: one generation, immutable.
///
/// @param rules number of the rules in the kernel; 0: no policy asks anything
/// @param rootDev of its root file system, kernel encoding
/// @param policies that govern it; the place in the list is the policy's bit
/// @param masks by rule
/// @param held directories kept open so that their inode numbers stay theirs
/// @param gaps what a policy asks and cannot be kept for this container
/// @param settled false where its mounts were not in place yet, and the rules are to be made again once they are
public record Governed(
        Container container,
        int slot,
        int rules,
        int rootDev,
        List<WorkloadPolicy> policies,
        List<Masks> masks,
        List<Allowed> allowed,
        List<OpenedFile> held,
        List<Gap> gaps,
        boolean settled) {
    private static final Set<RuntimeRule> FILE_RULES = Set.of(
            RuntimeRule.WRITE_ROOT, RuntimeRule.WRITE_VOLUMES, RuntimeRule.WRITE_FORBID, RuntimeRule.READ_FORBID);

    public Governed {
        policies = List.copyOf(policies);
        masks = List.copyOf(masks);
        allowed = List.copyOf(allowed);
        held = List.copyOf(held);
        gaps = List.copyOf(gaps);
    }

    /// With what cannot be kept though the rules are in force.
    Governed withGaps(List<Gap> more) {
        var all = new LinkedHashSet<>(gaps);
        all.addAll(more);
        return new Governed(container, slot, rules, rootDev, policies, masks, allowed, held, List.copyOf(all), settled);
    }

    Governed withOnlyGaps(List<Gap> only) {
        return new Governed(container, slot, rules, rootDev, policies, masks, allowed, held, only, settled);
    }

    /// Whether some policy asks about files.
    boolean asksOfFiles() {
        return rules != 0
                && FILE_RULES.stream()
                        .anyMatch(rule -> masks.get(rule.ordinal()).all() != 0);
    }

    /// Whether what was asked about files before is what is asked now, of the same ones.
    boolean asksOfFilesAs(Governed before) {
        return rules != 0
                && before.rules != 0
                && rootDev == before.rootDev
                && FILE_RULES.stream()
                        .allMatch(rule -> masks.get(rule.ordinal()).equals(before.masks.get(rule.ordinal())))
                && new HashSet<>(allowed).equals(new HashSet<>(before.allowed));
    }

    /// Whether something that may not be written, or a directory on the way to it, is no longer where it was when the
    /// rules were made. Each is told once.
    boolean lostAName() {
        boolean lost = false;
        for (var file : held) {
            lost |= file.wasMoved();
        }
        return lost;
    }

    /// @param reason one sentence, to be told once
    public record Gap(WorkloadPolicy policy, RuntimeRule rule, String reason) {}

    /// Whether a breach is stopped: some policy that enforces asks for more than a report.
    boolean stops(RuntimeRule rule, int violated) {
        var mask = masks.get(rule.ordinal());
        return (violated & (mask.deny() | mask.kill())) != 0;
    }
}
