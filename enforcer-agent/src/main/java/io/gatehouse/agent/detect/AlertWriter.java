// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.RootMounts;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.events.Act;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Says, for one event, which policies were breached and what each one's verdict was worth.
public final class AlertWriter {
    private static final String BRAKED = "; not stopped, for the node's brake is on";

    private final KernelSide kernel;

    public AlertWriter(KernelSide kernel) {
        this.kernel = kernel;
    }

    /// One alert for every rule of every policy breached, in the order of rules and policies.
    public List<Alert> alerts(KernelEvent event, Governed governed) {
        var alerts = new ArrayList<Alert>();
        for (var rule : RuntimeRule.values()) {
            int violated = event.violated().get(rule.ordinal());
            for (int bit = 0; bit < governed.policies().size(); bit++) {
                if ((violated & 1 << bit) != 0) {
                    alerts.add(alert(event, governed, rule, governed.policies().get(bit)));
                }
            }
        }
        return alerts;
    }

    /// What a policy asks and this container cannot be given.
    public Alert gap(Governed governed, Governed.Gap gap, Instant time) {
        return new Alert(
                time,
                gap.policy().name(),
                gap.rule().text(),
                gap.policy().mode(),
                Verdict.REPORT,
                Guarantee.REPORTED,
                "not kept as written: " + gap.reason(),
                Optional.empty(),
                Optional.of(governed.container().facts()),
                governed.container().podFacts());
    }

    private Alert alert(KernelEvent event, Governed governed, RuntimeRule rule, WorkloadPolicy policy) {
        var action = rule == RuntimeRule.SELF
                ? Action.DENY
                : rule.asked(policy.runtime().orElseThrow()).orElse(Action.REPORT);
        return new Alert(
                BootClock.timeOfDay(event.timeNs()),
                policy.name(),
                rule.text(),
                isBraked(event, policy, action) ? Mode.AUDIT : policy.mode(),
                verdict(action),
                guarantee(event, rule, policy, action),
                message(event, rule, policy) + (isBraked(event, policy, action) ? BRAKED : ""),
                Optional.of(process(event)),
                Optional.of(governed.container().facts()),
                governed.container().podFacts());
    }

    /// The policy stops, and the verdict did not: the node's brake was on.
    private static boolean isBraked(KernelEvent event, WorkloadPolicy policy, Action action) {
        return event.verdict() == Verdict.REPORT && policy.mode() == Mode.ENFORCE && action != Action.REPORT;
    }

    /// In audit mode too: it is the verdict that would have been.
    private static Verdict verdict(Action action) {
        return switch (action) {
            case REPORT -> Verdict.REPORT;
            case DENY -> Verdict.DENY;
            case KILL -> Verdict.KILL;
        };
    }

    private Guarantee guarantee(KernelEvent event, RuntimeRule rule, WorkloadPolicy policy, Action action) {
        if (action == Action.REPORT) {
            return Guarantee.REPORTED;
        }
        if (policy.mode() == Mode.AUDIT || isBraked(event, policy, action)) {
            return rule == RuntimeRule.WRITE_ROOT && RootMounts.wouldAsk(policy)
                    ? Guarantee.PREVENTED
                    : kernel.guarantee(rule);
        }
        return event.backend().guarantee();
    }

    private static String message(KernelEvent event, RuntimeRule rule, WorkloadPolicy policy) {
        var act = HostActs.object(event, rule)
                .or(() -> NetworkWords.object(event)
                        .or(() -> CodeWords.object(event))
                        .map(object -> event.act().words() + " " + object))
                .orElseGet(() -> fileAct(event));
        return act + " by " + doer(event) + ": " + reason(event, rule, policy);
    }

    private static String fileAct(KernelEvent event) {
        var path = event.path().isEmpty() ? "an unnamed file" : event.path();
        return event.act().words() + " " + path + (event.pathComplete() ? "" : " (path cut)");
    }

    /// Once a program is in place the process has its name, so who started it is its parent.
    private static String doer(KernelEvent event) {
        var parents = event.actor().parents();
        boolean inPlace = event.act() == Act.EXEC && event.backend().guarantee() == Guarantee.KILLED;
        return inPlace && !parents.isEmpty()
                ? parents.getFirst().name()
                : event.actor().name();
    }

    private static String reason(KernelEvent event, RuntimeRule rule, WorkloadPolicy policy) {
        var file = event.file();
        return switch (rule) {
            case PROCESS_ALLOW -> "not among the programs that processes.allow names";
            case PROCESS_FROM_IMAGE -> {
                if (file.unlinked()) {
                    yield "not a file of the image: no name leads to it (memory or deleted)";
                }
                yield file.overlay() && file.upper()
                        ? "not a file of the image: written or changed since the container was made"
                        : "not a file of the image: it lies on another file system";
            }
            case WRITE_ROOT ->
                event.act() == Act.OPEN_FOR_WRITING
                        ? "the root file system may not be written"
                        : "the root file system may not be changed";
            case WRITE_VOLUMES -> "it lies on no volume that the container's author declared to be written";
            case WRITE_FORBID -> "writes.forbid names it, or a directory above it";
            case READ_FORBID -> "reads.forbid names it, or a directory above it";
            case DEVICES -> "no block device may be opened, and no device node made";
            case CONNECT, BIND, LISTEN -> NetworkWords.reason(event, rule, policy);
            case MOUNTS -> "what is mounted, and the root directory, may not change";
            case NAMESPACES -> "no namespace may be made or joined";
            case MODULES -> "no code may be loaded into the kernel";
            case BPF -> "neither bpf() nor perf_event_open() may be used";
            case IO_URING -> "no ring of io_uring may be made, nor one used with more than its user's rights";
            case SELF -> "the agent and what is its own are kept from containers under an enforced policy";
            case PROCESS_FORBID, INTERPRETERS, MEMORY, PTRACE, CAPABILITIES -> CodeWords.reason(event, rule);
            default -> "forbidden by " + rule.text();
        };
    }

    private static Alert.ProcessFacts process(KernelEvent event) {
        var actor = event.actor();
        return new Alert.ProcessFacts(
                event.exe().isEmpty() ? actor.name() : event.exe(),
                event.args(),
                event.argsComplete(),
                actor.pid(),
                actor.uid(),
                actor.parents());
    }
}
