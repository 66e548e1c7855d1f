// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.containers.ContainerRuntime;
import io.gatehouse.agent.enforce.ClusterFacts.Pod;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.FeedSources;
import io.gatehouse.feed.FeedSources.Following;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.feed.PolicyListener;
import io.gatehouse.feed.kubernetes.ApiServerStandIn;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node in a cluster that is a stand-in over real HTTP.
class NodeInClusterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String NODES = "apis/gatehouse.io/v1alpha1/nodereports";
    private static final NodeReporter.Times QUICK = new NodeReporter.Times(
            Duration.ofMillis(20), Duration.ZERO, Duration.ofMillis(300), Duration.ofSeconds(960));

    @TempDir
    private Path folder;

    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final Semaphore facts = new Semaphore(0);
    private final List<AutoCloseable> open = new ArrayList<>();
    private ApiServerStandIn cluster;

    private static final PolicyListener DEAF = new PolicyListener() {
        @Override
        public void inForce(Snapshot snapshot) {}

        @Override
        public void refused(List<Diagnostic> diagnostics) {}
    };

    private record Node(NodeInCluster side, PolicyFeed feed) implements AutoCloseable {
        @Override
        public void close() {
            feed.close();
            side.close();
        }

        List<String> policies() {
            return feed.current().policies().stream()
                    .map(WorkloadPolicy::name)
                    .map(Object::toString)
                    .toList();
        }
    }

    @BeforeEach
    void serve() throws IOException {
        cluster = new ApiServerStandIn(
                "api/v1/pods",
                "api/v1/namespaces",
                NODES,
                "apis/gatehouse.io/v1alpha1/workloadpolicies",
                "apis/gatehouse.io/v1alpha1/clusterworkloadpolicies",
                "apis/gatehouse.io/v1alpha1/ruleresponses",
                "apis/gatehouse.io/v1alpha1/emergencybrakes",
                "apis/gatehouse.io/v1alpha1/policyexemptions",
                "apis/gatehouse.io/v1alpha1/clusterpolicyexemptions");
        open.add(cluster);
    }

    @AfterEach
    void end() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    private Path memory() {
        return folder.resolve("cluster");
    }

    private Node node() throws InterruptedException {
        var side =
                NodeInCluster.start(cluster.connect(), new NodeInCluster.Options("n1", memory(), QUICK), notices::add);
        var sources = new FeedSources(Optional.empty(), List.of(), RulesOptions.DEFAULT, Following.ORDERS, side);
        var feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(sources, DEAF))
                .feed();
        side.begin(feed::reload, facts::release);
        var node = new Node(side, feed);
        open.add(node);
        return node;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "not within " + PATIENCE + ": " + what);
            Thread.sleep(10);
        }
    }

    private void awaitNotice(String part) throws InterruptedException {
        for (String next = ""; !next.contains(part); ) {
            next = notices.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertNotNull(next, "nobody said '" + part + "'");
        }
    }

    private void awaitMemory(String part) throws InterruptedException {
        await("'" + part + "' is remembered", () -> {
            try {
                return Files.exists(memory()) && Files.readString(memory()).contains(part);
            } catch (IOException _) {
                return false;
            }
        });
    }

    private void policy(String name, String spec) {
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %s}
                spec: {%s}
                """.formatted(name, spec));
    }

    private void namespace(String name, String labels) {
        cluster.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n".formatted(name, labels));
    }

    private void pod(String name, String uid, String node, String more) {
        cluster.put("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: shop, uid: %s%s}
                spec: {nodeName: %s}
                status: {containerStatuses: [{name: c, containerID: "containerd://id-%s"}]}
                """.formatted(name, uid, more, node, name));
    }

    private static Container container(String id, Optional<String> podUid) {
        return new Container(
                id,
                Optional.of("c"),
                Optional.empty(),
                ContainerRuntime.CONTAINERD,
                Container.Kind.WORKLOAD,
                podUid.map(uid ->
                        new Container.Pod(Optional.empty(), Optional.empty(), Optional.of(uid), Optional.empty())),
                List.of(),
                Optional.empty(),
                Container.Root.UNKNOWN,
                OptionalLong.empty(),
                new Container.Cgroup("", Optional.empty(), Map.of()),
                Map.of(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static final String ONE = "0f5c2f0e-0000-4000-8000-000000000001";
    private static final String TWO = "0f5c2f0e-0000-4000-8000-000000000002";

    @Test
    void policies_pods_and_choices_of_namespaces_follow_the_cluster() throws Exception {
        policy("a", "runtime: {mounts: deny}");
        pod("web-1", ONE, "n1", ", labels: {app: web}");
        pod("web-2", TWO, "n2", ", labels: {app: web}");
        namespace("shop", "gatehouse.io/mode: enforce");
        try (var node = node()) {
            assertEquals(List.of("a"), node.policies());
            assertEquals(
                    new Pod.Known("shop", Map.of("app", "web")), node.side().pod(container("x", Optional.of(ONE))));
            assertEquals(new Pod.Awaited(), node.side().pod(container("x", Optional.of(TWO))), "another node's");
            assertEquals(Optional.of(Mode.ENFORCE), node.side().mode("shop"));
            assertEquals(Optional.empty(), node.side().mode("cart"));

            policy("b", "runtime: {ptrace: deny}");
            await("the new policy", () -> node.policies().equals(List.of("a", "b")));
            namespace("shop", "");
            await("the choice is taken back", () -> node.side().mode("shop").isEmpty());
            cluster.put("""
                    apiVersion: gatehouse.io/v1alpha1
                    kind: EmergencyBrake
                    metadata: {name: stop}
                    spec: {reason: outage, owner: ops@example.com}
                    """);
            await("the brake", () -> !node.feed().current().brakes().all().isEmpty());
            cluster.put("""
                    apiVersion: gatehouse.io/v1alpha1
                    kind: ClusterPolicyExemption
                    metadata: {name: x}
                    spec:
                      policies: [a]
                      match: {namespaces: [shop]}
                      owner: jane@example.com
                      reason: a test
                      expires: 2099-01-01
                    """);
            await("the exemption", () -> !node.feed().current().exemptions().isEmpty());
        }
    }

    /// 5,000 of us ask one API server: lists come from its memory, and what does not concern a node is not told to it.
    @Test
    void the_api_server_is_asked_for_little_and_from_its_memory() throws Exception {
        namespace("shop", "gatehouse.io/mode: audit");
        try (var _ = node()) {
            for (var list : cluster.lists) {
                assertTrue(
                        list.contains("resourceVersion=0") || list.contains("limit=1"),
                        "neither from the API server's memory nor a question: " + list);
            }
            assertTrue(cluster.lists.stream()
                    .filter(list -> list.startsWith("api/v1/pods"))
                    .allMatch(list -> list.contains("fieldSelector=spec.nodeName=n1")));
            assertTrue(cluster.lists.stream()
                    .filter(list -> list.startsWith("api/v1/namespaces"))
                    .allMatch(list -> list.contains("labelSelector=gatehouse.io/mode")));
        }
    }

    private Map<String, Object> report() {
        var object = cluster.get(NODES + "/n1");
        return object == null ? Map.of() : ApiServerStandIn.mapping(object.get("report"));
    }

    @Test
    void a_node_tells_what_it_is_worth_and_what_it_keeps_in_an_object_of_its_own() throws Exception {
        policy("a", "runtime: {mounts: deny}");
        try (var node = node()) {
            await("what was told is loaded", () -> node.feed().counters().reloads() > 0);
            var digest = new AtomicReference<>("sha256:other");
            node.side()
                    .report(() -> new NodeInCluster.Said(
                            "1.2.3",
                            "LSM",
                            Map.of(
                                    "mounts",
                                    Guarantee.PREVENTED,
                                    "bpf",
                                    Guarantee.KILLED,
                                    "ptrace",
                                    Guarantee.PREVENTED),
                            digest.get()));
            await("it is written", () -> !report().isEmpty());
            assertEquals(List.of("mounts", "ptrace"), report().get("prevented"));
            assertEquals(List.of("bpf"), report().get("killed"));
            assertEquals(List.of(), report().get("reported"));
            assertEquals("", report().get("revision"), "the policies are on their way into the kernel");

            digest.set(node.feed().current().digest());
            await("they are in force", () -> !"".equals(report().get("revision")));
            var before = report();
            policy("b", "runtime: {mounts: deny}");
            await("another is loaded", () -> node.policies().size() == 2);
            digest.set(node.feed().current().digest());
            await(
                    "it is in force",
                    () -> !"".equals(report().get("revision"))
                            && !before.get("revision").equals(report().get("revision")));
            await(
                    "it is renewed though nothing changes",
                    () -> !before.get("renewed").equals(report().get("renewed")));
            assertTrue(
                    cluster.writes.stream()
                            .allMatch(write -> write.equals("PATCH " + NODES + "/n1 by gatehouse-agent")),
                    () -> "it wrote something else: " + cluster.writes);
        }
    }

    @Test
    void a_container_is_found_by_its_id_and_a_pod_of_a_file_by_its_double() throws Exception {
        pod("web-1", ONE, "n1", ", labels: {app: web}");
        pod("static", TWO, "n1", ", labels: {app: dns}, annotations: {kubernetes.io/config.mirror: 4f2c00aa}");
        try (var node = node()) {
            assertEquals(
                    new Pod.Known("shop", Map.of("app", "web")),
                    node.side().pod(container("id-web-1", Optional.empty())));
            assertEquals(
                    new Pod.Known("shop", Map.of("app", "dns")),
                    node.side().pod(container("x", Optional.of("4f2c00aa"))));
            assertEquals(
                    new Pod.Untold(),
                    node.side().pod(container("x", Optional.of("99999999"))),
                    "the API server may be one itself, and must not wait for its own word");
            assertEquals(new Pod.Untold(), node.side().pod(container("x", Optional.empty())), "in no pod at all");
        }
    }

    @Test
    void a_restart_while_the_api_server_is_away_knows_what_was_known() throws Exception {
        policy("a", "mode: enforce, runtime: {mounts: deny}");
        pod("web-1", ONE, "n1", ", labels: {app: web}");
        namespace("shop", "gatehouse.io/mode: enforce");
        try (var _ = node()) {
            awaitMemory("web-1");
        }
        cluster.refusing = true;
        try (var node = node()) {
            awaitNotice("counts until it does");
            assertEquals(List.of("a"), node.policies());
            assertEquals(
                    new Pod.Known("shop", Map.of("app", "web")), node.side().pod(container("x", Optional.of(ONE))));
            assertEquals(Optional.of(Mode.ENFORCE), node.side().mode("shop"));

            cluster.remove("apis/gatehouse.io/v1alpha1/clusterworkloadpolicies/a");
            cluster.remove("api/v1/namespaces/shop/pods/web-1");
            policy("b", "runtime: {mounts: deny}");
            namespace("shop", "");
            cluster.refusing = false;
            awaitNotice("answers again");
            await("what changed meanwhile", () -> node.policies().equals(List.of("b")));
            await("the pod is gone", () -> node.side().pods().byUid(ONE).isEmpty());
            await("the choice is gone", () -> node.side().mode("shop").isEmpty());
        }
    }

    @Test
    void what_an_object_said_when_it_was_right_outlives_a_restart() throws Exception {
        policy("a", "runtime: {mounts: deny}");
        try (var node = node()) {
            policy("a", "runtime: {mounts: perhaps}");
            await("the wrong one is read", () -> node.feed().counters().reloads() > 1);
            awaitMemory("deny");
            assertEquals(List.of("a"), node.policies());
        }
        try (var node = node()) {
            assertEquals(List.of("a"), node.policies());
        }
        awaitMemory("deny");
    }

    /// Else an agent that cannot reach the API server would put nothing in the place of what is in force.
    @Test
    void who_remembers_nothing_waits_for_the_api_server() throws Exception {
        policy("a", "runtime: {mounts: deny}");
        cluster.refusing = true;
        var started = new LinkedBlockingQueue<Node>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                started.add(node());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        awaitNotice("waits for the API server");
        assertTrue(started.isEmpty());
        cluster.refusing = false;
        var node = started.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(node, "it answers, and nothing began");
        assertEquals(List.of("a"), node.policies());
        thread.join();
    }

    @Test
    void a_broken_memory_is_told_and_ignored() throws Exception {
        policy("a", "runtime: {mounts: deny}");
        Files.writeString(memory(), "gatehouse-cluster-memory 1 sha256:00\n{}");
        try (var node = node()) {
            awaitNotice("is ignored: ");
            assertEquals(List.of("a"), node.policies());
        }
    }

    @Test
    void definitions_that_are_not_there_keep_no_agent_from_its_files() throws Exception {
        var bare = new ApiServerStandIn("api/v1/pods", "api/v1/namespaces");
        open.add(bare);
        var side = NodeInCluster.start(bare.connect(), new NodeInCluster.Options("n1", memory()), notices::add);
        open.add(side);
        assertTrue(side.isTold());
        assertEquals(List.of(), side.texts());
        awaitNotice("the cluster does not define them");
        assertFalse(Files.exists(memory()), "nothing was in force of it yet");
    }
}
