// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The API server's audit back-end feeds the rules, and what passed while nobody judged is judged after the fact.
@ClusterStory
class AuditStoryTest {
    private static final String RULES = """
            - rule: A Pod Of The Story
              desc: somebody made one
              condition: ka.verb = create and ka.target.resource = pods and not ka.target.subresource exists and ka.target.namespace = %s
              output: a pod was made (who=%%ka.user.name pod=%%ka.target.name image=%%ka.req.pod.containers.image code=%%ka.response.code)
              priority: WARNING
              source: k8s_audit
            """;
    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: immutable}
            spec:
              mode: enforce
              match: {podSelector: {matchLabels: {story: audit}}}
              admission: {readOnlyRootFilesystem: {required: true}}
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, labels: {story: audit}}
            spec: {containers: [{name: web, image: registry.invalid/web}]}
            """;

    @RegisterExtension
    static final Story STORY = Story.of("audit", AuditStoryTest::begin);

    private static Gate gate;

    static void begin(Story story) throws Exception {
        if (Callbacks.given().isPresent()) {
            var folder = Files.createDirectories(story.folder().resolve("gate/policies"));
            Files.writeString(folder.resolve("rules.yaml"), RULES.formatted(story.namespace()));
            gate = Callbacks.needed().gate(story, POLICIES, "--audit-events");
        }
    }

    private static String create(String name) throws Exception {
        return Callbacks.needed()
                .kubectl(STORY)
                .with(POD.formatted(name), "-n", STORY.namespace(), "create", "-f", "-")
                .text();
    }

    @Test
    void what_the_api_server_logs_is_put_to_the_rules() throws Exception {
        assertEquals("pod/logged created\n", create("logged"));
        var alert = gate.awaitAlert("pod=logged");
        assertTrue(
                alert.contains("a pod was made (who=admin pod=logged image=(registry.invalid/web) code=201)"), alert);
    }

    /// The webhook is registered at a port where nobody answers, and lets through what it does not hear of.
    @Test
    void what_was_let_through_unjudged_is_judged_from_the_log() throws Exception {
        STORY.make(gate.registration()
                .replaceFirst("url: .*", "url: https://127.0.0.1:1/validate")
                .replace("failurePolicy: Fail", "failurePolicy: Ignore"));
        Story.await("a request was let through unjudged", () -> {
            assertTrue(create("missed-" + System.nanoTime()).contains("created"));
            return gate.alertSoon("while the gate did not answer");
        });
        assertTrue(create("missed").contains("created"));
        var alert = gate.awaitAlert("Pod " + STORY.namespace() + "/missed while the gate did not answer: ");
        assertTrue(alert.contains("may write to its root filesystem"), alert);
    }
}
