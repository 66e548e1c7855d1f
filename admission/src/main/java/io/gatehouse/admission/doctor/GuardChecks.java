// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.doctor.ClusterObjects.Found;
import io.gatehouse.admission.doctor.RuleSpace.Request;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Whether policies that the API server keeps by itself stand where the gate cannot: over the namespaces it leaves out,
/// and over its own registration.
///
/// What such a policy says is CEL and not read here: that one is bound, denies and is about the object is enough.
final class GuardChecks {
    private static final Request POD = new Request("", "v1", "pods", "CREATE");
    private static final Request REGISTRATION =
            new Request("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "DELETE");

    private final ClusterObjects objects;
    private final List<Registration> gate;
    private final List<Diagnostic> holes;

    GuardChecks(ClusterObjects objects, List<Registration> gate, List<Diagnostic> holes) {
        this.objects = objects;
        this.gate = gate;
        this.holes = holes;
    }

    void check() {
        if (!objects.knows(ClusterDoctor.POLICY) || !objects.knows(ClusterDoctor.BINDING)) {
            return;
        }
        var leftOut = new TreeSet<String>();
        for (var webhook : gate) {
            webhook.namespaces().requirements().stream()
                    .filter(one -> one.key().equals(LabelSelector.NAMESPACE_NAME)
                            && one.operator().equals("NotIn"))
                    .forEach(one -> leftOut.addAll(one.values()));
        }
        for (var namespace : leftOut) {
            if (!guarded(POD, Optional.of(WebhookChecks.labels(objects, namespace)))) {
                holes.add(Code.NAMESPACE_UNGUARDED.at(
                        Trees.place(gate.getFirst().webhook(), "namespaceSelector"),
                        "the gate leaves out " + namespace + ", and no bound " + ClusterDoctor.POLICY
                                + " denies anything there"));
            }
        }
        if (!guarded(REGISTRATION, Optional.empty())) {
            holes.add(Code.REGISTRATION_UNGUARDED.at(
                    gate.getFirst().webhook().span(),
                    "no bound " + ClusterDoctor.POLICY + " is about " + REGISTRATION));
        }
    }

    /// @param labels of the namespace, absent where the object belongs to none
    private boolean guarded(Request request, Optional<Map<String, String>> labels) {
        for (var binding : objects.of(ClusterDoctor.BINDING)) {
            var spec = binding.spec();
            if (spec.isEmpty() || !Trees.texts(spec.get(), "validationActions").contains("Deny")) {
                continue;
            }
            var policy = policy(Fields.text(spec.get(), "policyName").orElse(""));
            if (policy.isPresent()
                    && !Fields.text(policy.get(), "failurePolicy")
                            .orElse("Fail")
                            .equals("Ignore")
                    && about(Fields.mapping(policy.get(), "matchConstraints"), request, labels, false)
                    && about(Fields.mapping(spec.get(), "matchResources"), request, labels, true)) {
                return true;
            }
        }
        return false;
    }

    private Optional<Node.Mapping> policy(String name) {
        return objects.of(ClusterDoctor.POLICY).stream()
                .filter(found -> found.name().equals(name))
                .findFirst()
                .flatMap(Found::spec);
    }

    /// @param all whether no rules are all rules
    private static boolean about(
            Optional<Node.Mapping> match, Request request, Optional<Map<String, String>> labels, boolean all) {
        if (match.isEmpty()) {
            return all;
        }
        var rules = new ArrayList<>(Trees.mappings(match.get(), "resourceRules"));
        boolean covered = rules.isEmpty() ? all : new RuleSpace(rules).covers(request);
        boolean excluded = new RuleSpace(Trees.mappings(match.get(), "excludeResourceRules")).covers(request);
        var selector = LabelSelector.of(Fields.mapping(match.get(), "namespaceSelector"));
        return covered
                && !excluded
                && LabelSelector.of(Fields.mapping(match.get(), "objectSelector"))
                        .isEmpty()
                && labels.map(selector::matches).orElse(true);
    }
}
