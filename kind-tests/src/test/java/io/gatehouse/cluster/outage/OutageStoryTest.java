// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.outage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@ClusterStory
class OutageStoryTest {
    private static final String GROUP = "outage.gatehouse-story.io";
    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: immutable}
            spec:
              mode: enforce
              admission:
                readOnlyRootFilesystem: {required: true}
                workloads: [{group: %s, kind: Heap, templates: [spec.template]}]
            """.formatted(GROUP);
    private static final String CUSTOM_KIND = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: heaps.%1$s}
            spec:
              group: %1$s
              names: {kind: Heap, plural: heaps, singular: heap}
              scope: Namespaced
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """.formatted(GROUP);
    private static final String GOOD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: good}
            spec: {containers: [{name: web, image: registry.invalid/web, securityContext: {readOnlyRootFilesystem: true}}]}
            """;

    @RegisterExtension
    static final Story STORY = Story.of("outage", OutageStoryTest::begin);

    private static Gate gate;
    /// One that the registration is not about.
    private static String elsewhere;

    static void begin(Story story) throws Exception {
        elsewhere = story.namespace() + "-elsewhere";
        story.namespace(elsewhere, Map.of());
        story.make(CUSTOM_KIND);
        Story.await("the kind is served", () -> story.client().raw("/apis/" + GROUP + "/v1/heaps") != null);
        gate = Gate.withPolicies(story, POLICIES);
        gate.register();
    }

    private static String create(String namespace) throws Exception {
        return STORY.kubectl().with(GOOD, "-n", namespace, "create", "-f", "-").text();
    }

    private static void assertNobodyJudged(String said) {
        assertTrue(said.contains("failed calling webhook \"gate.gatehouse.io\""), said);
        assertFalse(said.contains("denied the request"), said);
        assertNull(STORY.client()
                .pods()
                .inNamespace(STORY.namespace())
                .withName("good")
                .get());
    }

    @Test
    void while_it_is_gone_nothing_gets_in_and_once_it_is_back_the_registration_still_holds() throws Exception {
        gate.kill();
        var said = create(STORY.namespace());
        assertNobodyJudged(said);
        assertTrue(said.contains("connect: connection refused"), said);
        assertEquals("pod/good created\n", create(elsewhere));

        gate = Gate.start(STORY, Gate.Start.of("gate").at(gate.port()), POLICIES);
        gate.awaitAsked();
        assertTrue(STORY.kubectl()
                .with(GOOD, "-n", STORY.namespace(), "create", "--dry-run=server", "-f", "-")
                .text()
                .contains("pod/good created"));
    }

    @Test
    void while_it_hangs_the_api_server_waits_for_as_long_as_the_registration_says() throws Exception {
        gate.signal("STOP");
        try {
            var begun = System.nanoTime();
            var said = create(STORY.namespace());
            var took = Duration.ofNanos(System.nanoTime() - begun);
            assertNobodyJudged(said);
            assertTrue(said.contains("context deadline exceeded"), said);
            assertTrue(took.compareTo(Duration.ofSeconds(5)) >= 0, took::toString);
        } finally {
            gate.signal("CONT");
        }
        gate.awaitAsked();
    }

    /// A twentieth of a processor, and forty requests at once: who is not judged in time is told so, and stays out.
    @Test
    void while_it_is_starved_nothing_gets_in_that_was_not_judged() throws Exception {
        var fed = new CountDownLatch(1);
        var good = new ConcurrentLinkedQueue<String>();
        var bad = new ConcurrentLinkedQueue<String>();
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            threads.submit(() -> starve(fed));
            var asked = new ArrayList<Future<?>>();
            for (int i = 0; i < 20; i++) {
                var name = "-" + i;
                asked.add(threads.submit(() -> good.add(makes("starved-good" + name, true))));
                asked.add(threads.submit(() -> bad.add(makes("starved-bad" + name, false))));
            }
            for (var one : asked) {
                one.get(2, TimeUnit.MINUTES);
            }
            fed.countDown();
        }
        assertEquals(20, bad.size());
        for (var said : bad) {
            assertTrue(said.contains("readOnlyRootFilesystem") || said.contains("failed calling webhook"), said);
        }
        for (var said : good) {
            assertTrue(said.equals("made") || said.contains("failed calling webhook"), said);
        }
        gate.awaitAsked();
        assertEquals("made", makes("fed", true));
    }

    private static Void starve(CountDownLatch fed) throws Exception {
        do {
            gate.signal("STOP");
            Thread.sleep(190);
            gate.signal("CONT");
        } while (!fed.await(10, TimeUnit.MILLISECONDS));
        return null;
    }

    /// What the API server says, or that it made the pod.
    private static String makes(String name, boolean right) {
        var manifest = right ? GOOD : GOOD.replace("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false");
        var pod = STORY.client()
                .getKubernetesSerialization()
                .unmarshal(manifest.replace("name: good", "name: " + name), Pod.class);
        try {
            STORY.client().pods().inNamespace(STORY.namespace()).resource(pod).create();
            return "made";
        } catch (KubernetesClientException e) {
            return e.getMessage();
        }
    }

    /// What is no decision of a policy does not look like one.
    @Test
    void a_review_that_cannot_be_judged_is_told_in_our_words() throws Exception {
        var heap = """
                apiVersion: %s/v1
                kind: Heap
                metadata: {name: deep}
                spec: {template: %s1%s}
                """.formatted(GROUP, "[".repeat(500), "]".repeat(500));
        var ended = STORY.kubectl().with(heap, "-n", STORY.namespace(), "create", "-f", "-");
        assertNotEquals(0, ended.status());
        assertTrue(ended.text().contains("failed calling webhook \"gate.gatehouse.io\""), ended::text);
        assertTrue(
                ended.text().contains("gatehouse: the request cannot be judged; this is not a policy decision: GH-"),
                ended::text);
    }
}
