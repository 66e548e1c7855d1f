// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.agent.kubernetes.NodeInCluster;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.FeedSources;
import io.gatehouse.feed.FeedSources.Following;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.feed.PolicyListener;
import io.gatehouse.feed.kubernetes.ApiServerStandIn;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a cluster says, as it is felt in a container of a node. The cluster is a stand-in over real
/// HTTP; container, agent and kernel are real.
@Tag("kernel")
@Tag("slow")
class ClusterOnNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120); // in software emulation
    private static final String UID = "0f5c2f0e-0000-4000-8000-00000000000";

    @TempDir
    Path tmp;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final AtomicReference<RunningAgent> agent = new AtomicReference<>();
    private ApiServerStandIn cluster;
    private NodeInCluster node;
    private PolicyFeed feed;
    private RuncContainer container;

    @BeforeEach
    void serve() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        cluster = new ApiServerStandIn(
                "api/v1/pods",
                "api/v1/namespaces",
                "apis/gatehouse.io/v1alpha1/clusterworkloadpolicies",
                "apis/gatehouse.io/v1alpha1/clusterpolicyexemptions");
    }

    @AfterEach
    void end() throws IOException {
        if (feed != null) {
            feed.close();
        }
        if (node != null) {
            node.close();
        }
        if (agent.get() != null) {
            agent.get().close();
        }
        if (container != null) {
            container.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private final class Handing implements PolicyListener {
        @Override
        public void inForce(Snapshot snapshot) {
            if (agent.get() != null) {
                agent.get().agent().inForce(snapshot);
            }
        }

        @Override
        public void refused(List<Diagnostic> diagnostics) {
            throw new AssertionError(diagnostics.toString());
        }
    }

    private void startAgent() throws InterruptedException {
        node = NodeInCluster.start(
                cluster.connect(), new NodeInCluster.Options("n1", tmp.resolve("memory")), System.err::println);
        var sources = new FeedSources(Optional.empty(), List.of(), RulesOptions.DEFAULT, Following.ORDERS, node);
        feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(sources, new Handing()))
                .feed();
        agent.set(RunningAgent.start(node, feed.current(), now::get));
        node.begin(feed::reload, () -> agent.get().agent().clusterChanged());
    }

    private static RuncContainer.Options inPod(int number) {
        return RuncContainer.Options.defaults()
                .withAnnotation("io.kubernetes.cri.sandbox-namespace", "shop")
                .withAnnotation("io.kubernetes.cri.sandbox-name", "web-" + number)
                .withAnnotation("io.kubernetes.cri.sandbox-uid", UID + number)
                .withAnnotation("io.kubernetes.cri.container-name", "web");
    }

    private void startContainer() throws IOException {
        container = RuncContainer.create(tmp, inPod(1));
        container.start();
    }

    private void tellPod(int number, String app) {
        cluster.put("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web-%d, namespace: shop, uid: %s%d, labels: {app: %s}}
                spec: {nodeName: n1}
                """.formatted(number, UID, number, app));
    }

    private void policy(String spec) {
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: strict}
                spec: {%s, runtime: {processes: {fromImageOnly: true, action: kill}}}
                """.formatted(spec));
    }

    private void namespace(String labels) {
        cluster.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {%s}}\n".formatted(labels));
    }

    /// A program that is no part of the image.
    private boolean runs() {
        try {
            return container
                    .exec("sh", "-c", "/busybox-dropped echo ran")
                    .stdout()
                    .strip()
                    .equals("ran");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void drop() throws IOException {
        assertEquals(0, container.exec("cp", "/bin/busybox", "/busybox-dropped").exit());
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "not within " + PATIENCE + ": " + what);
            Thread.sleep(10);
        }
    }

    @Test
    void a_namespaces_label_turns_enforcement_on_and_off_in_a_running_container() throws Exception {
        tellPod(1, "web");
        policy("mode: audit, namespaceModes: [enforce]");
        startAgent();
        startContainer();
        drop();
        assertTrue(runs(), "the policy is in audit");

        long before = System.nanoTime();
        namespace("gatehouse.io/mode: enforce");
        await("the label is felt", () -> !runs());
        System.out.println("a label of a namespace was felt after " + (System.nanoTime() - before) / 1_000_000 + " ms");

        namespace("");
        await("the label is gone", this::runs);
    }

    @Test
    void a_label_of_a_running_pod_selects_its_rules_anew() throws Exception {
        tellPod(1, "web");
        policy("mode: enforce, match: {podSelector: {matchLabels: {app: shop}}}");
        startAgent();
        startContainer();
        drop();
        assertTrue(runs(), "no policy selects it");
        tellPod(1, "shop");
        long before = System.nanoTime();
        await("the label is felt", () -> !runs());
        System.out.println("a label of a pod was felt after " + (System.nanoTime() - before) / 1_000_000 + " ms");
        tellPod(1, "web");
        await("the label is gone", this::runs);
    }

    @Test
    void an_expired_exemption_is_enforced_again_with_no_restart() throws Exception {
        tellPod(1, "web");
        policy("mode: enforce");
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterPolicyExemption
                metadata: {name: for-a-day}
                spec:
                  policies: [strict]
                  match: {namespaces: [shop], podSelector: {matchLabels: {app: web}}}
                  owner: jane@example.com
                  reason: until the image is mended
                  expires: 2026-11-21
                """);
        startAgent();
        startContainer();
        drop();
        assertTrue(runs(), "exempt on its last day");
        now.set(Instant.parse("2026-11-21T23:59:59.900Z"));
        assertTrue(runs(), "exempt to the end of its last day");

        now.set(Instant.parse("2026-11-22T00:00:00Z"));
        await("the day is over", () -> !runs());
        agent.get().notice("for-a-day");
    }

    /// A pod is not told of before its first program starts, as where a watch lags: it must not
    /// slip past a policy that would select it.
    @Test
    void a_pod_that_is_not_told_of_yet_waits_and_then_counts_as_selected() throws Exception {
        policy("mode: enforce, match: {podSelector: {matchLabels: {app: web}}}");
        startAgent();
        startContainer();
        drop();
        agent.get().notice("has not told of the pod of container web");
        assertTrue(!runs(), "it may carry the label");
        tellPod(1, "other");
        await("it does not carry it", this::runs);
    }

    @Test
    void a_program_that_waits_goes_on_under_its_own_rules_as_soon_as_its_pod_is_told() throws Exception {
        policy("mode: enforce, match: {podSelector: {matchLabels: {app: other}}}");
        startAgent();
        var told = Thread.ofVirtual().unstarted(() -> tellPod(1, "web"));
        long before = System.nanoTime();
        container = RuncContainer.create(tmp, inPod(1));
        told.start();
        container.start();
        drop();
        assertTrue(runs(), "no policy selects it");
        told.join();
        System.out.println("created, told of and run within " + (System.nanoTime() - before) / 1_000_000 + " ms");
        assertEquals(0, feed.counters().failures());
    }
}
