// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one webhook's own entry leaves open.
final class WebhookChecks {
    /// What may be left out: without it a cluster that lost its gate could not start it again.
    private static final String SYSTEM = "kube-system";

    private static final int USUAL_TIMEOUT_SECONDS = 10;
    private static final int LONGEST_TIMEOUT_SECONDS = 10;
    private static final int SHORTEST_TIMEOUT_SECONDS = 2;

    private final ClusterObjects objects;
    private final Registration registration;
    private final Node.Mapping webhook;
    private final Instant now;
    private final List<Diagnostic> holes;

    WebhookChecks(ClusterObjects objects, Registration registration, Instant now, List<Diagnostic> holes) {
        this.objects = objects;
        this.registration = registration;
        this.webhook = registration.webhook();
        this.now = now;
        this.holes = holes;
    }

    void check() {
        failure();
        namespaces();
        labels();
        conditions();
        matching();
        timeout();
        sideEffects();
        server();
        TrustChecks.check(objects, registration, now, holes);
    }

    private void failure() {
        if (word("failurePolicy", "Fail").equals("Ignore")) {
            add(Code.WEBHOOK_FAILS_OPEN, "failurePolicy", "'failurePolicy: Ignore' lets through what is not answered");
        }
    }

    /// By name and by exclusion is the one way that users cannot turn against the gate.
    private void namespaces() {
        var own = registration.serviceNamespace().orElse(Registration.USUAL_NAMESPACE);
        var selector = registration.namespaces();
        var leftOut = new ArrayList<String>();
        for (var requirement : selector.requirements()) {
            boolean byName = requirement.key().equals(LabelSelector.NAMESPACE_NAME);
            if (byName && requirement.operator().equals("NotIn")) {
                leftOut.addAll(requirement.values());
            } else if (byName && requirement.operator().equals("In")) {
                holes.add(Code.WEBHOOK_LEAVES_OUT_NAMESPACES.at(
                        requirement.node().span(),
                        "every namespace is left out but " + Trees.some(requirement.values())));
            } else {
                holes.add(Code.WEBHOOK_LEAVES_OUT_NAMESPACES.at(
                        requirement.node().span(),
                        "the label '" + requirement.key() + "' of a namespace decides whether the gate is asked"
                                + leftOutNow(selector)));
            }
        }
        leftOut.removeIf(name -> name.equals(SYSTEM) || name.equals(own));
        if (!leftOut.isEmpty()) {
            add(
                    Code.WEBHOOK_LEAVES_OUT_NAMESPACES,
                    "namespaceSelector",
                    "the gate is not asked about what lies in " + Trees.some(leftOut));
        }
        for (var namespace : List.of(SYSTEM, own)) {
            if (selector.matches(labels(namespace))) {
                add(
                        Code.WEBHOOK_CATCHES_ITSELF,
                        "namespaceSelector",
                        "the gate is asked about the pods of " + namespace);
            }
        }
    }

    private String leftOutNow(LabelSelector selector) {
        var names = objects.of(ClusterDoctor.NAMESPACE).stream()
                .map(ClusterObjects.Found::name)
                .filter(name -> !selector.matches(labels(name)))
                .sorted()
                .toList();
        return names.isEmpty() ? "" : "; not asked now about " + Trees.some(names);
    }

    private Map<String, String> labels(String namespace) {
        return labels(objects, namespace);
    }

    /// As the cluster has them, with the one that every namespace carries.
    static Map<String, String> labels(ClusterObjects objects, String namespace) {
        var labels = objects.of(ClusterDoctor.NAMESPACE).stream()
                .filter(found -> found.name().equals(namespace))
                .findFirst()
                .flatMap(found -> Fields.mapping(found.object(), "metadata"))
                .map(metadata -> Trees.words(metadata, "labels"))
                .orElseGet(java.util.HashMap::new);
        labels.put(LabelSelector.NAMESPACE_NAME, namespace);
        return labels;
    }

    private void labels() {
        if (!LabelSelector.of(Fields.mapping(webhook, "objectSelector")).isEmpty()) {
            add(Code.WEBHOOK_LEAVES_OUT_OBJECTS, "objectSelector", "labels of an object decide whether it is judged");
        }
    }

    private void conditions() {
        for (var condition : Trees.mappings(webhook, "matchConditions")) {
            holes.add(Code.WEBHOOK_CONDITION_SKIPS.at(
                    Trees.place(condition, "expression"),
                    "the gate is asked only where the condition '"
                            + Fields.text(condition, "name").orElse("") + "' holds"));
        }
    }

    private void matching() {
        if (word("matchPolicy", "Equivalent").equals("Exact")) {
            add(
                    Code.WEBHOOK_MATCHES_EXACTLY,
                    "matchPolicy",
                    "'matchPolicy: Exact' leaves out other versions of the same objects");
        }
    }

    private void timeout() {
        int seconds = Trees.number(webhook, "timeoutSeconds").orElse(USUAL_TIMEOUT_SECONDS);
        if (seconds >= LONGEST_TIMEOUT_SECONDS || seconds < SHORTEST_TIMEOUT_SECONDS) {
            add(
                    Code.WEBHOOK_TIMEOUT,
                    "timeoutSeconds",
                    "a request waits up to " + seconds + " s for the gate"
                            + (Fields.value(webhook, "timeoutSeconds").isEmpty()
                                    ? ", since nothing else is said"
                                    : ""));
        }
    }

    private void sideEffects() {
        var said = word("sideEffects", "Unknown");
        if (!Set.of("None", "NoneOnDryRun").contains(said)) {
            add(Code.WEBHOOK_SIDE_EFFECTS, "sideEffects", "'sideEffects: " + said + "'");
        }
    }

    private void server() {
        var client = registration.client();
        if (client.isEmpty()
                || registration.service().isEmpty()
                        && Fields.text(client.get(), "url").isEmpty()) {
            add(Code.WEBHOOK_NO_SERVER, "clientConfig", "neither a service nor a URL is named");
            return;
        }
        if (registration.service().isEmpty() || !objects.knows(ClusterDoctor.SERVICE)) {
            return;
        }
        var service = registration.service().get();
        var name = Fields.text(service, "name").orElse("");
        var namespace = Fields.text(service, "namespace").orElse("");
        boolean there = objects.of(ClusterDoctor.SERVICE).stream()
                .anyMatch(
                        found -> found.name().equals(name) && found.namespace().equals(namespace));
        if (!there) {
            holes.add(Code.WEBHOOK_NO_SERVER.at(service.span(), "there is no service " + namespace + "/" + name));
        }
    }

    private String word(String field, String otherwise) {
        return Fields.text(webhook, field).orElse(otherwise);
    }

    private void add(Code code, String field, String message) {
        holes.add(code.at(Trees.place(webhook, field), message));
    }
}
