// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The manifests in `deploy/` and the registration agree with the code.
class DeployTest {
    private static final Path DEPLOY = Path.of(System.getProperty("gatehouse.root"), "deploy");
    private static final WebhookConfiguration.Target SERVICE =
            new WebhookConfiguration.Target.Service("gatehouse-system", "gatehouse-admission", 443);

    @Test
    void the_registration_that_is_shown_is_the_one_that_is_rendered() throws IOException {
        assertEquals(
                "# SPDX-License-Identifier: Apache-2.0\n"
                        + WebhookConfiguration.render("gatehouse", SERVICE, Optional.empty(), Optional.empty()),
                Files.readString(DEPLOY.resolve("webhook/registration.yaml")));
    }

    @Test
    void every_kind_that_carries_a_pod_and_every_way_into_one_is_registered() {
        var rules = rules(parsed(
                WebhookConfiguration.render("gatehouse", SERVICE, Optional.of("PEM"), Optional.of("playground"))));
        for (var bearer : Bearer.ALL) {
            assertTrue(rules.contains(bearer.group() + " CREATE " + bearer.resource()), rules);
            assertTrue(rules.contains(bearer.group() + " UPDATE " + bearer.resource()), rules);
        }
        assertTrue(rules.contains(" UPDATE pods/ephemeralcontainers"), rules);
        assertTrue(rules.contains(" UPDATE pods/resize"), rules);
        assertTrue(rules.contains(" CONNECT pods/exec"), rules);
        assertTrue(rules.contains(" CONNECT pods/attach"), rules);
        assertTrue(rules.contains(" CONNECT pods/portforward"), rules);
        assertTrue(rules.contains(" CONNECT pods/proxy"), rules);
        assertTrue(rules.contains(" CONNECT nodes/proxy"), rules);
    }

    @Test
    void a_registration_by_address_is_yaml_too() {
        var url = new WebhookConfiguration.Target.Url("https://127.0.0.1:8443");
        var webhook = webhook(parsed(WebhookConfiguration.render("t", url, Optional.of("PEM"), Optional.of("only"))));
        var client = Fields.mapping(webhook, "clientConfig").orElseThrow();
        assertEquals(Optional.of("https://127.0.0.1:8443/validate"), Fields.text(client, "url"));
        assertEquals(Optional.of("UEVN"), Fields.text(client, "caBundle"));
    }

    @Test
    void every_manifest_is_yaml_and_named_in_the_kustomization() throws IOException {
        var kustomization = Files.readString(DEPLOY.resolve("kustomization.yaml"));
        try (var files = Files.walk(DEPLOY)) {
            for (var file : files.filter(f -> f.toString().endsWith(".yaml") && !f.startsWith(DEPLOY.resolve("chart")))
                    .toList()) {
                assertEquals(
                        List.of(),
                        YamlReader.read(new SourceText(file.toString(), Files.readString(file)))
                                .diagnostics());
                var name = DEPLOY.relativize(file).toString();
                if (name.startsWith("cert-manager/")
                        || name.startsWith("cluster/")
                        || name.startsWith("self-signed/")
                        || name.startsWith("crd/")) {
                    continue; // a component, which somebody else's kustomization names, or what is applied before
                }
                assertTrue(
                        kustomization.contains("- " + name + "\n")
                                || List.of("kustomization.yaml", "webhook/registration.yaml")
                                        .contains(name),
                        name);
            }
        }
    }

    @Test
    void kustomize_puts_everything_together_with_and_without_cert_manager(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/kubectl")), "no kubectl here");
        var plain = kustomize(DEPLOY);
        for (var kind : List.of("Deployment", "DaemonSet", "PodDisruptionBudget", "NetworkPolicy", "ClusterRole")) {
            assertTrue(plain.contains("\nkind: " + kind + "\n"), kind);
        }
        assertTrue(plain.contains("image: gatehouse/gatehouse:0.1.0\n"));
        assertFalse(plain.contains("ValidatingWebhookConfiguration"), "it is applied last, by hand");
        Files.writeString(folder.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [%s]
                components: [%s]
                """.formatted(
                folder.toRealPath().relativize(DEPLOY.toRealPath()),
                folder.toRealPath().relativize(DEPLOY.resolve("cert-manager").toRealPath())));
        var managed = kustomize(folder);
        assertTrue(managed.contains("- --certificate=/certificate/tls.crt\n        - --key=/certificate/tls.key\n"));
        assertTrue(managed.contains("kind: Certificate\n"));
        Files.writeString(folder.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [%s]
                components: [%s, %s]
                """.formatted(
                folder.toRealPath().relativize(DEPLOY.toRealPath()),
                folder.toRealPath().relativize(DEPLOY.resolve("cluster").toRealPath()),
                folder.toRealPath().relativize(DEPLOY.resolve("self-signed").toRealPath())));
        var own = kustomize(folder);
        assertTrue(
                own.contains("- --certificate-secret=gatehouse-admission-authority\n        - --policies=/policies\n"));
        assertTrue(own.contains("- --cluster\n"));
        assertFalse(own.contains("gatehouse-admission-certificate"), "nobody has to make it");
    }

    private static String kustomize(Path folder) throws IOException, InterruptedException {
        var kubectl = new ProcessBuilder("kubectl", "kustomize", folder.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, kubectl.waitFor(), said);
        return said;
    }

    @Test
    void the_webhook_keeps_the_rules_it_holds_others_to() throws IOException {
        var report = OfflineCheck.check(
                OfflineCheck.read(List.of(DEPLOY.resolve("webhook")), InputStream.nullInputStream()),
                Policies.snapshot(Policies.policy("all", Mode.ENFORCE, Policies.EVERYTHING)),
                "default",
                LocalDate.EPOCH);
        assertEquals(List.of(), report.problems());
        assertEquals(1, report.judged().size());
        assertEquals(
                List.of(), report.judged().getFirst().decision().findings(), "the webhook would refuse its own pods");
        assertTrue(report.judged().getFirst().decision() instanceof Decision.Allow);
    }

    private static Node.Mapping parsed(String yaml) {
        var reading = YamlReader.read(new SourceText("rendered", yaml));
        assertEquals(List.of(), reading.diagnostics());
        return (Node.Mapping) reading.documents().getFirst();
    }

    private static Node.Mapping webhook(Node.Mapping configuration) {
        return (Node.Mapping) ((Node.Sequence) configuration.get("webhooks").orElseThrow())
                .items()
                .getFirst();
    }

    /// Each rule as `group OPERATION resource`, one a line.
    private static String rules(Node.Mapping configuration) {
        return ((Node.Sequence) webhook(configuration).get("rules").orElseThrow())
                .items().stream()
                        .map(Node.Mapping.class::cast)
                        .flatMap(rule -> texts(rule, "apiGroups").stream()
                                .flatMap(group -> texts(rule, "operations").stream()
                                        .flatMap(operation -> texts(rule, "resources").stream()
                                                .map(resource -> group + " " + operation + " " + resource))))
                        .collect(Collectors.joining("\n", "", "\n"));
    }

    private static List<String> texts(Node.Mapping rule, String field) {
        return ((Node.Sequence) rule.get(field).orElseThrow())
                .items().stream().map(item -> ((Node.Text) item).value()).toList();
    }
}
