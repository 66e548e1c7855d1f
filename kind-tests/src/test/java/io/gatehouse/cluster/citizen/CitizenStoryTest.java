// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.citizen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@ClusterStory
class CitizenStoryTest {
    @RegisterExtension
    static final Story STORY = Story.of("citizen", CitizenStoryTest::begin);

    private static final ObjectMapper JSON = new ObjectMapper();
    /// Where more is wrong than a report lists.
    private static String crowded;

    private static Gate gate;

    static void begin(Story story) throws Exception {
        crowded = story.namespace() + "-crowded";
        story.namespace(crowded, Map.of());
        story.make(deployment("before"));
        for (int i = 0; i < 60; i++) {
            story.make(template(i));
        }
        story.make(policy("scanned", "audit", "before", ""));
        story.make(policy("scanned", "audit", "before", "")
                .replace("namespace: " + story.namespace(), "namespace: " + crowded));
        gate = Citizen.of(story).start("one");
        gate.register();
    }

    @AfterEach
    void nothing_is_refused_to_its_account() {
        assertEquals(List.of(), Citizen.refused(gate));
    }

    private static String deployment(String app) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec: {containers: [{name: web, image: registry.invalid/web}]}
                """.formatted(app, STORY.namespace());
    }

    /// Ten containers, and so ten findings.
    private static String template(int number) {
        return """
                apiVersion: v1
                kind: PodTemplate
                metadata: {name: crowd-%02d, namespace: %s}
                template:
                  metadata: {labels: {app: before}}
                  spec: {containers: [%s]}
                """.formatted(
                        number,
                        crowded,
                        IntStream.range(0, 10)
                                .mapToObj(i -> "{name: c%d, image: registry.invalid/web}".formatted(i))
                                .collect(Collectors.joining(", ")));
    }

    private static String policy(String name, String mode, String app, String more) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: WorkloadPolicy
                metadata: {name: %s, namespace: %s, labels: {app.kubernetes.io/managed-by: git}}
                spec:
                  mode: %s
                  match: {podSelector: {matchLabels: {app: %s}}}
                  admission: {readOnlyRootFilesystem: {required: true}}
                  %s
                """.formatted(name, STORY.namespace(), mode, app, more);
    }

    private static String pod(String name, String app) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s, labels: {app: %s}}
                spec: {containers: [{name: web, image: registry.invalid/web}]}
                """.formatted(name, STORY.namespace(), app);
    }

    private static JsonNode object(String path) throws IOException {
        return JSON.readTree(STORY.client().raw(path));
    }

    private static JsonNode policy(String name) throws IOException {
        return object("/apis/gatehouse.io/v1alpha1/namespaces/" + STORY.namespace() + "/workloadpolicies/" + name);
    }

    private static String condition(String policy, String type) throws IOException {
        return StreamSupport.stream(policy(policy).at("/status/conditions").spliterator(), false)
                .filter(one -> one.path("type").asText().equals(type))
                .map(one ->
                        one.path("status").asText() + " " + one.path("reason").asText())
                .findFirst()
                .orElse("");
    }

    private static boolean refused(String manifest) {
        try {
            STORY.client().resource(manifest).dryRun(true).create();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == 422;
        }
    }

    /// A GitOps tool that compares the cluster with git finds nothing, however often the gate has written.
    @Test
    void status_is_written_and_nothing_drifts() throws Exception {
        var file = Files.writeString(STORY.folder().resolve("applied.yaml"), policy("applied", "enforce", "none", ""));
        var kubectl = STORY.kubectl();
        var applied = kubectl.run("apply", "-f", file.toString());
        assertEquals("workloadpolicy.gatehouse.io/applied created\n", applied.text());
        Story.await("its status is written", () -> condition("applied", "Ready").equals("True InForce"));
        assertEquals("True Compiled", condition("applied", "Compiled"));

        var diff = kubectl.run("diff", "-f", file.toString());
        assertEquals("", diff.text());
        assertEquals(0, diff.status());
        assertEquals(
                "workloadpolicy.gatehouse.io/applied unchanged\n",
                kubectl.run("apply", "-f", file.toString()).text());
        var now = policy("applied");
        assertEquals(1, now.at("/metadata/generation").asInt());
        var ours = StreamSupport.stream(now.at("/metadata/managedFields").spliterator(), false)
                .filter(one -> one.path("manager").asText().startsWith("gatehouse"))
                .toList();
        assertEquals(1, ours.size(), now::toPrettyString);
        assertEquals("status", ours.getFirst().path("subresource").asText());
        assertEquals(
                List.of("f:status"),
                ours.getFirst().path("fieldsV1").properties().stream()
                        .map(Map.Entry::getKey)
                        .toList());
        var shown = kubectl.run("-n", STORY.namespace(), "get", "workloadpolicies", "applied")
                .text();
        assertTrue(shown.lines().findFirst().orElse("").contains("READY"), shown);
        assertTrue(shown.contains("True"), shown);
    }

    @Test
    void a_policy_that_is_wrong_says_where_and_what_it_said_before_stays_in_force() throws Exception {
        STORY.make(policy("broken", "enforce", "broken", ""));
        Story.await("it is in force", () -> condition("broken", "Ready").equals("True InForce"));
        assertTrue(refused(pod("broken", "broken")));

        var wrong = policy("broken", "enforce", "broken", "")
                .replace(
                        "{readOnlyRootFilesystem: {required: true}}",
                        "{deny: [{name: a, when: ka.nothing = 1, message: m}]}");
        STORY.client().resource(wrong).forceConflicts().serverSideApply();
        Story.await("it says so", () -> condition("broken", "Compiled").equals("False Refused"));
        assertEquals("False OlderInForce", condition("broken", "Ready"));
        var error = policy("broken").at("/status/lastError");
        assertTrue(
                error.path("place").asText().startsWith("WorkloadPolicy " + STORY.namespace() + "/broken:"),
                error::toString);
        assertTrue(refused(pod("broken", "broken")));
    }

    @Test
    void an_exemption_counts_until_its_last_day() throws Exception {
        STORY.make(policy("strict", "enforce", "importer", "exemptionsFrom: [%s]".formatted(STORY.namespace())));
        Story.await("the policy is in force", () -> refused(pod("importer", "importer")));
        var exemption = """
                apiVersion: gatehouse.io/v1alpha1
                kind: PolicyExemption
                metadata: {name: importer, namespace: %1$s}
                spec:
                  policies: [%1$s/strict]
                  match: {podSelector: {matchLabels: {app: importer}}}
                  owner: jane@example.com
                  reason: a story
                  expires: %2$s
                """;
        STORY.make(exemption.formatted(STORY.namespace(), "2099-01-01"));
        Story.await("the exemption counts", () -> !refused(pod("importer", "importer")));
        STORY.client()
                .resource(exemption.formatted(STORY.namespace(), "2020-01-01"))
                .forceConflicts()
                .serverSideApply();
        Story.await("the exemption has ended", () -> refused(pod("importer", "importer")));
    }

    @Test
    void a_namespace_goes_ahead_by_its_label() throws Exception {
        STORY.make("""
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %1$s}
                spec:
                  mode: audit
                  namespaceModes: [enforce]
                  match: {namespaces: [%1$s], podSelector: {matchLabels: {app: ahead}}}
                  admission: {readOnlyRootFilesystem: {required: true}}
                """.formatted(STORY.namespace()));
        var path = "/apis/gatehouse.io/v1alpha1/clusterworkloadpolicies/" + STORY.namespace();
        Story.await("the policy is in force", () -> STORY.client().raw(path).contains("\"InForce\""));
        assertFalse(refused(pod("ahead", "ahead")));
        label("gatehouse.io/mode=enforce");
        Story.await("the namespace has gone ahead", () -> refused(pod("ahead", "ahead")));
        label("gatehouse.io/mode-");
        Story.await("it is back", () -> !refused(pod("ahead", "ahead")));
    }

    private static void label(String label) throws IOException, InterruptedException {
        var said = STORY.kubectl().run("label", "namespace", STORY.namespace(), label);
        assertEquals(0, said.status(), said::text);
    }

    /// Whoever looks at a Deployment that has no pods finds out why.
    @Test
    void a_denial_is_an_event_on_what_would_have_made_the_pod() throws Exception {
        STORY.make(policy("telling", "enforce", "before", ""));
        Story.await("the policy is in force", () -> refused(pod("told", "before")));
        assertThrows(
                KubernetesClientException.class,
                () -> STORY.client().resource(pod("told", "before")).create());
        Story.await(
                "the denied pod is told of",
                () -> events().stream()
                        .anyMatch(one -> one.getRegarding().getName().equals("told")));

        STORY.client()
                .pods()
                .inNamespace(STORY.namespace())
                .withLabel("app", "before")
                .delete();
        Story.await(
                "its ReplicaSet is told of",
                () -> events().stream()
                        .anyMatch(one -> one.getRegarding().getKind().equals("ReplicaSet")
                                && one.getRegarding().getName().startsWith("before-")));
        var described = STORY.kubectl().run("-n", STORY.namespace(), "get", "events");
        assertTrue(described.text().contains("PolicyDenied"), described::text);
    }

    private static List<Event> events() {
        return STORY.client().events().v1().events().inNamespace(STORY.namespace()).list().getItems().stream()
                .filter(one -> "PolicyDenied".equals(one.getReason()))
                .toList();
    }

    /// A Deployment, its ReplicaSet and its pods are one finding.
    @Test
    void what_runs_already_is_reported_once() throws Exception {
        var path = "/apis/openreports.io/v1alpha1/namespaces/" + STORY.namespace() + "/reports/gatehouse";
        Story.await("the scan is reported", () -> STORY.client().raw(path) != null);
        var results = StreamSupport.stream(object(path).path("results").spliterator(), false)
                .filter(one -> one.path("policy").asText().endsWith("/scanned"))
                .toList();
        assertEquals(1, results.size(), results::toString);
        assertEquals("warn", results.getFirst().path("result").asText());
        assertEquals("Deployment", results.getFirst().at("/resources/0/kind").asText(), results::toString);
        var uid = STORY.client()
                .apps()
                .deployments()
                .inNamespace(STORY.namespace())
                .withName("before")
                .get()
                .getMetadata()
                .getUid();
        assertEquals(uid, results.getFirst().at("/resources/0/uid").asText());
    }

    @Test
    void a_report_is_bounded_and_counts_what_it_leaves_out() throws Exception {
        var path = "/apis/openreports.io/v1alpha1/namespaces/" + crowded + "/reports/gatehouse";
        Story.await("the scan is reported", () -> STORY.client().raw(path) != null);
        var report = object(path);
        assertEquals(500, report.path("results").size());
        assertEquals(600, report.at("/summary/warn").asInt());
        assertEquals(
                "100",
                report.at("/metadata/annotations/gatehouse.io~1unlisted-findings")
                        .asText());

        STORY.client()
                .resource(policy("scanned", "audit", "before", "")
                        .replace("namespace: " + STORY.namespace(), "namespace: " + crowded))
                .delete();
        Story.await(
                "a report with nothing to say is taken away",
                Duration.ofMinutes(3),
                () -> STORY.client().raw(path) == null);
    }
}
