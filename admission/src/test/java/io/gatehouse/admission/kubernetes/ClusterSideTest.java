// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.image.Images;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The gate in a cluster that is a stand-in over real HTTP.
class ClusterSideTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String[] POLICIES = {
        "apis/gatehouse.io/v1alpha1/workloadpolicies",
        "apis/gatehouse.io/v1alpha1/clusterworkloadpolicies",
        "apis/gatehouse.io/v1alpha1/ruleresponses",
        "apis/gatehouse.io/v1alpha1/emergencybrakes",
        "apis/gatehouse.io/v1alpha1/policyexemptions",
        "apis/gatehouse.io/v1alpha1/clusterpolicyexemptions"
    };
    private static final String[] WORKLOADS = {
        "api/v1/pods",
        "api/v1/podtemplates",
        "api/v1/replicationcontrollers",
        "apis/apps/v1/deployments",
        "apis/apps/v1/replicasets",
        "apis/apps/v1/statefulsets",
        "apis/apps/v1/daemonsets",
        "apis/batch/v1/jobs",
        "apis/batch/v1/cronjobs"
    };
    private static final String LEASES = "apis/coordination.k8s.io/v1/leases";
    private static final String NODES = "apis/gatehouse.io/v1alpha1/nodereports";
    private static final String REPORTS = "apis/openreports.io/v1alpha1/reports";
    private static final String POLICY_REPORTS = "apis/wgpolicyk8s.io/v1alpha2/policyreports";
    private static final Leadership.Times QUICK =
            new Leadership.Times(Duration.ofMillis(1500), Duration.ofMillis(1000), Duration.ofMillis(200));

    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ApiServerStandIn cluster;

    private static final PolicyListener DEAF = new PolicyListener() {
        @Override
        public void inForce(Snapshot snapshot) {}

        @Override
        public void refused(List<Diagnostic> diagnostics) {}
    };

    /// A replica of the gate.
    private record Replica(ClusterSide side, PolicyFeed feed) {}

    @AfterEach
    void end() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    private void cluster(String[]... collections) throws IOException {
        var all = new ArrayList<String>(List.of(LEASES, NODES, "api/v1/namespaces"));
        for (var some : collections) {
            all.addAll(List.of(some));
        }
        cluster = new ApiServerStandIn(all.toArray(String[]::new));
        open.add(cluster);
    }

    private Replica replica(String name, Duration scanEvery) throws IOException {
        var options = new ClusterOptions(
                name,
                scanEvery,
                Duration.ZERO,
                Duration.ofMillis(200),
                Set.of("kube-system", "gatehouse-system"),
                QUICK,
                Optional.empty());
        var side = ClusterSide.start(cluster.connect(), options, notices::add);
        open.add(side);
        var sources =
                new FeedSources(Optional.empty(), List.of(), RulesOptions.DEFAULT, Following.ORDERS, side.policies());
        var feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(sources, DEAF))
                .feed();
        open.add(feed);
        side.begin(feed, Images.NONE);
        return new Replica(side, feed);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "not within " + PATIENCE + ": " + what);
            Thread.sleep(20);
        }
    }

    private <T> T soon(BlockingQueue<T> queue) throws InterruptedException {
        var next = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(next, () -> "nothing came; notices: " + notices);
        return next;
    }

    private static String policy(String name, String mode) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %s, labels: {app.kubernetes.io/part-of: gitops}}
                spec: {mode: %s, admission: {readOnlyRootFilesystem: {required: true}}}
                """.formatted(name, mode);
    }

    private static String path(String name) {
        return "apis/gatehouse.io/v1alpha1/clusterworkloadpolicies/" + name;
    }

    private Map<String, Object> status(String name) {
        return ApiServerStandIn.mapping(cluster.get(path(name)).get("status"));
    }

    private String condition(String name, String type) {
        if (status(name).get("conditions") instanceof List<?> conditions) {
            for (var one : conditions) {
                var condition = ApiServerStandIn.mapping(one);
                if (type.equals(condition.get("type"))) {
                    return condition.get("status") + " " + condition.get("reason");
                }
            }
        }
        return "";
    }

    private List<String> statusWrites() {
        return cluster.writes.stream().filter(one -> one.contains("/status")).toList();
    }

    @Test
    void policies_of_the_cluster_are_in_force_and_follow_it() throws Exception {
        cluster(POLICIES);
        cluster.put(policy("a", "audit"));
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: WorkloadPolicy
                metadata: {name: w, namespace: shop}
                spec: {admission: {readOnlyRootFilesystem: {required: true}}}
                """);
        var replica = replica("one", Duration.ZERO);
        assertEquals(
                List.of("a", "shop/w"),
                replica.feed().current().policies().stream()
                        .map(one -> one.name().toString())
                        .toList());

        cluster.put(policy("b", "enforce"));
        await(
                "the new policy is in force",
                () -> replica.feed().current().policies().size() == 3);
        cluster.remove(path("a"));
        await(
                "the removed policy is gone",
                () -> replica.feed().current().policies().size() == 2);
    }

    @Test
    void labels_of_namespaces_are_known() throws Exception {
        cluster(POLICIES);
        cluster.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {gatehouse.io/mode: audit}}\n");
        cluster.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: cart, labels: {team: web}}\n");
        var replica = replica("one", Duration.ZERO);
        await(
                "the labels are told",
                () -> replica.side().labels("shop").equals(Optional.of(Map.of("gatehouse.io/mode", "audit"))));
        await("it chose nothing", () -> replica.side().labels("cart").equals(Optional.of(Map.of())));
        cluster.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {}}\n");
        await("the choice is taken back", () -> replica.side().labels("shop").equals(Optional.of(Map.of())));
    }

    private void node(String name, String renewed, String revision, String rules) {
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: NodeReport
                metadata: {name: %s}
                report: {renewed: "%s", seconds: 960, version: 1, backend: x, revision: "%s", %s}
                """.formatted(name, renewed, revision, rules));
    }

    @Test
    void what_nodes_say_of_themselves_is_summed_up_in_each_policys_status() throws Exception {
        cluster(POLICIES);
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: a}
                spec: {mode: enforce, runtime: {mounts: deny, ptrace: deny, bpf: report}}
                """);
        cluster.put(policy("gate-only", "enforce"));
        var now = java.time.Instant.now().toString();
        for (int i = 0; i < 20; i++) {
            node("strong-" + i, now, "old", "prevented: [mounts, ptrace]");
        }
        for (int i = 10; i < 30; i++) {
            node("weak-" + i, now, "old", "prevented: [ptrace], killed: [mounts], reported: [bpf]");
        }
        node("weakest", now, "old", "killed: [mounts], reported: [ptrace]");
        node("late", "2020-01-01T00:00:00Z", "old", "prevented: [mounts, ptrace]");
        node("just-late", java.time.Instant.now().minusSeconds(3600).toString(), "old", "prevented: [mounts, ptrace]");
        var replica = replica("one", Duration.ZERO);
        await("the sum is told", () -> status("a").get("nodes") != null);
        var nodes = ApiServerStandIn.mapping(status("a").get("nodes"));
        assertEquals(
                "{told=41, silent=1, behind=41, prevented=20, killed=20, reported=1}",
                nodes.toString().replaceFirst(", weakest=.*", "}"));
        var weakest = (List<?>) nodes.get("weakest");
        assertEquals(10, weakest.size(), "its size does not grow with the nodes");
        assertEquals(
                "{guarantee=reported, node=weakest, rules=[ptrace]}",
                new java.util.TreeMap<>(ApiServerStandIn.mapping(weakest.getFirst())).toString());
        assertEquals("weak-10", ApiServerStandIn.mapping(weakest.get(1)).get("node"));
        assertNull(status("gate-only").get("nodes"), "it asks nothing of nodes");
        assertNull(cluster.get(NODES + "/late"), "a node that is long gone is forgotten");
        assertNotNull(cluster.get(NODES + "/just-late"));

        for (int i = 0; i < 20; i++) {
            node("strong-" + i, now, replica.side().revision(), "prevented: [mounts, ptrace]");
        }
        await(
                "some are up to date",
                () -> ApiServerStandIn.mapping(status("a").get("nodes"))
                        .get("behind")
                        .equals(21));
        await("told as a number too", () -> replica.side().counts().nodesBehind() == 21);
        int writes = statusWrites().size();
        node("strong-1", java.time.Instant.now().toString(), replica.side().revision(), "prevented: [mounts, ptrace]");
        await("it is read", () -> replica.side().counts().nodes() == 41);
        assertEquals(writes, statusWrites().size(), "a node that says the same again changes nothing");
    }

    @Test
    void an_api_server_that_is_away_changes_nothing() throws Exception {
        cluster(POLICIES);
        cluster.put(policy("a", "enforce"));
        var replica = replica("one", Duration.ZERO);
        cluster.refusing = true;
        replica.feed().reload();
        assertEquals(1, replica.feed().current().policies().size());
        cluster.refusing = false;
        cluster.put(policy("b", "enforce"));
        await("it is followed again", () -> replica.feed().current().policies().size() == 2);
    }

    @Test
    void without_a_definition_nothing_is_started() throws IOException {
        cluster();
        var options = ClusterOptions.of("one", Set.of());
        try (var server = cluster.connect()) {
            var failure = assertThrows(IOException.class, () -> ClusterSide.start(server, options, notices::add));
            assertTrue(failure.getMessage().contains("workloadpolicies.gatehouse.io"), failure::getMessage);
        }
    }

    /// What git holds is never touched, and what is the same is not written again.
    @Test
    void status_is_written_once_by_server_side_apply_and_the_spec_never() throws Exception {
        cluster(POLICIES);
        cluster.put(policy("a", "enforce"));
        var spec = cluster.get(path("a")).get("spec").toString();
        var replica = replica("one", Duration.ZERO);
        await("the status is written", () -> condition("a", "Ready").equals("True InForce"));
        assertEquals("True Compiled", condition("a", "Compiled"));
        assertEquals(1, status("a").get("observedGeneration"));
        assertEquals("enforce", status("a").get("mode"));
        assertEquals(replica.feed().current().digest(), status("a").get("digest"));
        assertEquals(List.of("PATCH " + path("a") + "/status by gatehouse-status"), statusWrites());

        var before = cluster.get(path("a")).toString();
        for (int i = 0; i < 3; i++) {
            replica.feed().reload();
        }
        cluster.put(policy("a", "enforce")); // git applies the same once more
        cluster.put(policy("b", "audit"));
        await("the other's status is written", () -> condition("b", "Ready").equals("True InForce"));
        assertEquals(spec, cluster.get(path("a")).get("spec").toString());
        assertEquals(
                before.replaceAll("digest=[^,}]*|resourceVersion=[0-9]*", ""),
                cluster.get(path("a")).toString().replaceAll("digest=[^,}]*|resourceVersion=[0-9]*", ""));
        // the digest is of all policies, so that a new one is told once at each
        await(
                "the digest is told",
                () -> replica.feed().current().digest().equals(status("a").get("digest")));
        assertEquals(
                2,
                statusWrites().stream().filter(one -> one.contains("/a/status")).count());
    }

    /// Once it was written again with every look at the nodes, for as long as the watch had not told of it.
    @Test
    void a_status_is_not_written_again_because_the_watch_is_late() throws Exception {
        cluster(POLICIES);
        cluster.put(policy("a", "enforce"));
        cluster.late = true;
        replica("one", Duration.ZERO);
        await("the status is written", () -> !statusWrites().isEmpty());
        int looked = looksAtNodes();
        await("it looked at the nodes again and again", () -> looksAtNodes() > looked + 3);
        assertEquals(1, statusWrites().size());
        cluster.late = false;
        cluster.put(policy("a", "audit"));
        await("what comes later is written", () -> "audit".equals(status("a").get("mode")));
    }

    private int looksAtNodes() {
        return (int) cluster.lists.stream().filter(one -> one.startsWith(NODES)).count();
    }

    @Test
    void a_policy_that_is_wrong_says_where_and_what_stays_in_force() throws Exception {
        cluster(POLICIES);
        cluster.put(policy("a", "enforce"));
        var replica = replica("one", Duration.ZERO);
        await("the first status", () -> condition("a", "Ready").equals("True InForce"));
        cluster.put(policy("a", "sometimes"));
        await("the refusal is told", () -> condition("a", "Compiled").equals("False Refused"));
        assertEquals("False OlderInForce", condition("a", "Ready"));
        var error = ApiServerStandIn.mapping(status("a").get("lastError"));
        assertEquals("GH-1108", error.get("code"));
        assertTrue(error.get("place").toString().startsWith("ClusterWorkloadPolicy a:"), error::toString);
        assertEquals(2, status("a").get("observedGeneration"));
        assertEquals(
                "enforce", replica.feed().current().policies().getFirst().mode().text());

        cluster.put(policy("a", "audit"));
        await("it is mended", () -> condition("a", "Compiled").equals("True Compiled"));
        assertNull(status("a").get("lastError"));
    }

    @Test
    void one_replica_leads_and_the_next_takes_over_when_it_goes() throws Exception {
        cluster(POLICIES);
        cluster.put(policy("a", "enforce"));
        var first = replica("one", Duration.ZERO);
        await("the first leads", () -> first.side().counts().leads());
        var second = replica("two", Duration.ZERO);
        assertFalse(second.side().counts().leads());
        first.side().close();
        await("the second leads", () -> second.side().counts().leads());
        assertFalse(first.side().counts().leads());
        cluster.put(policy("b", "enforce"));
        await("it writes", () -> condition("b", "Ready").equals("True InForce"));
    }

    @Test
    void losing_the_lease_ends_the_work_at_once() throws Exception {
        cluster(POLICIES);
        var begun = new LinkedBlockingQueue<Leadership.Term>();
        var ended = new LinkedBlockingQueue<Boolean>();
        var server = cluster.connect();
        open.add(server);
        var leadership = Leadership.start(
                server,
                "one",
                QUICK,
                term -> {
                    begun.add(term);
                    try {
                        Thread.sleep(Duration.ofHours(1));
                    } finally {
                        ended.add(term.holds());
                    }
                },
                notices::add);
        open.add(leadership);
        assertTrue(soon(begun).holds());
        cluster.refusing = true; // it can no longer renew
        assertFalse(soon(ended), "the term holds no more when the work is interrupted");
        cluster.refusing = false;
        assertTrue(soon(begun).holds(), "it leads again when it can");
    }

    private static String deployment(String namespace, String name, boolean readOnly) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %s, namespace: %s, uid: d-%s}
                spec:
                  replicas: 1
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: web, image: web, securityContext: {readOnlyRootFilesystem: %s}}]}
                """.formatted(name, namespace, name, readOnly);
    }

    private static String replicaSet(String name, String owner, int replicas) {
        return """
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata:
                  {name: %s, namespace: shop, uid: r-%s,
                   ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: %s, uid: d-%s, controller: true}]}
                spec:
                  replicas: %d
                  template:
                    spec: {containers: [{name: web, image: web, securityContext: {readOnlyRootFilesystem: false}}]}
                """.formatted(name, name, owner, owner, replicas);
    }

    private static String pod(String name, String owner, String more) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  {name: %s, namespace: shop, uid: p-%s,
                   ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: %s, uid: r-%s, controller: true}]}
                spec:
                  containers: [{name: web, image: web, securityContext: {readOnlyRootFilesystem: false}}]
                %s
                """.formatted(name, name, owner, owner, more);
    }

    private static List<?> results(Map<String, Object> report) {
        return report.get("results") instanceof List<?> results ? results : List.of();
    }

    private static final String REPORT = "apis/openreports.io/v1alpha1/namespaces/shop/reports/gatehouse";

    @Test
    void what_runs_is_found_once_with_what_made_it_and_told_in_one_report() throws Exception {
        cluster(POLICIES, WORKLOADS, new String[] {REPORTS, POLICY_REPORTS});
        cluster.put(policy("a", "enforce"));
        cluster.put(deployment("shop", "web", false));
        cluster.put(deployment("shop", "good", true));
        cluster.put(deployment("kube-system", "dns", false));
        cluster.put(replicaSet("web-1", "web", 3));
        cluster.put(replicaSet("web-0", "web", 0));
        for (int i = 0; i < 3; i++) {
            cluster.put(pod("web-1-" + i, "web-1", ""));
        }
        cluster.put(pod("web-1-3", "web-1", "  ephemeralContainers: [{name: debug, image: busybox}]"));
        var replica = replica("one", Duration.ofHours(1));
        await("the report is written", () -> cluster.get(REPORT) != null);
        var report = cluster.get(REPORT);
        assertEquals("Report", report.get("kind"));
        assertEquals("gatehouse", report.get("source"));
        assertEquals(2, ApiServerStandIn.mapping(report.get("summary")).get("fail"));
        var found = results(report).stream()
                .map(one -> {
                    var result = ApiServerStandIn.mapping(one);
                    var about = ApiServerStandIn.mapping(((List<?>) result.get("resources")).getFirst());
                    return about.get("kind") + " " + about.get("name") + " "
                            + ApiServerStandIn.mapping(result.get("properties")).get("field");
                })
                .toList();
        assertEquals(
                List.of(
                        "Deployment web spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
                        "Pod web-1-3 spec.ephemeralContainers[0].securityContext.readOnlyRootFilesystem"),
                found);
        assertNull(cluster.get("apis/openreports.io/v1alpha1/namespaces/kube-system/reports/gatehouse"));
        await("the scan is counted", () -> replica.side().counts().scans() == 1);
        assertEquals(7, replica.side().counts().scanned());
        assertEquals(2, replica.side().counts().findings());
    }

    @Test
    void a_report_that_says_the_same_is_not_written_again_by_the_next_leader_either() throws Exception {
        cluster(POLICIES, WORKLOADS, new String[] {REPORTS});
        cluster.put(policy("a", "audit"));
        cluster.put(deployment("shop", "web", false));
        var first = replica("one", Duration.ofMillis(100));
        await("several scans", () -> first.side().counts().scans() > 3);
        first.side().close();
        var second = replica("two", Duration.ofMillis(100));
        await("several scans of the next", () -> second.side().counts().scans() > 3);
        assertEquals(
                List.of("PATCH " + REPORT + " by gatehouse-scan"),
                cluster.writes.stream().filter(one -> one.contains("/reports/")).toList());

        cluster.put(deployment("shop", "web", true));
        await("a report with nothing to say goes", () -> cluster.get(REPORT) == null);
    }

    @Test
    void where_only_the_older_kind_of_report_is_defined_that_is_written() throws Exception {
        cluster(POLICIES, WORKLOADS, new String[] {POLICY_REPORTS});
        cluster.put(policy("a", "audit"));
        cluster.put(deployment("shop", "web", false));
        replica("one", Duration.ofHours(1));
        var at = "apis/wgpolicyk8s.io/v1alpha2/namespaces/shop/policyreports/gatehouse";
        await("the report is written", () -> cluster.get(at) != null);
        assertEquals("PolicyReport", cluster.get(at).get("kind"));
        assertEquals(1, ApiServerStandIn.mapping(cluster.get(at).get("summary")).get("warn"));
        assertNull(cluster.get(at).get("source"), "a field that this kind does not have");
    }

    @Test
    void where_no_kind_of_report_is_defined_that_is_told_once() throws Exception {
        cluster(POLICIES, WORKLOADS);
        cluster.put(policy("a", "audit"));
        cluster.put(deployment("shop", "web", false));
        var replica = replica("one", Duration.ofMillis(100));
        await("several scans", () -> replica.side().counts().scans() > 3);
        assertEquals(1, replica.side().counts().findings());
        assertEquals(
                1,
                notices.stream()
                        .filter(one -> one.contains("no report is written"))
                        .count());
    }

    @Test
    void a_large_cluster_is_read_by_pages_and_a_report_is_bounded() throws Exception {
        cluster(POLICIES, WORKLOADS, new String[] {REPORTS});
        cluster.put(policy("a", "enforce"));
        for (int i = 0; i < 1_200; i++) {
            cluster.put(deployment("shop", "web-%04d".formatted(i), false));
        }
        replica("one", Duration.ofHours(1));
        await("the report is written", () -> cluster.get(REPORT) != null);
        var report = cluster.get(REPORT);
        assertEquals(1_200, ApiServerStandIn.mapping(report.get("summary")).get("fail"));
        assertEquals(ReportText.MAX_RESULTS, results(report).size());
        var metadata = ApiServerStandIn.mapping(report.get("metadata"));
        assertEquals(
                "700", ApiServerStandIn.mapping(metadata.get("annotations")).get("gatehouse.io/unlisted-findings"));
        assertTrue(results(report).getFirst().toString().contains("web-0000"));
        assertEquals(
                5,
                cluster.lists.stream()
                        .filter(one -> one.startsWith("apis/apps/v1/deployments?"))
                        .count());
    }

    /// What a controller of such a kind makes has it from there: a Rollout and its ReplicaSet are
    /// one finding.
    @Test
    void kinds_that_policies_name_are_scanned_in_the_version_that_is_served() throws Exception {
        cluster(POLICIES, WORKLOADS, new String[] {REPORTS, "apis/argoproj.io/v1alpha1/rollouts"});
        cluster.put("""
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: a}
                spec:
                  admission:
                    readOnlyRootFilesystem: {required: true}
                    workloads:
                      - {group: argoproj.io, kind: Rollout, templates: [spec.template]}
                      - {group: not.there, kind: Thing, templates: [spec.template]}
                """);
        var template = "{spec: {containers: [{name: web, image: nginx}]}}";
        cluster.put("""
                apiVersion: argoproj.io/v1alpha1
                kind: Rollout
                metadata: {name: web, namespace: shop, uid: rollout-1}
                spec: {template: %s}
                """.formatted(template));
        cluster.put("""
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata:
                  name: web-1
                  namespace: shop
                  uid: set-1
                  ownerReferences: [{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web, uid: rollout-1, controller: true}]
                spec: {replicas: 1, template: %s}
                """.formatted(template));
        var replica = replica("one", Duration.ofMinutes(10));
        await("the scan is counted", () -> replica.side().counts().scans() > 0);
        assertEquals(2, replica.side().counts().scanned());
        assertEquals(1, replica.side().counts().findings());
        assertEquals(0, replica.side().counts().unjudged(), "a kind that is not there carries nothing");
    }
}
