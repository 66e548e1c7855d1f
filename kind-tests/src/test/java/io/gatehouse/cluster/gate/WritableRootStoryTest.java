// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.admission.server.WebhookConfiguration.Target;
import io.gatehouse.cluster.Cluster;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A pod with a writable root is refused in enforce and warned of in audit.
@Timeout(300)
class WritableRootStoryTest {
    private static final String NAMESPACE =
            "gatehouse-story-" + UUID.randomUUID().toString().substring(0, 8);
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: %s}
            spec:
              containers:
                - name: web
                  image: registry.invalid/web:1
                  securityContext: {readOnlyRootFilesystem: %s}
            """;
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: %s}
            spec:
              replicas: 0
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: "registry.invalid/web:1"}]}
            """;

    @TempDir
    static Path directory;

    private static final BlockingQueue<Alert> ALERTS = new ArrayBlockingQueue<>(1000);
    /// Why every test here is skipped, empty where none is.
    private static String noCluster = "";

    private static Cluster cluster;
    private static AdmissionServer server;
    /// Written by the test, read by the webhook.
    private static volatile Snapshot snapshot;

    @BeforeAll
    static void register() throws IOException {
        switch (Cluster.search()) {
            case Cluster.Search.None(var reason) -> {
                noCluster = reason;
                return;
            }
            case Cluster.Search.Found(var found) -> cluster = found;
        }
        snapshot = policy("enforce");
        server = AdmissionServer.start(
                AdmissionOptions.of(
                        cluster.bindAddress(),
                        0,
                        new Certificate.SelfSigned(directory.resolve("state"), List.of(cluster.hostName()))),
                () -> snapshot,
                ALERTS::offer);
        cluster.expose(server.port());
        cluster.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        create(WebhookConfiguration.render(
                NAMESPACE,
                new Target.Url("https://" + cluster.hostName() + ":" + server.port()),
                server.caBundle(),
                Optional.of(NAMESPACE)));
        awaitWebhook();
    }

    /// A registration takes a moment to reach the API server's own cache.
    private static void awaitWebhook() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        int asked = 0;
        while (server.stats().reviews() == 0) {
            assertTrue(System.nanoTime() < until, "the API server does not call the webhook");
            var probe = POD.formatted("probe-" + asked++, NAMESPACE, "true");
            cluster.client().resource(probe).dryRun(true).create();
        }
    }

    @AfterAll
    static void unregister() {
        if (cluster == null) {
            return;
        }
        cluster.client()
                .admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(NAMESPACE)
                .delete();
        cluster.client().namespaces().withName(NAMESPACE).delete();
        if (server != null) {
            server.close();
        }
        cluster.close();
    }

    @BeforeEach
    void needsACluster() { // for each test, since a class that is given up whole is not reported as skipped
        assumeTrue(noCluster.isEmpty(), noCluster);
    }

    @AfterEach
    void forget() {
        ALERTS.clear();
    }

    @Test
    void in_enforce_it_is_refused_with_the_field_and_the_policy() throws Exception {
        snapshot = policy("enforce");
        var refusal = assertThrows(
                KubernetesClientException.class, () -> create(POD.formatted("refused", NAMESPACE, "false")));
        assertEquals(422, refusal.getCode());
        List<StatusCause> causes = refusal.getStatus().getDetails().getCauses();
        assertEquals(1, causes.size());
        assertEquals(
                "spec.containers[0].securityContext.readOnlyRootFilesystem",
                causes.getFirst().getField());
        assertTrue(causes.getFirst().getMessage().endsWith("(policy immutable, admission.readOnlyRootFilesystem)"));
        var alert = ALERTS.poll(30, TimeUnit.SECONDS);
        assertEquals("admission.readOnlyRootFilesystem", alert.rule());
    }

    @Test
    void a_deployment_of_such_pods_is_refused_too() {
        snapshot = policy("enforce");
        var refusal = assertThrows(KubernetesClientException.class, () -> create(DEPLOYMENT.formatted(NAMESPACE)));
        assertEquals(
                "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
                refusal.getStatus().getDetails().getCauses().getFirst().getField());
    }

    @Test
    void in_audit_it_is_let_through_and_told() throws Exception {
        snapshot = policy("audit");
        create(POD.formatted("audited", NAMESPACE, "false"));
        assertEquals(
                "admission.readOnlyRootFilesystem",
                ALERTS.poll(30, TimeUnit.SECONDS).rule());
        assertTrue(server.stats().warned() > 0);
    }

    @Test
    void a_read_only_root_passes() {
        snapshot = policy("enforce");
        create(POD.formatted("good", NAMESPACE, "true"));
    }

    @Test
    void kubectl_shows_the_bullet_and_the_warning() throws Exception {
        assumeTrue(
                Path.of("/usr/bin/kubectl").toFile().canExecute()
                        || Path.of("/usr/local/bin/kubectl").toFile().canExecute(),
                "kubectl is not installed");
        snapshot = policy("enforce");
        var refused = kubectl(POD.formatted("by-hand", NAMESPACE, "false"));
        assertTrue(refused.contains("The Pod \"by-hand\" is invalid"), refused);
        assertTrue(
                refused.contains("spec.containers[0].securityContext.readOnlyRootFilesystem: "
                        + "container \"web\" may write to its root filesystem; set it to true"),
                refused);
        snapshot = policy("audit");
        var warned = kubectl(POD.formatted("by-hand", NAMESPACE, "false"));
        assertTrue(
                warned.contains("Warning: immutable admission.readOnlyRootFilesystem: "
                        + "container \"web\" may write to its root filesystem"),
                warned);
        assertTrue(warned.contains("pod/by-hand created"), warned);
    }

    private static String kubectl(String manifest) throws IOException, InterruptedException {
        var file = Files.writeString(directory.resolve("manifest.yaml"), manifest);
        var process = new ProcessBuilder(
                        "kubectl", "--kubeconfig", cluster.kubeconfig().toString(), "create", "-f", file.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private static void create(String yaml) {
        cluster.client().resource(yaml).create();
    }

    private static Snapshot policy(String mode) {
        var text = """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: immutable}
                spec:
                  mode: %s
                  admission: {readOnlyRootFilesystem: {required: true}}
                """.formatted(mode);
        return PolicyCompiler.compile(List.of(new SourceText("policy.yaml", text)))
                .snapshot()
                .orElseThrow();
    }
}
