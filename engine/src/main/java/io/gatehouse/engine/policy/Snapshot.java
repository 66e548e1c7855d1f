// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.RuleResponse;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Everything in force, compiled. Immutable; a reader holds one for a whole decision.
public final class Snapshot {
    static final RuleSet NO_RULES =
            RulesCompiler.compile(List.of(), RulesOptions.DEFAULT).rules().orElseThrow();

    private final String digest;
    private final List<CompiledPolicy> compiled;
    /// The same, as they count while a brake is pulled.
    private final List<CompiledPolicy> braked;
    private final List<WorkloadPolicy> policies;
    private final Brakes brakes;
    private final Responses responses;
    private final RuleSet rules;
    private final GateRules gateRules;
    private final PolicyIndex index;
    private final List<WorkloadKind> workloads;

    /// @param compiled in the order of their names
    Snapshot(List<CompiledPolicy> compiled, List<RuleResponse> responses, RuleSet rules, Brakes brakes) {
        this(
                Digest.of(policies(compiled), responses, rules, brakes),
                compiled,
                new Responses(responses, brakes),
                rules,
                brakes);
    }

    /// Policies alone, in the order of their names.
    ///
    /// @throws IllegalArgumentException a condition of a policy is wrong
    public Snapshot(String digest, List<WorkloadPolicy> policies) {
        this(digest, planned(policies), Responses.NONE, NO_RULES, Brakes.NONE);
    }

    private static List<CompiledPolicy> planned(List<WorkloadPolicy> policies) {
        var conditions = new DenyCompiler();
        return policies.stream()
                .map(policy -> Planner.plan(policy, conditions.compile(policy)))
                .toList();
    }

    private Snapshot(String digest, List<CompiledPolicy> compiled, Responses responses, RuleSet rules, Brakes brakes) {
        this.digest = digest;
        this.compiled = List.copyOf(compiled);
        this.brakes = brakes;
        this.braked = brakes.all().isEmpty()
                ? this.compiled
                : compiled.stream().map(one -> one.inMode(Mode.AUDIT)).toList();
        this.policies = policies(compiled);
        this.responses = responses;
        this.rules = rules;
        this.gateRules = new GateRules(rules, responses);
        this.index = new PolicyIndex(policies);
        this.workloads = policies.stream()
                .flatMap(policy -> policy.admission().stream())
                .flatMap(section -> section.workloads().stream())
                .toList();
    }

    private static List<WorkloadPolicy> policies(List<CompiledPolicy> compiled) {
        return compiled.stream().map(CompiledPolicy::policy).toList();
    }

    /// `sha256:` and 64 hex digits: equal digests decide alike.
    public String digest() {
        return digest;
    }

    /// The emergency brakes, expired ones too: a snapshot knows no day.
    public Brakes brakes() {
        return brakes;
    }

    /// The same with other brakes.
    public Snapshot with(Brakes others) {
        return new Snapshot(compiled, responses.all(), rules, others);
    }

    /// As written, in the order of their names; who is to keep them asks for those of a day.
    public List<WorkloadPolicy> policies() {
        return policies;
    }

    /// The policies with their plans, as written, in the same order.
    public List<CompiledPolicy> compiled() {
        return compiled;
    }

    /// Kinds beside the built-in ones that carry pods, as all policies together name them.
    public List<WorkloadKind> workloads() {
        return workloads;
    }

    /// What is done when rules match.
    public Responses responses() {
        return responses;
    }

    /// The rules of the rules files, empty where there is none.
    public RuleSet rules() {
        return rules;
    }

    /// Those of the rules that may refuse a request.
    public GateRules gateRules() {
        return gateRules;
    }

    /// The policies with their plans as they count on a day (UTC): in audit mode while a brake is pulled.
    public List<CompiledPolicy> counting(LocalDate today) {
        return brakes.hold(today) ? braked : compiled;
    }

    /// The policies that apply to a workload on a day (UTC), in the order of their names, and in audit mode while a
    /// brake is pulled.
    public List<WorkloadPolicy> select(Workload workload, LocalDate today) {
        return select(List.of(workload), today).stream()
                .map(covered -> covered.policy().policy())
                .toList();
    }

    /// The policies that apply to some container of a pod on a day (UTC), in the order of their names, and in audit
    /// mode
    /// while a brake is pulled.
    ///
    /// @param containers of one pod, so that they have namespace and labels in common
    public List<Covered> select(List<Workload> containers, LocalDate today) {
        if (containers.isEmpty()) {
            return List.of();
        }
        var selected = new ArrayList<Covered>();
        var counting = counting(today);
        var concerning = index.concerning(containers.getFirst(), today);
        for (int i = concerning.nextSetBit(0); i >= 0; i = concerning.nextSetBit(i + 1)) {
            var match = policies.get(i).match();
            var which = new BitSet(containers.size());
            for (int container = 0; container < containers.size(); container++) {
                which.set(container, Selection.matchesContainer(match, containers.get(container)));
            }
            if (!which.isEmpty()) {
                selected.add(new Covered(counting.get(i), which));
            }
        }
        return selected;
    }

    /// The policies that may be about a pod of which the labels and the images are not known, ordered by name, and in
    /// audit mode while a brake is pulled.
    ///
    /// @param container absent where its name is not known either
    public List<CompiledPolicy> maySelect(Optional<String> namespace, Optional<String> container, LocalDate today) {
        return counting(today).stream()
                .filter(one -> Selection.mayConcern(one.policy(), namespace, container, today))
                .toList();
    }

    /// A policy and the places of the containers it is about.
    public record Covered(CompiledPolicy policy, BitSet containers) {}
}
