// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.engine.policy.Glob;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a container is configured with: the `environment` section. No value is ever shown.
record Environment() implements Control {
    static final String RULE = "admission.environment.";
    private static final String HIDDEN = "a literal value";
    private static final List<String> COMMANDS = List.of("command", "args");
    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");
    private static final List<String> HANDLERS = List.of("postStart", "preStop");

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().environment();
        if (asked.isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            variables(asked.get(), container, breaches);
            if (asked.get().denySecrets()) {
                sources(container, breaches);
            }
            if (asked.get().denyPlainSecrets()) {
                words(asked.get(), container, breaches);
                headers(asked.get(), container, breaches);
            }
        }
        return breaches;
    }

    private static void variables(AdmissionSection.Environment asked, Container container, List<Breach> breaches) {
        var variables = Fields.mappings(container.node(), "env");
        for (int i = 0; i < variables.size(); i++) {
            var variable = variables.get(i);
            var field = container.path() + ".env[" + i + "]";
            var name = Fields.text(variable, "name").orElse("");
            var secret = Fields.mapping(variable, "valueFrom").flatMap(from -> Fields.value(from, "secretKeyRef"));
            if (asked.denySecrets() && secret.isPresent()) {
                breaches.add(inEnvironment(
                        container,
                        field + ".valueFrom.secretKeyRef",
                        "variable " + name,
                        secret.get().span()));
            }
            Fields.value(variable, "value")
                    .ifPresent(value -> literal(asked, container, field + ".value", name, value, breaches));
        }
    }

    private static void literal(
            AdmissionSection.Environment asked,
            Container container,
            String field,
            String name,
            Node value,
            List<Breach> breaches) {
        var text = value instanceof Node.Text(var written, var _) ? written : "";
        if (any(asked.allowNames(), name)) {
            return;
        }
        if (asked.denyPlainSecrets() && !text.isEmpty() && !asked.allowValues().contains(text)) {
            var why = SecretShape.ofName(name)
                    .or(() -> any(asked.secretNames(), name) ? Optional.of("its name says so") : Optional.empty())
                    .filter(_ -> !SecretShape.isReference(text))
                    .or(() -> SecretShape.ofValue(name, text));
            if (why.isPresent()) {
                breaches.add(new Breach(
                        RULE + "plainSecrets",
                        field,
                        HIDDEN,
                        "no secret in the manifest",
                        container.words() + " has a secret written into variable " + name + ": " + why.get(),
                        "put it into a Secret and mount that",
                        value.span(),
                        Optional.of(container)));
                return;
            }
        }
        if (asked.denyLiterals()) {
            breaches.add(new Breach(
                    RULE + "literals",
                    field,
                    HIDDEN,
                    "valueFrom",
                    container.words() + " has variable " + name + " written into the manifest",
                    "take it from a ConfigMap",
                    value.span(),
                    Optional.of(container)));
        }
    }

    private static void sources(Container container, List<Breach> breaches) {
        var sources = Fields.mappings(container.node(), "envFrom");
        for (int i = 0; i < sources.size(); i++) {
            var secret = Fields.value(sources.get(i), "secretRef");
            if (secret.isPresent()) {
                breaches.add(inEnvironment(
                        container,
                        container.path() + ".envFrom[" + i + "].secretRef",
                        "variables",
                        secret.get().span()));
            }
        }
    }

    private static Breach inEnvironment(Container container, String field, String what, Span span) {
        return new Breach(
                RULE + "secrets",
                field,
                "a Secret",
                "a mounted Secret",
                container.words() + " has " + what + " from a Secret, which ends in logs and crash reports",
                "mount the Secret as a volume",
                span,
                Optional.of(container));
    }

    /// Only by shape: a word of a command line has no name.
    private static void words(AdmissionSection.Environment asked, Container container, List<Breach> breaches) {
        for (var list : COMMANDS) {
            var words = Fields.items(container.node(), list);
            for (int i = 0; i < words.size(); i++) {
                var text = words.get(i) instanceof Node.Text(var written, var _) ? written : "";
                var why = SecretShape.ofArgument(text);
                if (why.isPresent() && !asked.allowValues().contains(text)) {
                    breaches.add(new Breach(
                            RULE + "plainSecrets",
                            container.path() + "." + list + "[" + i + "]",
                            HIDDEN,
                            "no secret in the manifest",
                            container.words() + " has a secret written into its " + list + ": " + why.get(),
                            "put it into a Secret and mount that",
                            words.get(i).span(),
                            Optional.of(container)));
                }
            }
        }
    }

    /// What the kubelet sends with its probes is written in the manifest too.
    private static void headers(AdmissionSection.Environment asked, Container container, List<Breach> breaches) {
        for (var probe : PROBES) {
            Fields.mapping(container.node(), probe)
                    .ifPresent(calls -> headers(asked, container, probe, calls, breaches));
        }
        for (var handler : HANDLERS) {
            Fields.mapping(container.node(), "lifecycle")
                    .flatMap(lifecycle -> Fields.mapping(lifecycle, handler))
                    .ifPresent(calls -> headers(asked, container, "lifecycle." + handler, calls, breaches));
        }
    }

    private static void headers(
            AdmissionSection.Environment asked,
            Container container,
            String where,
            Node.Mapping calls,
            List<Breach> breaches) {
        var headers = Fields.mapping(calls, "httpGet")
                .map(call -> Fields.mappings(call, "httpHeaders"))
                .orElse(List.of());
        for (int i = 0; i < headers.size(); i++) {
            var name = Fields.text(headers.get(i), "name").orElse("");
            var value = Fields.text(headers.get(i), "value").orElse("");
            var why = (name.equalsIgnoreCase("authorization") && !value.isEmpty()
                            ? Optional.of("its name says so")
                            : SecretShape.ofName(name).filter(_ -> !value.isEmpty()))
                    .or(() -> SecretShape.ofValue(name, value));
            if (why.isPresent()
                    && !any(asked.allowNames(), name)
                    && !asked.allowValues().contains(value)) {
                breaches.add(new Breach(
                        RULE + "plainSecrets",
                        container.path() + "." + where + ".httpGet.httpHeaders[" + i + "].value",
                        HIDDEN,
                        "no secret in the manifest",
                        container.words() + " has a secret written into header " + name + " of its " + where + ": "
                                + why.get(),
                        "let the pod answer its kubelet without one",
                        Fields.value(headers.get(i), "value").map(Node::span).orElse(container.nameSpan()),
                        Optional.of(container)));
            }
        }
    }

    private static boolean any(List<String> globs, String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return globs.stream().anyMatch(glob -> Glob.matches(glob, lower));
    }
}
