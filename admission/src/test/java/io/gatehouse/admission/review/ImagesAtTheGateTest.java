// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.image.ImageVerdict;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.image.Images.Answer;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the gate does with what is known of images, and with ways into containers.
class ImagesAtTheGateTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final Digest LAYER = new Digest("sha256:" + "9f3c".repeat(16));
    private static final Digest IMAGE = new Digest("sha256:" + "ab".repeat(32));
    private static final Answer CLEAN = new Answer.Known(new ImageVerdict(IMAGE, List.of(), 0, false, 1, 1));
    private static final Answer SHELL = new Answer.Known(new ImageVerdict(
            IMAGE,
            List.of(
                    new Evidence(Evidence.Kind.SHELL, "/bin/sh", 3, LAYER, "by its name"),
                    new Evidence(Evidence.Kind.INTERPRETER, "/usr/bin/python3", 3, LAYER, "by its name")),
            0,
            true,
            3,
            1));

    @Test
    void an_image_with_a_shell_is_refused_and_the_evidence_named() {
        var denied = assertInstanceOf(Decision.Deny.class, decide("required: true", SHELL));
        assertEquals(
                "spec.containers[0].image: container \"web\" runs an image that is not distroless: shell /bin/sh in layer"
                        + " 3 (is \"nginx\", wants a distroless image); use a distroless image; 'gatehouse image inspect'"
                        + " lists what is in this one (policy images, admission.distroless, f-#)",
                told(denied));
    }

    @Test
    void an_image_without_a_system_is_let_in() {
        assertInstanceOf(Decision.Allow.class, decide("required: true", CLEAN));
    }

    @Test
    void what_somebody_answers_for_is_let_in() {
        assertInstanceOf(Decision.Allow.class, decide("required: true, allow: [/bin/sh]", SHELL));
        assertInstanceOf(Decision.Allow.class, decide("required: true, allow: [/bin/]", SHELL));
        assertInstanceOf(Decision.Allow.class, decide("required: true, allow: ['" + IMAGE + "']", SHELL));
        assertInstanceOf(Decision.Deny.class, decide("required: true, allow: [/bin/s, /usr/]", SHELL));
        Images nobodyAsked = reference -> {
            throw new AssertionError("an image that is allowed by its digest is not looked into: " + reference);
        };
        assertInstanceOf(
                Decision.Allow.class,
                decide(policy("required: true, allow: ['" + IMAGE + "']"), pod("nginx@" + IMAGE), nobodyAsked));
    }

    /// More was found than is listed, so allowing what is listed says nothing about the rest.
    @Test
    void evidence_that_is_not_listed_cannot_be_allowed_by_path() {
        var cut = new Answer.Known(new ImageVerdict(
                IMAGE, List.of(new Evidence(Evidence.Kind.SHELL, "/bin/sh", 1, LAYER, "by its name")), 5, true, 1, 1));
        assertInstanceOf(Decision.Deny.class, decide("required: true, allow: [/bin/sh]", cut));
    }

    @Test
    void a_verdict_that_is_being_worked_out_makes_kubectl_ask_again() {
        for (var unknown : List.of("refuse", "wait")) {
            var decision = decide("required: true, unknown: " + unknown, new Answer.Pending(2));
            assertInstanceOf(Decision.Wait.class, decision);
            var answer = new String(
                    ReviewWriter.answer(request(pod("nginx")), decision, "sha256:0"), StandardCharsets.UTF_8);
            assertTrue(answer.contains("\"allowed\":false") && answer.contains("\"code\":429"), answer);
            assertTrue(answer.contains("\"retryAfterSeconds\":2") && answer.contains("TooManyRequests"), answer);
        }
        assertInstanceOf(Decision.Warn.class, decide("required: true, unknown: audit", new Answer.Pending(2)));
    }

    @Test
    void what_cannot_be_known_is_answered_as_the_policy_says() {
        var gone = new Answer.Unknown("the registry says no");
        assertInstanceOf(Decision.Deny.class, decide("required: true", gone));
        assertInstanceOf(Decision.Deny.class, decide("required: true, unknown: refuse", gone));
        assertInstanceOf(Decision.Wait.class, decide("required: true, unknown: wait", gone));
        var warned = assertInstanceOf(Decision.Warn.class, decide("required: true, unknown: audit", gone));
        assertTrue(warned.findings().getFirst().breach().fact().endsWith("nothing is known: the registry says no"));
    }

    @Test
    void a_refusal_is_not_held_up_by_what_is_not_known_yet() {
        var both = """
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{"containers":[
                  {"name":"a","image":"bad"},{"name":"b","image":"new"}]}}""";
        Images images = Map.of("bad", SHELL, "new", new Answer.Pending(2))::get;
        var denied = assertInstanceOf(Decision.Deny.class, decide(policy("required: true"), node(both), images));
        assertEquals(2, denied.findings().size());
    }

    @Test
    void in_audit_nothing_waits() {
        var audit = compile("admission: {distroless: {required: true, unknown: wait}}", "audit", "{}");
        assertInstanceOf(Decision.Warn.class, decide(audit, pod("nginx"), _ -> new Answer.Pending(2)));
    }

    @Test
    void entering_a_container_is_refused_where_a_policy_says_so() {
        var snapshot = compile("admission: {interactive: {exec: deny}}", "enforce", "{}");
        var denied = assertInstanceOf(Decision.Deny.class, connect(snapshot, "exec", "web"));
        assertEquals(
                "exec: exec into container \"web\" of pod \"web-1\"; change the image or its configuration and roll it out"
                        + " (policy images, admission.interactive.exec, f-#)",
                told(denied));
        assertInstanceOf(Decision.Allow.class, connect(snapshot, "attach", "web"));
        assertInstanceOf(Decision.Allow.class, connect(snapshot, "portforward", "web"));
        var attach = compile("admission: {interactive: {attach: deny}}", "audit", "{}");
        assertInstanceOf(Decision.Warn.class, connect(attach, "attach", ""));
        assertInstanceOf(Decision.Allow.class, connect(attach, "exec", ""));
    }

    /// The review does not carry them, and what is not known must not open the door.
    @Test
    void labels_and_images_of_a_pod_that_is_entered_count_as_matched_and_names_are_compared() {
        var exec = "admission: {interactive: {exec: deny}}";
        var labelled = compile(exec, "enforce", "{podSelector: {matchLabels: {app: web}}, images: ['x/*']}");
        assertInstanceOf(Decision.Deny.class, connect(labelled, "exec", "web"));
        var named = compile(exec, "enforce", "{containers: [web]}");
        assertInstanceOf(Decision.Deny.class, connect(named, "exec", "web"));
        assertInstanceOf(Decision.Deny.class, connect(named, "exec", ""));
        assertInstanceOf(Decision.Allow.class, connect(named, "exec", "other"));
        var elsewhere = compile(exec, "enforce", "{namespaces: [other]}");
        assertInstanceOf(Decision.Allow.class, connect(elsewhere, "exec", "web"));
    }

    @Test
    void a_container_is_not_added_to_a_running_pod_where_a_policy_says_so() {
        var snapshot = compile("admission: {interactive: {ephemeralContainers: deny}}", "enforce", "{}");
        var before = node("""
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{"containers":[{"name":"a"}]}}""");
        var after = node("""
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{"containers":[{"name":"a"}],
                  "ephemeralContainers":[{"name":"debugger","image":"busybox"}]}}""");
        var denied = assertInstanceOf(Decision.Deny.class, judged(update(after, before), snapshot, Images.NONE));
        assertEquals(1, denied.findings().size());
        // one that stands already is told of and keeps nobody from changing the pod
        assertInstanceOf(Decision.Warn.class, judged(update(after, after), snapshot, Images.NONE));
    }

    private static Decision decide(String distroless, Answer answer) {
        return decide(policy(distroless), pod("nginx"), _ -> answer);
    }

    private static Decision decide(Snapshot snapshot, Node.Mapping pod, Images images) {
        return judged(request(pod), snapshot, images);
    }

    private static Decision judged(ReviewRequest request, Snapshot snapshot, Images images) {
        var outcome = Judge.decide(request, snapshot, images, TODAY);
        return assertInstanceOf(Judge.Outcome.Judged.class, outcome, outcome::toString)
                .decision();
    }

    private static Decision connect(Snapshot snapshot, String way, String container) {
        var review = node("""
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u",
                  "kind":{"group":"","version":"v1","kind":"PodExecOptions"},
                  "resource":{"group":"","version":"v1","resource":"pods"},"subResource":"%s",
                  "name":"web-1","namespace":"shop","operation":"CONNECT","userInfo":{"username":"jane"},
                  "object":{"kind":"PodExecOptions","apiVersion":"v1","container":"%s","command":["sh"]}}}""".formatted(way, container));
        var read = assertInstanceOf(ReviewReader.Outcome.Read.class, ReviewReader.read(review));
        return judged(read.request(), snapshot, Images.NONE);
    }

    private static ReviewRequest request(Node.Mapping pod) {
        return Objects.create(pod);
    }

    private static ReviewRequest update(Node.Mapping after, Node.Mapping before) {
        return Objects.update(Objects.create(after), before);
    }

    private static Node.Mapping pod(String image) {
        return node("""
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"shop"},
                  "spec":{"containers":[{"name":"web","image":"%s"}]}}""".formatted(image));
    }

    private static Node.Mapping node(String json) {
        var reading = JsonReader.read("pod", json.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT);
        return (Node.Mapping) reading.documents().getFirst();
    }

    private static Snapshot policy(String distroless) {
        return compile("admission: {distroless: {" + distroless + "}}", "enforce", "{}");
    }

    private static Snapshot compile(String section, String mode, String match) {
        var text = """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: images}
                spec:
                  mode: %s
                  match: %s
                  %s
                """.formatted(mode, match, section);
        var compilation = PolicyCompiler.compile(List.of(new SourceText("policy.yaml", text)));
        return compilation
                .snapshot()
                .orElseThrow(() -> new AssertionError(compilation.diagnostics().toString()));
    }

    private static String told(Decision decision) {
        return decision.findings().stream()
                .map(finding ->
                        finding.breach().field() + ": " + Wording.cause(finding).replace(finding.id(), "f-#"))
                .collect(Collectors.joining("\n"));
    }
}
