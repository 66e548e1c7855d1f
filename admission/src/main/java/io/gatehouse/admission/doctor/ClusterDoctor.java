// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.doctor.ClusterObjects.Found;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import io.gatehouse.schemas.policy.PolicyResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Names the holes of a webhook's registration and of what stands around it.
public final class ClusterDoctor {
    /// What is asked.
    ///
    /// @param webhook name of the webhook, or of the configuration that holds it
    /// @param account name of the service account the gate runs under
    /// @param namespace it runs in, where the registration names no Service
    /// @param workloads kinds beside the built-in ones that policies say carry pods; those that policies among the
    ///     objects name count too
    public record Question(
            String webhook, String account, String namespace, Instant now, List<WorkloadKind> workloads) {
        public Question {
            workloads = List.copyOf(workloads);
        }

        public Question(String webhook, String account, String namespace, Instant now) {
            this(webhook, account, namespace, now, List.of());
        }
    }

    /// @param holes in the order of the checks
    /// @param unexamined kinds that nobody gave, so that nothing is said about them
    public record Report(List<Diagnostic> holes, List<String> unexamined) {
        public Report {
            holes = List.copyOf(holes);
            unexamined = List.copyOf(unexamined);
        }

        /// Whether there is a way past the gate or one by which it takes the cluster down.
        public boolean open() {
            return holes.stream().anyMatch(hole -> hole.severity() == Severity.ERROR);
        }
    }

    static final String VALIDATING = "ValidatingWebhookConfiguration";
    static final String MUTATING = "MutatingWebhookConfiguration";
    static final String POLICY = "ValidatingAdmissionPolicy";
    static final String BINDING = "ValidatingAdmissionPolicyBinding";
    static final String DEFINITION = "CustomResourceDefinition";
    static final String SERVICE = "Service";
    static final String SECRET = "Secret";
    static final String NAMESPACE = "Namespace";

    /// Every kind that is looked at, most important first.
    public static final List<String> KINDS = List.of(
            VALIDATING,
            MUTATING,
            POLICY,
            BINDING,
            DEFINITION,
            NAMESPACE,
            SERVICE,
            SECRET,
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding");

    private final ClusterObjects objects;
    private final Question question;
    private final List<Diagnostic> holes = new ArrayList<>();

    private ClusterDoctor(ClusterObjects objects, Question question) {
        this.objects = objects;
        this.question = question;
    }

    public static Report examine(ClusterObjects objects, Question question) {
        var doctor = new ClusterDoctor(objects, question);
        doctor.examine();
        return new Report(
                doctor.holes,
                KINDS.stream().filter(kind -> !objects.knows(kind)).toList());
    }

    private void examine() {
        var gate = Registration.find(objects, question.webhook());
        if (gate.isEmpty()) {
            holes.add(Code.WEBHOOK_MISSING.at(
                    nowhere(), "no " + VALIDATING + " holds a webhook '" + question.webhook() + "'"));
        }
        for (var webhook : gate) {
            new WebhookChecks(objects, webhook, question.now(), holes).check();
        }
        if (!gate.isEmpty()) {
            notAsked(gate);
            new GuardChecks(objects, gate, holes).check();
            beside(gate);
        }
        definitions();
        RightsChecks.check(objects, question.account(), ownNamespace(gate), holes);
    }

    /// What no webhook of the gate is asked about.
    private void notAsked(List<Registration> gate) {
        var rules = new RuleSpace(gate.stream()
                .flatMap(webhook -> webhook.rules().rules().stream())
                .toList());
        var workloads = new ArrayList<>(question.workloads());
        workloads.addAll(named());
        var missing = RuleSpace.wanted(workloads).stream()
                .filter(request -> !rules.covers(request))
                .toList();
        var place = Trees.place(gate.getFirst().webhook(), "rules");
        missing.forEach(request -> holes.add(Code.WEBHOOK_NOT_ASKED.at(place, "nobody is asked about " + request)));
    }

    /// Kinds that policies among the objects say carry pods. What is wrong with a policy is not
    /// looked at here.
    private List<WorkloadKind> named() {
        var named = new ArrayList<WorkloadKind>();
        for (var policy : objects.of(PolicyResource.CLUSTER_WORKLOAD_POLICY.kind())) {
            var admission = policy.spec().flatMap(spec -> Fields.mapping(spec, "admission"));
            for (var one : admission
                    .map(section -> Trees.mappings(section, "workloads"))
                    .orElse(List.of())) {
                var kind = Fields.text(one, "kind");
                if (kind.isPresent()) {
                    named.add(new WorkloadKind(
                            Fields.text(one, "group").orElse(""),
                            kind.get(),
                            Fields.text(one, "resource"),
                            Trees.texts(one, "templates")));
                }
            }
        }
        return named;
    }

    private void beside(List<Registration> gate) {
        for (var kind : List.of(VALIDATING, MUTATING)) {
            for (var other : Registration.all(objects, kind)) {
                boolean ours = gate.stream().anyMatch(own -> own.webhook() == other.webhook());
                var common = RuleSpace.WANTED.stream()
                        .filter(request -> other.rules().covers(request))
                        .toList();
                if (!ours && !common.isEmpty()) {
                    holes.add(Code.WEBHOOK_BESIDE.at(
                            other.webhook().span(),
                            (kind.equals(MUTATING) ? "a webhook that may change objects, '" : "a webhook, '")
                                    + other.name() + "' of " + other.configuration() + ", is asked about "
                                    + common.getFirst()
                                    + (common.size() > 1 ? " and " + (common.size() - 1) + " more" : "")
                                    + " too"));
                }
            }
        }
    }

    private void definitions() {
        if (!objects.knows(DEFINITION)) {
            return;
        }
        var there =
                new TreeSet<>(objects.of(DEFINITION).stream().map(Found::name).toList());
        for (var resource : PolicyResource.values()) {
            if (!there.contains(resource.definition())) {
                holes.add(Code.DEFINITION_MISSING.at(nowhere(), "there is no " + resource.definition()));
            }
        }
        if (!there.contains("reports.openreports.io") && !there.contains("policyreports.wgpolicyk8s.io")) {
            holes.add(Code.DEFINITION_MISSING.at(
                    nowhere(),
                    "there is neither reports.openreports.io nor policyreports.wgpolicyk8s.io",
                    "what the scan of the cluster finds is told in metrics and by no report",
                    "install the definitions of openreports.io where reports are wanted"));
        }
    }

    private String ownNamespace(List<Registration> gate) {
        return gate.stream()
                .flatMap(webhook -> webhook.serviceNamespace().stream())
                .findFirst()
                .orElse(question.namespace());
    }

    /// For what is missing.
    static Span nowhere() {
        return new Span(new SourceText("the cluster", ""), 1, 1, 1);
    }
}
