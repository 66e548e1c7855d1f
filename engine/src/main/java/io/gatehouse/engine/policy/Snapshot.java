// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyExemption;
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
    private static final List<Workload> NOBODY =
            List.of(new Workload(Optional.empty(), Optional.empty(), Optional.empty(), ""));

    private final String digest;
    private final List<CompiledPolicy> compiled;
    /// The same, as they count while a brake is pulled.
    private final List<CompiledPolicy> braked;
    private final List<WorkloadPolicy> policies;
    private final Brakes brakes;
    private final PolicyExemptions exemptions;
    private final List<Notice> notices;
    private final Responses responses;
    private final RuleSet rules;
    private final GateRules gateRules;
    private final PolicyIndex index;
    private final List<WorkloadKind> workloads;
    /// What counts on the day that was asked for last. Any thread writes it; all write the same.
    private volatile OfDay ofDay = new OfDay(LocalDate.MIN, List.of());

    private record OfDay(LocalDate day, List<CompiledPolicy> policies) {}

    /// @param compiled in the order of their names
    /// @param exemptions in the order of their names
    Snapshot(
            List<CompiledPolicy> compiled,
            List<RuleResponse> responses,
            RuleSet rules,
            Brakes brakes,
            List<PolicyExemption> exemptions,
            List<Notice> notices) {
        this(
                Digest.of(policies(compiled), responses, rules, brakes, exemptions),
                compiled,
                new Responses(responses, brakes),
                rules,
                brakes,
                exemptions,
                notices);
    }

    /// Policies alone, in the order of their names.
    ///
    /// @throws IllegalArgumentException a condition of a policy is wrong
    public Snapshot(String digest, List<WorkloadPolicy> policies) {
        this(digest, planned(policies), Responses.NONE, NO_RULES, Brakes.NONE, List.of(), List.of());
    }

    private static List<CompiledPolicy> planned(List<WorkloadPolicy> policies) {
        var conditions = new DenyCompiler();
        return policies.stream()
                .map(policy -> Planner.plan(policy, conditions.compile(policy)))
                .toList();
    }

    private Snapshot(
            String digest,
            List<CompiledPolicy> compiled,
            Responses responses,
            RuleSet rules,
            Brakes brakes,
            List<PolicyExemption> exemptions,
            List<Notice> notices) {
        this.digest = digest;
        this.compiled = List.copyOf(compiled);
        this.brakes = brakes;
        this.braked = brakes.all().isEmpty()
                ? this.compiled
                : compiled.stream().map(one -> one.inMode(Mode.AUDIT)).toList();
        this.policies = policies(compiled);
        this.exemptions = new PolicyExemptions(exemptions, policies);
        this.notices = List.copyOf(notices);
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
        return new Snapshot(compiled, responses.all(), rules, others, exemptions.all(), notices);
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

    /// The exemption documents, in the order of their names, expired ones too.
    public List<PolicyExemption> exemptions() {
        return exemptions.all();
    }

    /// What is to be said of the documents on a day (UTC): exemptions that have expired, policies that
    /// are promoted.
    public List<Diagnostic> notices(LocalDate today) {
        return notices.stream()
                .filter(notice -> !today.isBefore(notice.from()))
                .map(Notice::diagnostic)
                .toList();
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

    /// The policies with their plans as they count on a day (UTC): in audit mode while a brake is pulled,
    /// in enforce mode from the day of their promotion on.
    public List<CompiledPolicy> counting(LocalDate today) {
        if (brakes.hold(today)) {
            return braked;
        }
        var known = ofDay;
        if (!known.day().equals(today)) {
            known = new OfDay(
                    today, compiled.stream().map(one -> promoted(one, today)).toList());
            ofDay = known;
        }
        return known.policies();
    }

    private static CompiledPolicy promoted(CompiledPolicy one, LocalDate today) {
        var written = one.policy().mode();
        var counts = Counts.Stage.on(today, written, one.policy().rollout().enforceFrom())
                .mode();
        return counts == written ? one : one.enforced();
    }

    /// The policies that apply to a workload on a day (UTC), in the order of their names, as the node
    /// keeps them: each in one mode, without what the workload need not keep. One whose controls are in
    /// different modes is there twice.
    public List<WorkloadPolicy> select(Workload workload, LocalDate today) {
        return select(List.of(workload), today).stream()
                .flatMap(covered -> covered.counts().forNode().stream())
                .toList();
    }

    /// As [#select(Workload, LocalDate)] for a container whose pod's labels are yet to be told: a
    /// policy that selects by label counts as if it selected it, and an exemption by label does not
    /// hold. So nothing gets out of a policy by being quicker than word of it.
    ///
    /// @param workload without labels
    public List<WorkloadPolicy> selectUnlabelled(Workload workload, LocalDate today) {
        boolean held = brakes.hold(today);
        var selected = new ArrayList<WorkloadPolicy>();
        for (int i = 0; i < policies.size(); i++) {
            if (Selection.appliesWithAnyLabels(policies.get(i), workload, today)) {
                selected.addAll(counts(i, List.of(workload), today, held).forNode());
            }
        }
        return selected;
    }

    /// Every policy as the node would keep it on a day (UTC) for a container that no exemption is about,
    /// were no brake pulled.
    public List<WorkloadPolicy> forNode(LocalDate today) {
        return policies.stream()
                .flatMap(policy -> new Counts(policy, List.of(), NOBODY, today, false).forNode().stream())
                .toList();
    }

    /// In which mode a control of a policy is on a day (UTC), for a namespace that chose none.
    ///
    /// @param control as in [Counts#stage]
    public Counts.Stage stage(WorkloadPolicy policy, String control, LocalDate today) {
        return new Counts(policy, List.of(), NOBODY, today, brakes.hold(today)).stage(control);
    }

    /// In which modes a policy is on a day (UTC), in words: `audit, enforced from 2027-01-01; admission.privilege
    /// enforce`.
    public String modes(WorkloadPolicy policy, LocalDate today) {
        var words = new ArrayList<String>();
        words.add(words(stage(policy, "", today)));
        if (!brakes.hold(today)) {
            for (var own : policy.rollout().controls()) {
                var stage = Counts.Stage.on(today, own.mode(), own.enforceFrom());
                words.add(String.join(", ", own.names()) + " " + words(stage));
            }
        }
        return String.join("; ", words);
    }

    private static String words(Counts.Stage stage) {
        return stage.mode().text()
                + stage.enforcedFrom().map(day -> ", enforced from " + day).orElse("");
    }

    /// Whether some exemption may be about a policy.
    public boolean isExempted(WorkloadPolicy policy) {
        return !exemptions.of(policy.name()).isEmpty();
    }

    /// The policies that apply to some container of a pod on a day (UTC), in the order of their names,
    /// and in audit mode while a brake is pulled.
    ///
    /// @param containers of one pod, so that they have namespace and labels in common
    public List<Covered> select(List<Workload> containers, LocalDate today) {
        if (containers.isEmpty()) {
            return List.of();
        }
        var selected = new ArrayList<Covered>();
        var counting = counting(today);
        boolean held = brakes.hold(today);
        var concerning = index.concerning(containers, today);
        for (int i = concerning.nextSetBit(0); i >= 0; i = concerning.nextSetBit(i + 1)) {
            var match = policies.get(i).match();
            var which = new BitSet(containers.size());
            for (int container = 0; container < containers.size(); container++) {
                which.set(container, Selection.matchesContainer(match, containers.get(container)));
            }
            if (!which.isEmpty()) {
                selected.add(new Covered(counting.get(i), which, counts(i, containers, today, held)));
            }
        }
        return selected;
    }

    private Counts counts(int place, List<Workload> containers, LocalDate today, boolean held) {
        var policy = policies.get(place);
        return new Counts(policy, exemptions.of(policy.name()), containers, today, held);
    }

    /// The policies that may be about a pod of which the labels and the images are not known, ordered by
    /// name.
    ///
    /// @param workload with what is known of it, the container's name empty where that is not known either
    public List<Covered> maySelect(Workload workload, LocalDate today) {
        var container = Optional.of(workload.container()).filter(name -> !name.isEmpty());
        var counting = counting(today);
        boolean held = brakes.hold(today);
        var selected = new ArrayList<Covered>();
        for (int i = 0; i < policies.size(); i++) {
            if (Selection.mayConcern(policies.get(i), workload.namespace(), container, today)) {
                var which = new BitSet(1);
                which.set(0);
                selected.add(new Covered(counting.get(i), which, counts(i, List.of(workload), today, held)));
            }
        }
        return selected;
    }

    /// A policy and the places of the containers it is about.
    ///
    /// @param counts in which mode its controls are for them, and which they need not keep
    public record Covered(CompiledPolicy policy, BitSet containers, Counts counts) {}
}
