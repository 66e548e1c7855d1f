// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The webhook's registration with the API server.
///
/// One webhook for everything: the API server shows a user only the first refusal of several. A subresource is not
/// covered by its resource, and a forgotten one is the commonest way round a webhook, so they are named.
public final class WebhookConfiguration {
    /// Audit annotations and refusals carry this name.
    public static final String NAME = "gate.gatehouse.io";

    private static final String PATH = "/validate";
    private static final int TIMEOUT_SECONDS = 5;
    /// Without these a cluster that lost its webhook could not start it again.
    public static final List<String> EXCLUDED = List.of("kube-system", "gatehouse-system");

    private static final List<String> CONNECTED_SUBRESOURCES =
            List.of("pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy");
    /// A node lies in no namespace. Its kubelet runs programs in containers for whoever reaches it.
    private static final List<String> CONNECTED_OF_NODES = List.of("nodes/proxy");
    private static final List<String> UPDATED_SUBRESOURCES = List.of("pods/ephemeralcontainers", "pods/resize");

    /// Where the API server finds the webhook.
    public sealed interface Target {
        record Service(String namespace, String name, int port) implements Target {}

        /// @param address `https://host:port`, without a path
        record Url(String address) implements Target {}
    }

    private WebhookConfiguration() {}

    /// With the built-in kinds alone.
    public static String render(String name, Target target, Optional<String> caBundle, Optional<String> onlyIn) {
        return render(name, target, caBundle, onlyIn, List.of());
    }

    /// @param name of the object
    /// @param caBundle in PEM; absent where another tool puts it in
    /// @param onlyIn where given, the one namespace whose objects are judged, for trying it out
    /// @param workloads kinds beside the built-in ones, as policies name them
    public static String render(
            String name,
            Target target,
            Optional<String> caBundle,
            Optional<String> onlyIn,
            List<WorkloadKind> workloads) {
        var out = new StringBuilder("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata:
                  name: %s
                webhooks:
                  - name: %s
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    failurePolicy: Fail
                    matchPolicy: Equivalent
                    timeoutSeconds: %d
                    clientConfig:
                """.formatted(name, NAME, TIMEOUT_SECONDS));
        out.append(
                switch (target) {
                    case Target.Service(var namespace, var service, var port) ->
                        """
                              service:
                                namespace: %s
                                name: %s
                                port: %d
                                path: %s
                        """.formatted(namespace, service, port, PATH);
                    case Target.Url(var address) -> "      url: " + address + PATH + "\n";
                });
        caBundle.ifPresent(pem -> out.append("      caBundle: ")
                .append(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8)))
                .append('\n'));
        out.append("    namespaceSelector:\n      matchExpressions:\n");
        onlyIn.ifPresent(one -> selector(out, "In", List.of(one)));
        selector(out, "NotIn", EXCLUDED);
        out.append("    rules:\n");
        byGroup().forEach((group, resources) -> rule(out, group, "[CREATE, UPDATE]", resources, "Namespaced"));
        for (var kind : Bearer.named(workloads)) {
            rule(out, kind.group(), "[CREATE, UPDATE]", List.of(kind.resource()), "Namespaced", "\"*\"");
        }
        rule(out, "", "[UPDATE]", UPDATED_SUBRESOURCES, "Namespaced");
        rule(out, "", "[CONNECT]", CONNECTED_SUBRESOURCES, "Namespaced");
        rule(out, "", "[CONNECT]", CONNECTED_OF_NODES, "Cluster");
        return out.toString();
    }

    private static Map<String, List<String>> byGroup() {
        return Bearer.ALL.stream()
                .collect(Collectors.groupingBy(
                        Bearer::group, LinkedHashMap::new, Collectors.mapping(Bearer::resource, Collectors.toList())));
    }

    private static void selector(StringBuilder out, String operator, List<String> namespaces) {
        out.append("        - {key: kubernetes.io/metadata.name, operator: ")
                .append(operator)
                .append(", values: [")
                .append(String.join(", ", namespaces))
                .append("]}\n");
    }

    private static void rule(StringBuilder out, String group, String operations, List<String> resources, String scope) {
        rule(out, group, operations, resources, scope, "v1");
    }

    private static void rule(
            StringBuilder out, String group, String operations, List<String> resources, String scope, String versions) {
        out.append("      - apiGroups: [")
                .append(group.isEmpty() ? "\"\"" : group)
                .append("]\n");
        out.append("        apiVersions: [").append(versions).append("]\n");
        out.append("        operations: ").append(operations).append('\n');
        out.append("        resources: [").append(String.join(", ", resources)).append("]\n");
        out.append("        scope: ").append(scope).append('\n');
    }
}
