// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static io.gatehouse.admission.review.Policies.EVERYTHING;
import static io.gatehouse.admission.review.Policies.READ_ONLY;
import static io.gatehouse.admission.review.Policies.policy;
import static io.gatehouse.admission.review.Policies.snapshot;
import static io.gatehouse.schemas.policy.Mode.AUDIT;
import static io.gatehouse.schemas.policy.Mode.ENFORCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.PolicyName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReviewWriterTest {
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop, namespace: shop}
            spec:
              template:
                spec:
                  initContainers:
                    - name: setup
                      securityContext: {readOnlyRootFilesystem: false, allowPrivilegeEscalation: false}
                  containers:
                    - name: web
                      securityContext: {allowPrivilegeEscalation: false}
            """;

    @Test
    void an_allowed_request_says_by_which_policies() {
        assertEquals(
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{"
                        + "\"uid\":\"705ab4f5-6393-11e8-b7cc-42010a800002\",\"allowed\":true,\"auditAnnotations\":{"
                        + "\"snapshot\":\"sha256:" + "0".repeat(64) + "\",\"decision\":\"allow\","
                        + "\"reason\":\"no policy in force forbids it\"}}}",
                answer(DEPLOYMENT, snapshot()));
    }

    @Test
    void a_denial_gives_each_field_its_line_with_the_policy_and_the_rule() {
        var json = answer(
                DEPLOYMENT, snapshot(policy("immutable-web", ENFORCE, READ_ONLY), policy("try", AUDIT, READ_ONLY)));
        assertEquals("""
                Invalid 422
                The Deployment "shop" (apps) is invalid:
                * FieldValueInvalid spec.template.spec.initContainers[0].securityContext.readOnlyRootFilesystem: \
                init container "setup" may write to its root filesystem (is false, wants true); set it to true \
                (policy immutable-web, admission.readOnlyRootFilesystem, f-#)
                * FieldValueRequired spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem: \
                container "web" may write to its root filesystem (is unset, wants true); set it to true \
                (policy immutable-web, admission.readOnlyRootFilesystem, f-#)
                message: spec.template.spec.initContainers[0].securityContext.readOnlyRootFilesystem: \
                init container "setup" may write to its root filesystem (is false, wants true); set it to true \
                (policy immutable-web, admission.readOnlyRootFilesystem, f-#); \
                spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem: \
                container "web" may write to its root filesystem (is unset, wants true); set it to true \
                (policy immutable-web, admission.readOnlyRootFilesystem, f-#)
                Warning: try readOnlyRootFilesystem: init container "setup" may write to its root filesystem (f-#)
                Warning: try readOnlyRootFilesystem: container "web" may write to its root filesystem (f-#)
                """, withoutIds(asKubectlPrints(json)));
    }

    @Test
    void an_audit_warns_in_lines_of_at_most_120_characters_and_counts_the_rest() {
        var name = "a-policy-with-a-name-that-is-longer-than-anybody-should-ever-have-to-read-in-a-terminal";
        var audited = asKubectlPrints(answer(many(7), snapshot(policy(name, AUDIT, EVERYTHING))));
        var lines = audited.lines().filter(l -> l.startsWith("Warning: ")).toList();
        assertEquals(14, lines.size());
        assertTrue(lines.stream().allMatch(l -> l.length() <= "Warning: ".length() + 120), audited);
        assertTrue(lines.getFirst().startsWith("Warning: " + name + " "), audited);

        var most = asKubectlPrints(answer(many(10), snapshot(policy("p", AUDIT, EVERYTHING))));
        assertEquals(20, most.lines().count());
        var more = asKubectlPrints(answer(many(11), snapshot(policy("p", AUDIT, EVERYTHING))));
        assertEquals(20, more.lines().count());
        assertEquals(
                "Warning: and 3 more: gatehouse check lists them all",
                more.lines().toList().getLast());
    }

    @Test
    void a_denial_of_very_many_findings_stays_bounded_and_counts_the_rest() {
        var json = answer(many(1000), snapshot(policy("p", ENFORCE, EVERYTHING)));
        assertTrue(json.length() < 64 * 1024, () -> json.length() + " characters");
        var bullets =
                asKubectlPrints(json).lines().filter(l -> l.startsWith("* ")).toList();
        assertEquals(11, bullets.size());
        assertEquals("* and 1990 more: gatehouse check lists them all", bullets.getLast());
        assertTrue(json.contains("{\\\"more\\\":"), "the annotation counts what it leaves out");
    }

    @Test
    void the_audit_log_gets_the_findings_as_json() {
        var json = answer(DEPLOYMENT, snapshot(policy("try", AUDIT, READ_ONLY)));
        var annotations = mapping(mapping(tree(json), "response"), "auditAnnotations");
        assertEquals("warn", text(annotations, "decision"));
        var findings = assertInstanceOf(Node.Sequence.class, tree(text(annotations, "findings")));
        assertEquals(
                "{\"id\":\"f-#\",\"policy\":\"try\",\"rule\":\"admission.readOnlyRootFilesystem\",\"mode\":\"audit\","
                        + "\"field\":\"spec.template.spec.initContainers[0].securityContext.readOnlyRootFilesystem\","
                        + "\"seen\":\"false\",\"wanted\":\"true\","
                        + "\"message\":\"init container \\\"setup\\\" may write to its root filesystem\","
                        + "\"fix\":\"set it to true\"}",
                withoutIds(text(annotations, "findings").substring(1).split("},")[0] + "}"));
        assertEquals(2, findings.items().size());
    }

    @Test
    void not_now_is_no_denial() {
        assertEquals(
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{\"uid\":\"u\","
                        + "\"allowed\":false,\"status\":{\"status\":\"Failure\",\"message\":\"later\","
                        + "\"reason\":\"TooManyRequests\",\"code\":429,\"details\":{\"retryAfterSeconds\":3}}}}",
                new String(ReviewWriter.notNow("u", "later", 3), StandardCharsets.UTF_8));
    }

    @Test
    void each_finding_is_an_alert_and_a_dry_run_is_none() {
        var request = Objects.create(Objects.object(DEPLOYMENT));
        var decision = decided(request, snapshot(policy("a", AUDIT, READ_ONLY), policy("e", ENFORCE, READ_ONLY)));
        var alerts = Alerts.of(request, decision, Instant.EPOCH);
        assertEquals(4, alerts.size());
        var first = alerts.getFirst();
        assertEquals(PolicyName.cluster("a"), first.policy());
        assertEquals(AUDIT, first.mode());
        assertEquals(Verdict.DENY, first.verdict());
        assertEquals(Guarantee.PREVENTED, first.guarantee());
        assertEquals("admission.readOnlyRootFilesystem", first.rule());
        assertEquals(
                "jane asked to create Deployment shop/shop: init container \"setup\" may write to its root filesystem",
                first.message());
        assertEquals(Optional.empty(), first.pod()); // a template is no pod

        var dry = new ReviewRequest(
                "u", request.subject(), "r", request.operation(), request.object(), Optional.empty(), true, "");
        assertEquals(List.of(), Alerts.of(dry, decision, Instant.EPOCH));
    }

    @Test
    void an_alert_of_what_stood_already_says_that_nothing_was_refused() {
        var request = Objects.update(Objects.create(Objects.object(DEPLOYMENT)), Objects.object(DEPLOYMENT));
        var decision = decided(request, snapshot(policy("e", ENFORCE, READ_ONLY)));
        assertInstanceOf(Decision.Warn.class, decision);
        assertEquals(
                "Warning: e readOnlyRootFilesystem: container \"web\" may write to its root filesystem"
                        + " (already so; f-#)",
                withoutIds(asKubectlPrints(
                                new String(ReviewWriter.answer(request, decision, "d"), StandardCharsets.UTF_8)))
                        .lines()
                        .toList()
                        .getLast());
        var alert = Alerts.of(request, decision, Instant.EPOCH).getFirst();
        assertEquals(Verdict.REPORT, alert.verdict());
        assertEquals(Guarantee.REPORTED, alert.guarantee());
    }

    /// Ids are told apart in DenialTextsTest.
    private static String withoutIds(String text) {
        return text.replaceAll("f-[0-9a-f]{8}", "f-#");
    }

    /// A pod with so many containers, each of which breaks two rules.
    private static String many(int containers) {
        var out = new StringBuilder("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n");
        for (int i = 0; i < containers; i++) {
            out.append("    - name: c").append(i).append('\n');
        }
        return out.toString();
    }

    private static Decision decided(ReviewRequest request, Snapshot snapshot) {
        var outcome = Judge.decide(request, snapshot, LocalDate.EPOCH);
        return assertInstanceOf(Judge.Outcome.Judged.class, outcome).decision();
    }

    private static String answer(String object, Snapshot snapshot) {
        var request = Objects.create(Objects.object(object));
        return new String(
                ReviewWriter.answer(request, decided(request, snapshot), snapshot.digest()), StandardCharsets.UTF_8);
    }

    /// What kubectl shows of an answer with causes, and what it hides.
    private static String asKubectlPrints(String json) {
        var out = new StringBuilder();
        var response = mapping(tree(json), "response");
        response.get("status").map(Node.Mapping.class::cast).ifPresent(status -> {
            var details = mapping(status, "details");
            out.append(text(status, "reason"))
                    .append(' ')
                    .append(text(status, "code"))
                    .append('\n');
            out.append("The ").append(text(details, "kind")).append(" \"").append(text(details, "name"));
            out.append("\" (").append(text(details, "group")).append(") is invalid:\n");
            for (var cause : ((Node.Sequence) details.get("causes").orElseThrow()).items()) {
                out.append("* ").append((text(cause, "reason") + " " + text(cause, "field")).strip());
                out.append(": ").append(text(cause, "message")).append('\n');
            }
            out.append("message: ").append(text(status, "message")).append('\n');
            assertTrue(text(status, "message").length() <= 800);
        });
        response.get("warnings").map(Node.Sequence.class::cast).ifPresent(warnings -> {
            for (var warning : warnings.items()) {
                out.append("Warning: ").append(((Node.Text) warning).value()).append('\n');
            }
        });
        return out.toString();
    }

    private static Node tree(String json) {
        return JsonReader.read("answer", json.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT)
                .documents()
                .getFirst();
    }

    private static Node.Mapping mapping(Node node, String field) {
        return (Node.Mapping) ((Node.Mapping) node).get(field).orElseThrow();
    }

    private static String text(Node node, String field) {
        return ((Node.Mapping) node)
                .get(field)
                .map(value -> value instanceof Node.Number number ? number.literal() : ((Node.Text) value).value())
                .orElse("");
    }
}
