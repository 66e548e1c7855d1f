// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.citizen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gatehouse;
import io.gatehouse.cluster.Story;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The agent of this machine as a node's, with the rights that `deploy/agent` gives it and a token as a kubelet asks
/// for: bound to a pod of the node. The policy it follows is about a container that nobody makes.
@ClusterStory
@Timeout(300)
class AgentStoryTest {
    private static final Path DAEMON_SET =
            Path.of(System.getProperty("gatehouse.root"), "deploy", "agent", "daemonset.yaml");

    /// The leader counts each minute.
    private static final Duration A_FEW_SUMS = Duration.ofMinutes(3);

    @RegisterExtension
    static final Story STORY = Story.of("agent", AgentStoryTest::begin);

    private static String account;
    private static String node;
    private static Path kubeconfig;
    private static Citizen citizen;

    static void begin(Story story) throws Exception {
        citizen = Citizen.of(story);
        account = story.namespace() + "-agent";
        node = story.namespace() + "-node";
        var manifests = Files.readString(DAEMON_SET);
        story.makeAll(manifests
                .substring(0, manifests.indexOf("apiVersion: apps/v1"))
                .replace("gatehouse-agent", account)
                .replace("gatehouse-system", story.namespace()));
        story.make("apiVersion: v1\nkind: Node\nmetadata: {name: %s}\n".formatted(node));
        story.make("""
                apiVersion: v1
                kind: Pod
                metadata: {name: agent, namespace: %s}
                spec: {nodeName: %s, serviceAccountName: %s, containers: [{name: agent, image: registry.invalid/agent}]}
                """.formatted(story.namespace(), node, account));
        var pod = story.client()
                .pods()
                .inNamespace(story.namespace())
                .withName("agent")
                .get();
        var token = story.client()
                .serviceAccounts()
                .inNamespace(story.namespace())
                .withName(account)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(3600L)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName("agent")
                        .withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef()
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
        kubeconfig = story.cluster()
                .kubeconfigFor(token, story.namespace(), story.folder().resolve("agent.kubeconfig"));
        story.atEnd(() -> forget(story));
    }

    private static void forget(Story story) throws Exception {
        story.kubectl().run("delete", "nodereport", node, "--ignore-not-found");
    }

    private static String policy() {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %s-strict}
                spec:
                  mode: enforce
                  match: {containers: [gatehouse-story-nobody]}
                  runtime: {mounts: deny, ptrace: deny}
                """.formatted(STORY.namespace());
    }

    private static String raw(String plural, String name) {
        var text = STORY.client().raw("/apis/gatehouse.io/v1alpha1/" + plural + "/" + name);
        return text == null ? "" : text;
    }

    @Test
    void a_policys_status_says_what_it_is_worth_on_this_node() throws Exception {
        var checked = Gatehouse.run("doctor");
        assumeTrue(checked.status() == 0 || checked.status() == 1, () -> "no agent can run here: " + checked.text());
        STORY.make(policy());
        citizen.start("one");
        var builder = new ProcessBuilder(Gatehouse.line(
                "agent", "--cluster", "--kubeconfig=" + kubeconfig, "--node-name=" + node, "--instance=" + account));
        builder.environment()
                .putAll(Map.of("GATEHOUSE_STATE", STORY.folder().resolve("node").toString()));
        var agent = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        var said = new ConcurrentLinkedQueue<String>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> agent.errorReader(StandardCharsets.UTF_8).lines().forEach(said::add));
        try {
            Story.await(
                    "the node tells of itself: " + said,
                    () -> raw("nodereports", node).contains("\"revision\""));
            Story.await("it is summed up: " + said, A_FEW_SUMS, () -> {
                var status = raw("clusterworkloadpolicies", STORY.namespace() + "-strict");
                return status.matches("(?s).*\"nodes\":\\{.*\"told\":1.*") && status.contains("\"behind\":0");
            });
            assertTrue(said.stream().noneMatch(line -> line.contains("is forbidden: User")), said::toString);
        } finally {
            agent.destroy();
            agent.waitFor();
            assertEquals(
                    0,
                    Gatehouse.run("release", "--yes", "--instance=" + account).status());
            forget(STORY);
        }
    }

    /// Whoever takes one node over does not speak for another.
    @Test
    void an_agent_writes_the_report_of_its_own_node_alone() throws Exception {
        var report = "{apiVersion: gatehouse.io/v1alpha1, kind: NodeReport, metadata: {name: %s}, report: "
                + "{renewed: \"2026-01-01T00:00:00Z\", seconds: 60, version: \"0.1.0\", backend: none, revision: r}}";
        var agent = STORY.kubectl().as(kubeconfig);
        Story.await(
                "the rule is in force",
                () -> agent.with(report.formatted("another-node"), "create", "--dry-run=server", "-f", "-")
                        .text()
                        .contains("an agent writes the report of its own node"));
        var own = agent.with(report.formatted(node), "create", "--dry-run=server", "-f", "-");
        assertEquals(0, own.status(), own::text);
    }
}
