// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// How one policy counts for one pod on one day: in which mode each of its controls is, and which it need
/// not keep.
/// The gate, the check of files and the node ask this class and no other.
///
/// The mode of a control is, in this order: audit while a brake is pulled; the mode the control has of
/// its own; the one that the pod's namespace chose, where the policy lets it; the policy's.
public final class Counts {
    /// A mode, and the day on which audit ends.
    ///
    /// @param enforcedFrom present in audit mode only, and after the day it was asked for
    public record Stage(Mode mode, Optional<LocalDate> enforcedFrom) {
        static final Stage AUDIT = new Stage(Mode.AUDIT, Optional.empty());
        static final Stage ENFORCE = new Stage(Mode.ENFORCE, Optional.empty());

        static Stage on(LocalDate today, Mode written, Optional<LocalDate> enforceFrom) {
            if (written == Mode.ENFORCE
                    || enforceFrom.filter(day -> !today.isBefore(day)).isPresent()) {
                return ENFORCE;
            }
            return enforceFrom.isEmpty() ? AUDIT : new Stage(Mode.AUDIT, enforceFrom);
        }
    }

    private final WorkloadPolicy policy;
    private final List<PolicyExemption> exemptions;
    private final List<Workload> containers;
    private final LocalDate today;
    private final boolean braked;

    /// @param policy as written
    /// @param exemptions those that may be about the policy
    /// @param containers of one pod, at least one
    Counts(
            WorkloadPolicy policy,
            List<PolicyExemption> exemptions,
            List<Workload> containers,
            LocalDate today,
            boolean braked) {
        this.policy = policy;
        this.exemptions = exemptions;
        this.containers = containers;
        this.today = today;
        this.braked = braked;
    }

    /// @param control dotted as in the policy document, from `admission` or `runtime` on
    public Stage stage(String control) {
        if (braked) {
            return Stage.AUDIT;
        }
        var own = Controls.ownMode(policy, control);
        if (own.isPresent()) {
            return Stage.on(today, own.get().mode(), own.get().enforceFrom());
        }
        var chosen = containers.getFirst().namespaceMode();
        if (chosen.isPresent() && policy.rollout().namespaceModes().contains(chosen.get())) {
            return chosen.get() == Mode.ENFORCE ? Stage.ENFORCE : Stage.AUDIT;
        }
        return Stage.on(today, policy.mode(), policy.rollout().enforceFrom());
    }

    /// The exemption by which the whole pod need not keep a control: one that is about every container of
    /// it. Several that are about one container each do not add up.
    public Optional<PolicyExemption> exemption(String control) {
        return first(
                control,
                exemption -> containers.stream()
                        .allMatch(container -> Selection.matchesContainer(exemption.match(), container)));
    }

    /// The exemption by which one container need not keep a control.
    ///
    /// @param container its place among those the question was asked for
    public Optional<PolicyExemption> exemption(String control, int container) {
        return first(control, exemption -> Selection.matchesContainer(exemption.match(), containers.get(container)));
    }

    private Optional<PolicyExemption> first(String control, Predicate<PolicyExemption> about) {
        for (var exemption : exemptions) {
            if (exemption.holds(today)
                    && Controls.fitsAny(exemption.controls(), control)
                    && Selection.isAbout(exemption, containers.getFirst())
                    && about.test(exemption)) {
                return Optional.of(exemption);
            }
        }
        return Optional.empty();
    }

    /// The policy as the node keeps it for the container: in one mode, without what the container need
    /// not keep. Two where its controls are in different modes.
    List<WorkloadPolicy> forNode() {
        var whole = policy.inMode(stage("runtime").mode());
        boolean alike = exemptions.isEmpty() && policy.rollout().controls().isEmpty()
                || policy.runtime().isEmpty();
        if (alike) {
            return List.of(whole);
        }
        var rules = Planner.demands(policy.runtime().get()).stream()
                .map(Demand::rule)
                .toList();
        var kept = rules.stream()
                .filter(rule -> exemption(Controls.RUNTIME + rule).isEmpty())
                .toList();
        var enforced = kept.stream()
                .filter(rule -> stage(Controls.RUNTIME + rule).mode() == Mode.ENFORCE)
                .toList();
        if (kept.equals(rules) && (enforced.isEmpty() || enforced.equals(rules))) {
            return List.of(policy.inMode(enforced.isEmpty() ? Mode.AUDIT : Mode.ENFORCE));
        }
        var parts = new ArrayList<WorkloadPolicy>();
        for (var mode : Mode.values()) {
            var ofMode = kept.stream()
                    .filter(rule -> enforced.contains(rule) == (mode == Mode.ENFORCE))
                    .toList();
            if (!ofMode.isEmpty()) {
                var section = RuntimeParts.only(policy.runtime().get(), ofMode);
                parts.add(policy.inMode(mode).with(Optional.of(section)));
            }
        }
        return parts.isEmpty() ? List.of(whole.with(Optional.empty())) : parts;
    }
}
