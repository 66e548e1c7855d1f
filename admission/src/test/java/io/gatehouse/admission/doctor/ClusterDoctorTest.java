// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.doctor.ClusterDoctor.Question;
import io.gatehouse.admission.doctor.ClusterDoctor.Report;
import io.gatehouse.admission.server.CertificateState;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.admission.server.WebhookConfiguration.Target;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each hole is one change away from a registration without one.
class ClusterDoctorTest {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
    private static final String HOST = "gatehouse-admission.gatehouse-system.svc";

    @TempDir
    Path folder;

    private CertificateState.Serving made;
    private String sound;

    @BeforeEach
    void register() throws IOException {
        made = new CertificateState(folder.resolve("one"), List.of(HOST)).current(NOW);
        sound = WebhookConfiguration.render(
                "gatehouse",
                new Target.Service("gatehouse-system", "gatehouse-admission", 443),
                Optional.of(made.bundle()),
                Optional.empty());
        if (!sound.contains("pods/portforward")) {
            sound = sound.replace("pods/attach]", "pods/attach, pods/portforward]");
        }
    }

    private static Report examine(Instant now, String... texts) {
        var sources = new java.util.ArrayList<SourceText>();
        for (var text : texts) {
            sources.add(new SourceText("dump.yaml", text));
        }
        var objects = ClusterObjects.read(sources);
        assertEquals(List.of(), objects.problems());
        return ClusterDoctor.examine(
                objects, new Question("gate.gatehouse.io", "gatehouse-admission", "gatehouse-system", now));
    }

    private static List<String> codes(Report report) {
        return report.holes().stream().map(Diagnostic::code).sorted().toList();
    }

    @Test
    void our_own_registration_has_no_hole() {
        var report = examine(NOW, sound);
        assertEquals(List.of(), report.holes().stream().map(Diagnostic::message).toList());
        assertFalse(report.open());
        assertTrue(report.unexamined().contains("ClusterRole"), report.unexamined()::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "failurePolicy: Fail | failurePolicy: Ignore | GH-1902",
                "NotIn, values: [kube-system, gatehouse-system] | NotIn, values: [kube-system, gatehouse-system, shop]"
                        + " | GH-1903",
                "operator: NotIn, values: [kube-system, gatehouse-system] | operator: In, values: [shop] | GH-1903",
                "sideEffects: None | {objectSelector: {matchLabels: {gate: 'on'}}} | GH-1904",
                "matchPolicy: Equivalent | matchPolicy: Exact | GH-1906",
                "timeoutSeconds: 5 | timeoutSeconds: 30 | GH-1907",
                "timeoutSeconds: 5 | timeoutSeconds: 1 | GH-1907",
                "sideEffects: None | sideEffects: Some | GH-1908",
                "values: [kube-system, gatehouse-system] | values: [kube-system] | GH-1913"
            })
    void each_change_to_it_is_named(String from, String to, String code) {
        var changed = to.startsWith("{")
                ? sound.replace("    " + from, "    " + from + "\n    " + to.substring(1, to.length() - 1))
                : sound.replace(from, to);
        assertFalse(changed.equals(sound), "nothing was changed");
        var report = examine(NOW, changed);
        assertEquals(List.of(code), codes(report));
        assertTrue(report.holes().getFirst().span().line() > 1, "it says where");
    }

    @Test
    void a_condition_that_skips_is_named_with_its_name() {
        var changed = sound.replace(
                "    sideEffects: None\n",
                "    sideEffects: None\n    matchConditions:\n"
                        + "      - {name: not-nodes, expression: \"!request.userInfo.username.startsWith('system:node')\"}\n");
        var report = examine(NOW, changed);
        assertEquals(List.of("GH-1909"), codes(report));
        assertTrue(report.holes().getFirst().message().contains("'not-nodes'"));
    }

    @Test
    void a_label_that_users_write_is_named_with_the_namespaces_it_leaves_out_now() {
        var changed = sound.replace(
                "      matchExpressions:\n",
                "      matchExpressions:\n        - {key: gate, operator: NotIn, values: ['off']}\n");
        var report = examine(NOW, changed, """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop, labels: {gate: 'off'}}
                """);
        assertEquals(List.of("GH-1903"), codes(report));
        assertTrue(report.holes().getFirst().message().contains("shop"), report.holes()::toString);
    }

