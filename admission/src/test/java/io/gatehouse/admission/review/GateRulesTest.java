// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Rules written for the audit log refuse at the gate, where a response says so.
class GateRulesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final String RULES = """
            - macro: kevt
              condition: (jevt.value[/stage] in (ResponseComplete))
            - rule: Create Privileged Pod
              desc: a pod that is the node
              condition: kevt and ka.verb=create and ka.target.resource=pods and ka.req.pod.containers.privileged intersects (true)
              output: Pod started with privileged container (user=%ka.user.name pod=%ka.target.name ns=%ka.target.namespace)
              priority: WARNING
              source: k8s_audit
              tags: [k8s]
            - rule: NodePort
              desc: a port of every node
              condition: kevt and ka.verb=create and ka.target.resource=services and ka.req.service.type=NodePort
              output: NodePort service (service=%ka.target.name)
              priority: WARNING
              source: k8s_audit
              tags: [k8s]
            - rule: Exec
              desc: somebody enters
              condition: jevt.value[/stage]=ResponseStarted and ka.target.resource=pods and ka.target.subresource=exec
              output: exec (user=%ka.user.name pod=%ka.target.name command=%ka.uri.param[command])
              priority: NOTICE
              source: k8s_audit
              tags: [k8s]
            """;
    private static final String RESPONSE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: RuleResponse
            metadata: {name: not-here}
            spec:
              mode: enforce
              match: {tags: [k8s]}
              action: deny
              reason: ask the platform team
              exempt: [{namespaces: [kube-system], reason: static pods}]
            """;
    private static final String POD = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
             "spec": {"containers": [{"name": "web", "image": "nginx", "securityContext": {"privileged": true}}]}}
            """;
    private static final String SERVICE = """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "NodePort"}}
            """;

    @Test
    void a_rule_of_the_audit_log_refuses_the_request_it_would_have_told_of() {
        assertEquals("""
                Deny
                Create Privileged Pod: Pod started with privileged container (user=jane pod=web ns=shop); \
                ask the platform team (policy not-here, Create Privileged Pod)""", told(review("Pod", "pods", "", "CREATE", "shop", POD), snapshot(RESPONSE)));
        assertEquals(
                "Allow",
                told(review("Pod", "pods", "", "CREATE", "shop", POD.replace("true", "false")), snapshot(RESPONSE)));
        assertEquals("Allow", told(review("Pod", "pods", "", "CREATE", "kube-system", POD), snapshot(RESPONSE)));
    }

    @Test
    void in_audit_it_warns_and_without_a_response_the_gate_does_not_ask() {
        var review = review("Pod", "pods", "", "CREATE", "shop", POD);

        assertTrue(told(review, snapshot(RESPONSE.replace("enforce", "audit"))).startsWith("Warn\n"));
        assertEquals("Allow", told(review, snapshot(RESPONSE.replace("[k8s]", "[other]"))));
        assertEquals(
                "Allow", told(review, snapshot(RESPONSE.replace("reason: ask", "expires: 2026-11-20\n  reason: ask"))));
    }

    @Test
    void while_a_brake_is_pulled_rules_policies_and_ways_in_warn() {
        var policy = """
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: strict}
                spec:
                  mode: enforce
                  admission: {privilege: {privileged: false}, interactive: {exec: deny}}
                """;
        var brake = """
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: EmergencyBrake
                metadata: {name: checkout-down}
                spec: {reason: checkout is down, expires: %s}
                """;
        var exec = "{\"kind\": \"PodExecOptions\", \"apiVersion\": \"v1\", \"command\": [\"sh\"]}";
        var reviews = List.of(
                review("Pod", "pods", "", "CREATE", "shop", POD),
                review("PodExecOptions", "pods", "exec", "CONNECT", "shop", exec));
        for (var review : reviews) {
            var refused = told(review, snapshot(RESPONSE + policy + brake.formatted(TODAY.minusDays(1))));
            var warned = told(review, snapshot(RESPONSE + policy + brake.formatted(TODAY)));

            assertTrue(refused.startsWith("Deny\n"), refused);
            assertEquals(refused.replaceFirst("Deny", "Warn"), warned, "the same is found");
            assertEquals(3, warned.lines().count(), "by the rule and by the policy: " + warned);
        }
    }

    @Test
    void requests_without_a_pod_are_asked_too() {
        assertTrue(told(review("Service", "services", "", "CREATE", "shop", SERVICE), snapshot(RESPONSE))
                .startsWith("Deny\nNodePort: NodePort service (service=web); "));
        var exec =
                "{\"kind\": \"PodExecOptions\", \"apiVersion\": \"v1\", \"command\": [\"sh\"], \"container\": \"web\"}";
        assertTrue(told(review("PodExecOptions", "pods", "exec", "CONNECT", "shop", exec), snapshot(RESPONSE))
                .startsWith("Deny\nExec: exec (user=jane pod=web command=sh); "));
    }

    @Test
    void the_offline_check_asks_the_same_rules_of_manifests() {
        var report = OfflineCheck.check(
                List.of(
                        new OfflineCheck.Manifest("pod.json", POD.getBytes(StandardCharsets.UTF_8)),
                        new OfflineCheck.Manifest("service.json", SERVICE.getBytes(StandardCharsets.UTF_8)),
                        new OfflineCheck.Manifest(
                                "plain.json",
                                SERVICE.replace("NodePort", "ClusterIP").getBytes(StandardCharsets.UTF_8))),
                snapshot(RESPONSE),
                "shop",
                TODAY);

        assertEquals(List.of(), report.problems());
        assertEquals(
                List.of("Deny: Create Privileged Pod", "Deny: NodePort"),
                report.judged().stream()
                        .map(one -> one.decision().getClass().getSimpleName() + ": "
                                + one.decision().findings().getFirst().breach().rule())
                        .toList());
        assertEquals(1, report.others());
    }

    @Test
    void an_unmodified_upstream_rules_file_refuses() throws IOException {
        var file = Path.of(System.getProperty("gatehouse.root"), "../shared/falco/rules/k8s_audit_rules.yaml");
        assumeTrue(Files.exists(file), "the upstream rules are not here");
        var response = RESPONSE.replace("tags: [k8s]", "rules: [Create Privileged Pod, Attach/Exec Pod]");
        var snapshot = snapshot(Files.readString(file), response);

        assertEquals(2, snapshot.gateRules().rules().size());
        assertTrue(
                told(review("Pod", "pods", "", "CREATE", "shop", POD), snapshot)
                        .startsWith("Deny\nCreate Privileged Pod: Pod started with privileged container (user=jane"
                                + " pod=<NA> resource=pods"),
                "its output asks for the name in the answer");
        var exec = "{\"kind\": \"PodExecOptions\", \"apiVersion\": \"v1\", \"command\": [\"sh\"]}";
        assertTrue(told(review("PodExecOptions", "pods", "exec", "CONNECT", "shop", exec), snapshot)
                .startsWith("Deny\nAttach/Exec Pod: Attach/Exec to pod (user=jane pod=web"));
        assertEquals(
                "Allow", told(review("Pod", "pods", "", "CREATE", "shop", POD.replace("true", "false")), snapshot));
    }

    private static Snapshot snapshot(String response) {
        return snapshot(RULES, response);
    }

    private static Snapshot snapshot(String rules, String response) {
        var compilation = PolicyCompiler.compile(
                List.of(new SourceText("rules.yaml", rules), new SourceText("response.yaml", response)));
        var errors = compilation.diagnostics().stream()
                .filter(d -> d.severity() == Diagnostic.Severity.ERROR)
                .toList();
        assertEquals(List.of(), errors);
        return compilation.snapshot().orElseThrow();
    }

    private static String told(String review, Snapshot snapshot) {
        var read = ReviewReader.read(review.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT);
        var request = assertInstanceOf(ReviewReader.Outcome.Read.class, read, read::toString)
                .request();
        var outcome = Judge.decide(request, snapshot, TODAY);
        var decision = assertInstanceOf(Judge.Outcome.Judged.class, outcome, outcome::toString)
                .decision();
        return decision.getClass().getSimpleName()
                + decision.findings().stream()
                        .map(finding -> "\n" + finding.breach().rule() + ": "
                                + Wording.cause(finding).replace(", " + finding.id(), ""))
                        .collect(Collectors.joining());
    }

    private static String review(
            String kind, String resource, String subresource, String operation, String namespace, String object) {
        return """
                {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
                  "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
                  "kind": {"group": "", "version": "v1", "kind": "%s"},
                  "resource": {"group": "", "version": "v1", "resource": "%s"}, "subResource": "%s",
                  "name": "web", "namespace": "%s", "operation": "%s",
                  "userInfo": {"username": "jane", "groups": ["dev", "system:authenticated"]},
                  "object": %s, "oldObject": null, "dryRun": false}}
                """.formatted(kind, resource, subresource, namespace, operation, object);
    }
}
