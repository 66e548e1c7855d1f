// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.image.ImageVerdict;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `/image-policy` over TLS, asked as the API server's plug-in asks.
@Timeout(60)
class ImagePolicyTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String DISTROLESS = policy("distroless", "distroless: {required: true}");
    private static final String WITH_BREAK_GLASS =
            policy("distroless", "distroless: {required: true}, imageReviews: {breakGlass: allow}");

    /// By the last word of the name: what is known of it.
    private static final Images IMAGES = reference -> {
        if (reference.startsWith("clean")) {
            return new Images.Answer.Known(verdict(List.of()));
        }
        if (reference.startsWith("shell")) {
            return new Images.Answer.Known(verdict(
                    List.of(new Evidence(Evidence.Kind.SHELL, "/bin/sh", 2, new Digest(DIGEST), "by its name"))));
        }
        return reference.startsWith("new")
                ? new Images.Answer.Pending(3)
                : new Images.Answer.Unknown("the registry is away");
    };

    @TempDir
    Path directory;

    private final BlockingQueue<Alert> alerts = new ArrayBlockingQueue<>(100);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void images_that_are_as_wanted_are_let_in() throws Exception {
        assertAnswer("""
                {"apiVersion":"imagepolicy.k8s.io/v1alpha1","kind":"ImageReview","status":{"allowed":true,\
                "auditAnnotations":{"snapshot":"*","decision":"allow"}}}""", ask(server(DISTROLESS), "", "clean:1", "clean@" + DIGEST));
        assertNull(alerts.poll(), "nothing is told of what nobody forbids");
    }

    @Test
    void an_image_with_a_shell_is_refused_and_the_reason_names_it() throws Exception {
        assertAnswer("""
                {"apiVersion":"imagepolicy.k8s.io/v1alpha1","kind":"ImageReview","status":{"allowed":false,\
                "reason":"container \\"shell:1\\" runs an image that is not distroless: shell /bin/sh in layer 2; \
                use a distroless image; 'gatehouse image inspect' lists what is in this one \
                (policy distroless, admission.distroless)",\
                "auditAnnotations":{"snapshot":"*","decision":"deny","findings":"[{\\"policy\\":\\"distroless\\",\
                \\"rule\\":\\"admission.distroless\\",\\"mode\\":\\"enforce\\",\
                \\"field\\":\\"spec.containers[1].image\\",\\"seen\\":\\"\\\\\\"shell:1\\\\\\"\\",\
                \\"wanted\\":\\"a distroless image\\",\\"message\\":\\"container \\\\\\"shell:1\\\\\\" runs an image that \
                is not distroless: shell /bin/sh in layer 2\\",\\"fix\\":\\"use a distroless image; 'gatehouse image \
                inspect' lists what is in this one\\"}]"}}}""", ask(server(DISTROLESS), "", "clean:1", "shell:1"));
        var alert = alerts.poll(10, TimeUnit.SECONDS);
        assertEquals("admission.distroless", alert.rule());
        assertEquals(
                "someone asked to create Pod shop/(unnamed): container \"shell:1\" runs an image that is not"
                        + " distroless: shell /bin/sh in layer 2",
                alert.message());
    }

    @Test
    void in_audit_mode_the_same_is_let_in_and_told() throws Exception {
        var answer = ask(server(DISTROLESS.replace("enforce", "audit")), "", "shell:1");
        assertTrue(answer.body().contains("\"status\":{\"allowed\":true,\"auditAnnotations\""), answer.body());
        assertTrue(answer.body().contains("\"decision\":\"warn\""), answer.body());
        assertEquals("admission.distroless", alerts.poll(10, TimeUnit.SECONDS).rule());
    }

    @Test
    void what_is_not_known_yet_is_asked_for_again_and_never_remembered_as_an_answer() throws Exception {
        var server = server(DISTROLESS);
        var answer = ask(server, "", "new:1");
        assertEquals(429, answer.statusCode());
        assertEquals("3", answer.headers().firstValue("Retry-After").orElse(""));
        assertEquals(
                "gatehouse: not decided yet; this is not a policy decision: container \"new:1\" runs an image that is"
                        + " still being looked into; ask again in 3 seconds (policy distroless,"
                        + " admission.distroless)",
                AdmissionServerTest.told(answer.body()));
        assertEquals(1, server.stats().waited());
        assertEquals(0, server.stats().reviews());
    }

    @Test
    void an_image_of_which_nothing_can_be_known_is_as_the_policy_says() throws Exception {
        var refuse = ask(server(DISTROLESS), "", "away:1");
        assertTrue(refuse.body().contains("\"allowed\":false"), refuse.body());
        assertTrue(refuse.body().contains("of which nothing is known: the registry is away"), refuse.body());
        var wait = ask(server(policy("p", "distroless: {required: true, unknown: wait}")), "", "away:1");
        assertEquals(429, wait.statusCode());
        assertEquals("10", wait.headers().firstValue("Retry-After").orElse(""));
        var audit = ask(server(policy("p", "distroless: {required: true, unknown: audit}")), "", "away:1");
        assertTrue(audit.body().contains("\"allowed\":true"), audit.body());
        assertTrue(audit.body().contains("\"decision\":\"warn\""), audit.body());
    }

    @Test
    void a_broken_glass_lets_in_where_the_policy_says_so_and_is_told_with_its_reason() throws Exception {
        var glass = "\"gatehouse.image-policy.k8s.io/break-glass\":\"TICKET-7: the shop is down\"";
        var honoured = ask(server(WITH_BREAK_GLASS), glass, "shell:1");
        assertTrue(honoured.body().contains("\"status\":{\"allowed\":true"), honoured.body());
        assertTrue(honoured.body().contains("\"break-glass\":\"TICKET-7: the shop is down\""), honoured.body());
        assertTrue(honoured.body().contains("\"decision\":\"warn\",\"break-glass\""), honoured.body());
        var alert = alerts.poll(10, TimeUnit.SECONDS);
        assertEquals("admission.distroless", alert.rule());
        assertTrue(
                alert.message().startsWith("someone who broke the glass (TICKET-7: the shop is down) asked to create"),
                alert.message());

        var ignored = ask(server(DISTROLESS), glass, "shell:1");
        assertTrue(ignored.body().contains("\"allowed\":false"), ignored.body());
        assertFalse(ignored.body().contains("TICKET-7"), ignored.body());
        var unneeded = ask(server(WITH_BREAK_GLASS), glass, "clean:1");
        assertFalse(unneeded.body().contains("TICKET-7"), unneeded.body());
        var empty = ask(server(WITH_BREAK_GLASS), "\"gatehouse.image-policy.k8s.io/break-glass\":\" \"", "shell:1");
        assertTrue(empty.body().contains("\"allowed\":false"), "a glass is broken with a reason: " + empty.body());
    }

    @Test
    void each_policy_says_for_itself_whether_its_glass_can_be_broken() throws Exception {
        var other = policy("other", "distroless: {required: true}");
        var glass = "\"gatehouse.image-policy.k8s.io/break-glass\":\"TICKET-7\"";
        var answer = ask(server(WITH_BREAK_GLASS, other), glass, "shell:1");
        assertTrue(answer.body().contains("\"allowed\":false"), answer.body());
        assertTrue(answer.body().contains("(policy other, admission.distroless)\""), answer.body());
        assertFalse(answer.body().contains("(policy distroless, admission.distroless)"), answer.body());
    }

    @Test
    void policies_of_other_namespaces_and_images_do_not_count() throws Exception {
        var elsewhere = DISTROLESS.replace("  admission", "  match: {namespaces: [other]}\n  admission");
        assertTrue(ask(server(elsewhere), "", "shell:1").body().contains("\"decision\":\"allow\""));
        var images = DISTROLESS.replace("  admission", "  match: {images: [\"clean*\"]}\n  admission");
        assertTrue(ask(server(images), "", "shell:1").body().contains("\"decision\":\"allow\""));
        var here = DISTROLESS.replace("  admission", "  match: {namespaces: [shop]}\n  admission");
        assertTrue(ask(server(here), "", "shell:1").body().contains("\"decision\":\"deny\""));
    }

    @Test
    void a_policy_that_selects_by_labels_is_left_to_the_review_of_the_pod_and_named() throws Exception {
        var byLabel =
                DISTROLESS.replace("  admission", "  match: {podSelector: {matchLabels: {app: web}}}\n  admission");
        assertAnswer("""
                {"apiVersion":"imagepolicy.k8s.io/v1alpha1","kind":"ImageReview","status":{"allowed":true,\
                "auditAnnotations":{"snapshot":"*","decision":"allow","left-out":"distroless"}}}""", ask(server(byLabel), "", "shell:1"));
        assertFalse(ask(server(byLabel), "", "clean:1").body().contains("left-out"));
    }

    @Test
    void names_of_images_are_judged_and_what_the_review_does_not_tell_is_not() throws Exception {
        var names = policy("names", "images: {allow: [registry.example.com], pinned: digest, alwaysPull: all}");
        var wrong = ask(server(names), "", "clean:1");
        assertTrue(wrong.body().contains("(policy names, admission.images.allow)"), wrong.body());
        assertTrue(wrong.body().contains("(policy names, admission.images.pinned)"), wrong.body());
        assertFalse(wrong.body().contains("alwaysPull"), wrong.body());
        var right = ask(server(names), "", "registry.example.com/clean@" + DIGEST);
        assertTrue(right.body().contains("\"decision\":\"allow\""), right.body());
    }

    @Test
    void controls_that_need_the_pod_are_not_put_to_its_images() throws Exception {
        var readOnly = policy("p", "readOnlyRootFilesystem: {required: true}");
        assertTrue(ask(server(readOnly), "", "shell:1").body().contains("\"decision\":\"allow\""));
    }

    @Test
    void what_is_no_image_review_is_refused_with_its_place() throws Exception {
        var server = server(DISTROLESS);
        for (var wrong : List.of(
                "{}",
                "[]",
                review("", "clean:1").replace("v1alpha1", "v1beta1"),
                review("", "clean:1").replace("\"ImageReview\"", "\"AdmissionReview\""),
                "{\"apiVersion\":\"imagepolicy.k8s.io/v1alpha1\",\"kind\":\"ImageReview\"}",
                review("", "clean:1").replace("\"clean:1\"", "7"),
                review("", "clean:1").replace("[{", "{\"a\":[{").replace("}]", "}]}"),
                review("\"gatehouse.image-policy.k8s.io/break-glass\":true", "clean:1"))) {
            var answer = post(server, wrong);
            assertEquals(400, answer.statusCode(), wrong);
            assertTrue(
                    AdmissionServerTest.told(answer.body())
                            .startsWith("gatehouse: the request cannot be judged; this is"),
                    answer.body());
        }
        assertEquals(8, server.stats().malformed());
        assertTrue(post(server, "{").body().contains(" at 1:"), "the place is told");
    }

    @Test
    void a_pod_without_images_is_let_in() throws Exception {
        assertTrue(ask(server(DISTROLESS), "").body().contains("\"allowed\":true"));
    }

    private static ImageVerdict verdict(List<Evidence> evidence) {
        return new ImageVerdict(
                new Digest(DIGEST),
                evidence,
                0,
                evidence.stream().anyMatch(e -> e.kind().decides()),
                2,
                1000);
    }

    private static String policy(String name, String controls) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %s}
                spec:
                  mode: enforce
                  admission: {%s}
                """.formatted(name, controls);
    }

    /// The form of kube-apiserver's `ImageReview`, status and all.
    private static String review(String annotation, String... images) {
        var containers = Arrays.stream(images)
                .map(image -> "{\"image\":\"" + image + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        return "{\"kind\":\"ImageReview\",\"apiVersion\":\"imagepolicy.k8s.io/v1alpha1\","
                + "\"metadata\":{\"creationTimestamp\":null},\"spec\":{"
                + (images.length == 0 ? "" : "\"containers\":" + containers + ",")
                + (annotation.isEmpty() ? "" : "\"annotations\":{" + annotation + "},")
                + "\"namespace\":\"shop\"},\"status\":{\"allowed\":false}}";
    }

    private static void assertAnswer(String expected, HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode());
        assertEquals(expected, answer.body().replaceAll("sha256:[0-9a-f]{64}", "*"));
    }

    private static HttpResponse<String> ask(AdmissionServer server, String annotation, String... images)
            throws Exception {
        return post(server, review(annotation, images));
    }

    private static HttpResponse<String> post(AdmissionServer server, String body) throws Exception {
        return AdmissionServerTest.client(server)
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("https://localhost:" + server.port() + "/image-policy?timeout=30s"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
    }

    private AdmissionServer server(String... policies) throws Exception {
        var sources = new ArrayList<SourceText>();
        for (int i = 0; i < policies.length; i++) {
            sources.add(new SourceText("p" + i, policies[i]));
        }
        var compilation = PolicyCompiler.compile(sources);
        assertTrue(
                compilation.snapshot().isPresent(),
                () -> compilation.diagnostics().toString());
        return server(compilation.snapshot().get());
    }

    private AdmissionServer server(Snapshot snapshot) throws Exception {
        var options = AdmissionOptions.of(
                "127.0.0.1",
                0,
                new Certificate.SelfSigned(directory.resolve("state"), List.of("localhost", "127.0.0.1")));
        var server = AdmissionServer.start(options, () -> snapshot, IMAGES, Optional.empty(), alerts::add);
        open.add(server);
        return server;
    }
}