    /// A registration that was applied before a policy named another kind.
    @Test
    void a_kind_that_policies_name_and_nobody_is_asked_about_is_a_hole() {
        var report = examine(NOW, sound, """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: kinds}
                spec:
                  admission:
                    readOnlyRootFilesystem: {required: true}
                    workloads: [{group: argoproj.io, kind: Rollout}]
                """);
        assertEquals(
                List.of(
                        "nobody is asked about CREATE rollouts.argoproj.io",
                        "nobody is asked about UPDATE rollouts.argoproj.io"),
                report.holes().stream().map(Diagnostic::message).toList());
        var registered = sound.replaceFirst(
                "( +)rules:\n",
                "$1rules:\n$1  - {apiGroups: [argoproj.io], apiVersions: ['*'], operations: [CREATE, UPDATE],"
                        + " resources: [rollouts], scope: Namespaced}\n");
        var workload = new io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind(
                "argoproj.io", "Rollout", java.util.Optional.empty(), List.of("spec.template"));
        var objects = ClusterObjects.read(List.of(new SourceText("dump", registered)));
        var question = new ClusterDoctor.Question(
                io.gatehouse.admission.server.WebhookConfiguration.NAME,
                "gatehouse-admission",
                "gatehouse-system",
                NOW,
                List.of(workload));
        assertEquals(
                List.of(),
                ClusterDoctor.examine(objects, question).holes().stream()
                        .map(Diagnostic::message)
                        .filter(message -> message.contains("asked about"))
                        .toList());
    }

    /// The commonest way round a webhook is a subresource that nobody named.
    @Test
    void each_forgotten_resource_and_subresource_is_named() {
        for (var request : RuleSpace.WANTED) {
            var name = request.resource();
            var changed =
                    sound.replaceAll("(?<=[\\[ ])" + name + "(, |(?=\\]))", "").replace(", ]", "]");
            assertFalse(changed.equals(sound), name);
            var messages = examine(NOW, changed).holes().stream()
                    .map(Diagnostic::message)
                    .toList();
            assertTrue(messages.contains("nobody is asked about " + request), messages::toString);
        }
    }

    @Test
    void a_star_covers_no_subresource() {
        assertTrue(RuleSpace.covers("*", "pods"));
        assertFalse(RuleSpace.covers("*", "pods/exec"));
        assertTrue(RuleSpace.covers("*/*", "pods/exec"));
        assertTrue(RuleSpace.covers("*/*", "pods"));
        assertTrue(RuleSpace.covers("pods/*", "pods/exec"));
        assertFalse(RuleSpace.covers("pods/*", "pods"));
        assertTrue(RuleSpace.covers("*/exec", "pods/exec"));
        assertFalse(RuleSpace.covers("*/exec", "pods/attach"));
    }

    @Test
    void an_authority_that_ended_or_ends_soon_is_named() {
        var ends = endOfAuthority();
        assertEquals(List.of(), codes(examine(ends.minus(Duration.ofDays(15)), sound)));
        assertEquals(List.of("GH-1911"), codes(examine(ends.minus(Duration.ofDays(13)), sound)));
        assertEquals(List.of("GH-1910"), codes(examine(ends.plusSeconds(1), sound)));
    }

