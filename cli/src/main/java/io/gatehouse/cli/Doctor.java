// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.GuardProgram;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.kernel.Machine;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a kernel can do for us, in lines.
final class Doctor {
    private Doctor() {}

    /// One line a rule, with what it is worth here and what it does not cover.
    static List<String> guarantees(KernelSide kernel) {
        var lines = new ArrayList<String>();
        lines.add("kernel " + Machine.kernelRelease() + ", libbpf " + Machine.libbpfVersion() + ", decides by "
                + (kernel.whyNotLsm().isEmpty() ? "LSM, before the act" : "tracepoints, by SIGKILL"));
        kernel.whyNotLsm().ifPresent(why -> lines.add("  no inline denial: " + why));
        for (var rule : RuntimeRule.values()) {
            lines.add("  %-26s %s%s"
                    .formatted(
                            rule.text(),
                            kernel.guarantee(rule).text(),
                            kernel.decidedBy(rule).map(Doctor::by).orElse("")));
            if (rule == RuntimeRule.WRITE_ROOT && kernel.guarantee(rule) != Guarantee.PREVENTED) {
                lines.add("  %-26s   or prevented by a read-only mount, where a policy says 'rootMount: readOnly'"
                        .formatted(""));
            }
            kernel.gaps(rule).forEach(gap -> lines.add("  %-26s   but %s".formatted("", gap)));
        }
        return lines;
    }

    private static String by(Backend backend) {
        return switch (backend) {
            case LSM -> " by LSM";
            case CGROUP -> " by a program of cgroups";
            case FANOTIFY -> " by the agent (fanotify)";
            case TRACEPOINT -> " by a tracepoint";
            case AGENT -> " by the agent";
        };
    }

    /// How events for rules are heard here, and what is not.
    static List<String> watch(KernelWatch watch) {
        var lines = new ArrayList<String>();
        lines.add("system calls for rules are heard by " + watch.carrier());
        watch.gaps().forEach(gap -> lines.add("  but " + gap));
        return lines;
    }

    /// One line a program of the backend in force.
    static List<String> programs(KernelSide kernel) {
        return Arrays.stream(GuardProgram.values())
                .filter(program -> (program.backend() == Backend.LSM) == (kernel.backend() == Backend.LSM))
                .map(program -> "  %-26s %s"
                        .formatted(
                                program.hook(),
                                kernel.refused().containsKey(program.program())
                                        ? "refused: "
                                                + kernel.refused()
                                                        .get(program.program())
                                                        .lines()
                                                        .findFirst()
                                                        .orElse("")
                                        : "loads"))
                .toList();
    }
}