    private Instant endOfAuthority() {
        try {
            var factory = java.security.cert.CertificateFactory.getInstance("X.509");
            var certificate = (java.security.cert.X509Certificate) factory.generateCertificate(
                    new java.io.ByteArrayInputStream(made.bundle().getBytes(StandardCharsets.US_ASCII)));
            return certificate.getNotAfter().toInstant();
        } catch (java.security.cert.CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_certificate_of_another_authority_is_named() throws IOException {
        assertEquals(List.of(), codes(examine(NOW, sound, secret(made))));
        var other = new CertificateState(folder.resolve("other"), List.of(HOST)).current(NOW);
        assertEquals(List.of("GH-1910"), codes(examine(NOW, sound, secret(other))));
    }

    private static String secret(CertificateState.Serving of) {
        return """
                apiVersion: v1
                kind: Secret
                metadata: {name: serving, namespace: gatehouse-system}
                data: {tls.crt: %s}
                """.formatted(Base64.getEncoder().encodeToString(of.certificate().getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void what_is_no_certificate_is_no_trust() {
        var changed = sound.replaceAll("caBundle: \\S+", "caBundle: bm90aGluZw==");
        assertEquals(List.of("GH-1910"), codes(examine(NOW, changed)));
        assertEquals(List.of("GH-1910"), codes(examine(NOW, sound.replaceAll("      caBundle: \\S+\n", ""))));
    }

    @Test
    void a_service_that_is_not_there_is_named() {
        var other = "apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: gatehouse-system}\n";
        assertEquals(List.of(), codes(examine(NOW, sound, other.formatted("gatehouse-admission"))));
        assertEquals(List.of("GH-1918"), codes(examine(NOW, sound, other.formatted("gatehouse"))));
    }

    private static final String GUARD = """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: guard}
            spec:
              failurePolicy: Fail
              matchConstraints:
                resourceRules:
                  - {apiGroups: [""], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [pods]}
                  - {apiGroups: [admissionregistration.k8s.io], apiVersions: ["*"], operations: ["*"],
                     resources: [validatingwebhookconfigurations]}
              validations: [{expression: "false"}]
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: guard}
            spec:
              policyName: guard
              validationActions: [Deny]
              matchResources:
                namespaceSelector:
                  matchExpressions:
                    - {key: kubernetes.io/metadata.name, operator: In, values: [kube-system, gatehouse-system]}
            """;

    @Test
    void what_the_gate_leaves_out_wants_another_guard() {
        assertEquals(List.of(), codes(examine(NOW, sound, GUARD)));
        assertEquals(
                List.of("GH-1914", "GH-1914", "GH-1915"),
                codes(examine(NOW, sound, GUARD.replace("[Deny]", "[Audit]"))));
        assertEquals(
                List.of("GH-1914"),
                codes(examine(NOW, sound, GUARD.replace("[kube-system, gatehouse-system]", "[kube-system]"))));
        assertEquals(
                List.of("GH-1914", "GH-1914"),
                codes(examine(NOW, sound, GUARD.replace("resources: [pods]", "resources: [services]"))));
        assertEquals(
                List.of("GH-1915"),
                codes(examine(NOW, sound, GUARD.replace("[validatingwebhookconfigurations]", "[others]"))));
    }

    @Test
    void other_webhooks_on_the_same_objects_are_named() {
        var report = examine(NOW, sound, """
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingWebhookConfiguration
                metadata: {name: mesh}
                webhooks:
                  - name: inject.mesh.example
                    rules:
                      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
                  - name: services.mesh.example
                    rules:
                      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}
                """);
        assertEquals(List.of("GH-1912"), codes(report));
        assertTrue(report.holes().getFirst().message().contains("inject.mesh.example"));
        assertFalse(report.open(), "a warning is no hole");
    }

    @Test
    void without_a_registration_that_is_the_hole() {
        var report = examine(NOW, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
        assertEquals(List.of("GH-1901"), codes(report));
        assertTrue(report.open());
    }

    @Test
    void missing_definitions_are_named_where_there_are_others() {
        var report = examine(NOW, sound, """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: workloadpolicies.gatehouse.io}
                """);
        var messages = report.holes().stream().map(Diagnostic::message).toList();
        assertTrue(messages.contains("there is no clusterworkloadpolicies.gatehouse.io"), messages::toString);
        assertFalse(messages.contains("there is no workloadpolicies.gatehouse.io"), messages::toString);
    }

    /// A registration by address names no namespace, and the one that was asked about was not looked at.
    @Test
    void the_account_of_a_gate_outside_is_looked_for_where_the_question_says() {
        var outside = sound.replaceFirst("(?s)service:\n.*?path: /validate\n", "url: https://" + HOST + "/validate\n");
        var objects = ClusterObjects.read(
                List.of(new SourceText("a", outside), new SourceText("b", Rights.roles("elsewhere", "gate"))));
        var report = ClusterDoctor.examine(objects, new Question("gate.gatehouse.io", "gate", "elsewhere", NOW));
        assertEquals(List.of(), codes(report));
    }

    @Test
    void rights_are_worked_out_from_roles_and_bindings() {
        var roles = Rights.roles("gatehouse-system", "gatehouse-admission");
        assertEquals(List.of(), codes(examine(NOW, sound, roles)));
        var others = examine(NOW, sound, Rights.roles("gatehouse-system", "other"));
        assertEquals(new TreeSet<>(List.of("GH-1917")), new TreeSet<>(codes(others)));
        assertEquals(Rights.WANTED.size(), others.holes().size());
        var without = examine(
                NOW,
                sound,
                roles.replace("[leases]\n    verbs: [get, create, update, patch]", "[leases]\n    verbs: [get]"));
        assertEquals(
                List.of("gatehouse-system/gatehouse-admission may not create, update, patch"
                        + " leases.coordination.k8s.io: one replica scans and writes"),
                without.holes().stream().map(Diagnostic::message).toList());
    }

    @Test
    void the_deployed_roles_are_those_of_the_table() throws IOException {
        var file = Path.of(System.getProperty("gatehouse.root"), "deploy/cluster/roles.yaml");
        var text = """
                # SPDX-License-Identifier: Apache-2.0
                # Made from the table of rights, and a test compares. With '--cluster' the gate needs them, else none.
                """ + Rights.roles("gatehouse-system", "gatehouse-admission");
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file));
    }
}
