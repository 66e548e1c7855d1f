// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gatehouse.admission.image.ImageBuilder.Built;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.Platform;
import io.gatehouse.admission.image.source.Registry;
import io.gatehouse.admission.image.source.RegistryOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Registries that want to know who we are, send us elsewhere, break off, stall and lie.
class RegistryTest {
    private static final Platform PLATFORM = Platform.parse("linux/amd64").orElseThrow();
    private static final Built IMAGE = new ImageBuilder()
            .layer(new Tar().file("bin/sh", 0755, ImageBuilder.elf()))
            .build();
    private static final Limits LIMITS =
            new Limits(4096, 10, 1 << 20, 1 << 20, 1000, 1000, Duration.ofSeconds(20), Duration.ofMillis(500));

    @TempDir
    private Path folder;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer server;
    private HttpServer other;

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void open() throws IOException {
        server = open(this::registry);
    }

    private HttpServer open(Handler handler) throws IOException {
        var opened = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        opened.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        opened.createContext("/", exchange -> {
            asked.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            try (exchange) {
                handler.handle(exchange);
            }
        });
        opened.start();
        return opened;
    }

    @AfterEach
    void close() {
        over.countDown();
        server.stop(0);
        if (other != null) {
            other.stop(0);
        }
    }

    /// What a registry answers that lets everybody read.
    private void registry(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var last = path.substring(path.lastIndexOf('/') + 1);
        var body = last.equals("v1")
                ? IMAGE.manifest()
                : Digest.parse(last).map(IMAGE.blobs()::get).orElse(null);
        if (body == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders()
                .set("Docker-Content-Digest", Digest.of(body).text());
        answer(exchange, 200, body);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Test
    void an_image_is_read_by_its_tag_and_by_its_digest() throws ImageFailure {
        try (var registry = registry(List.of(), Map.of())) {
            assertEquals(IMAGE.digest(), registry.resolve(reference("app:v1")));
            var verdict = inspector().inspect(registry, reference("app:v1"), IMAGE.digest());
            assertFalse(verdict.distroless());
            assertEquals(IMAGE.digest(), registry.resolve(reference("app@" + IMAGE.digest())));
        }
    }

    @Test
    void a_token_is_fetched_once_and_shown_to_nobody_else() throws Exception {
        var login = config("\"auth\":\"" + basic("jane", "secret") + "\"");
        other = open(this::registry);
        replace(exchange -> {
            var authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (exchange.getRequestURI().getPath().equals("/token")) {
                assertEquals("Basic " + basic("jane", "secret"), authorization);
                assertTrue(exchange.getRequestURI().getQuery().contains("scope=repository:team/app:pull"));
                answer(exchange, 200, ImageBuilder.utf8("{\"token\":\"t0ken\",\"expires_in\":300}"));
            } else if (!"Bearer t0ken".equals(authorization)) {
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Bearer realm=\"http://" + host(server)
                                        + "/token\",service=\"r\",scope=\"everything\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (exchange.getRequestURI().getPath().contains("/blobs/")) {
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://" + host(other)
                                        + exchange.getRequestURI().getPath());
                exchange.sendResponseHeaders(307, -1);
            } else {
                registry(exchange);
            }
        });
        var shown = new ConcurrentLinkedQueue<String>();
        other.removeContext("/");
        other.createContext("/", exchange -> {
            shown.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            try (exchange) {
                registry(exchange);
            }
        });
        try (var registry = registry(List.of(login), Map.of())) {
            var reference = reference("team/app:v1");
            assertFalse(inspector()
                    .inspect(registry, reference, registry.resolve(reference))
                    .distroless());
        }
        assertEquals(1, asked.stream().filter(line -> line.endsWith("/token")).count(), asked::toString);
        assertEquals(Set.of("null"), Set.copyOf(shown));
    }

    @Test
    void a_password_is_shown_where_it_is_asked_for() throws Exception {
        replace(exchange -> {
            if (("Basic " + basic("jane", "secret"))
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                registry(exchange);
            } else {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
                exchange.sendResponseHeaders(401, -1);
            }
        });
        // a mounted pull secret is a folder
        config("\"username\":\"jane\",\"password\":\"secret\"");
        Files.move(folder.resolve("config.json"), folder.resolve(".dockerconfigjson"));
        try (var registry = registry(List.of(folder), Map.of())) {
            assertEquals(IMAGE.digest(), registry.resolve(reference("app:v1")));
        }
        assertFails(Kind.DENIED, "wants a password");
    }

    @Test
    void answers_that_refuse_say_whether_to_come_again() throws Exception {
        for (var status : Map.of(
                        401,
                        Kind.DENIED,
                        403,
                        Kind.DENIED,
                        404,
                        Kind.ABSENT,
                        429,
                        Kind.UNREACHABLE,
                        503,
                        Kind.UNREACHABLE,
                        418,
                        Kind.MALFORMED)
                .entrySet()) {
            replace(exchange -> exchange.sendResponseHeaders(status.getKey(), -1));
            assertFails(status.getValue(), "HTTP " + status.getKey());
        }
    }

    @Test
    void redirects_end() throws Exception {
        replace(exchange -> {
            exchange.getResponseHeaders()
                    .set("Location", exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(302, -1);
        });
        assertFails(Kind.MALFORMED, "redirects more than");
        replace(exchange -> {
            exchange.getResponseHeaders().set("Location", "file:///etc/passwd");
            exchange.sendResponseHeaders(302, -1);
        });
        assertFails(Kind.MALFORMED, "redirects to no address");
    }

    @Test
    void a_registry_that_lies_about_a_manifest_or_a_blob_gives_no_verdict() throws Exception {
        replace(exchange -> {
            exchange.getResponseHeaders()
                    .set("Docker-Content-Digest", IMAGE.digest().text());
            answer(exchange, 200, ImageBuilder.utf8("{\"schemaVersion\":2,\"layers\":[]}"));
        });
        assertFails(Kind.MALFORMED, "gave sha256:");
        replace(exchange -> {
            var path = exchange.getRequestURI().getPath();
            if (path.contains("/blobs/")) {
                var blob = IMAGE.blobs()
                        .get(new Digest(path.substring(path.lastIndexOf('/') + 1)))
                        .clone();
                blob[blob.length - 1] ^= 1;
                answer(exchange, 200, blob);
            } else {
                registry(exchange);
            }
        });
        assertFails(Kind.MALFORMED, "what came for");
    }

    @Test
    void a_manifest_without_end_is_given_up() throws Exception {
        replace(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var zeros = new byte[8192];
            while (over.getCount() > 0) {
                exchange.getResponseBody().write(zeros);
            }
        });
        assertFails(Kind.TOO_LARGE, "more than 4096 bytes");
    }

    @Test
    void a_server_that_stops_sending_is_given_up() throws Exception {
        replace(exchange -> {
            if (exchange.getRequestURI().getPath().contains("/blobs/")) {
                exchange.sendResponseHeaders(200, 10_000);
                exchange.getResponseBody().write(new byte[10]);
                exchange.getResponseBody().flush();
                awaitEnd();
            } else {
                registry(exchange);
            }
        });
        assertFails(Kind.UNREACHABLE, "nothing came for");
    }

    private void awaitEnd() {
        try {
            over.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nobody_there_is_told_as_such() {
        server.stop(0);
        assertFails(Kind.UNREACHABLE, "cannot be asked");
    }

    @Test
    void a_mirror_is_asked_first_and_what_it_lacks_is_asked_of_the_registry() throws Exception {
        other = open(exchange -> exchange.sendResponseHeaders(404, -1));
        var mirrors = Map.of(host(server), List.of("http://" + host(other)));
        try (var registry = registry(List.of(), mirrors)) {
            assertEquals(IMAGE.digest(), registry.resolve(reference("app:v1")));
            assertEquals(2, asked.size(), asked::toString);
        }
        var away = Map.of("docker.io", List.of("http://" + host(server)));
        try (var registry = registry(List.of(), away)) {
            var nginx = ImageReference.parse("nginx:v1").orElseThrow();
            assertArrayEquals(IMAGE.manifest(), registry.manifest(nginx, IMAGE.digest()));
        }
        assertTrue(asked.contains("GET /v2/library/nginx/manifests/" + IMAGE.digest()), asked::toString);
    }

    @Test
    void references_are_read_as_runtimes_read_them() {
        assertEquals("docker.io/library/nginx:latest", read("nginx"));
        assertEquals("docker.io/team/app:1", read("team/app:1"));
        assertEquals("localhost:5000/app:latest", read("localhost:5000/app"));
        assertEquals("ghcr.io/a/b/c:v1@" + IMAGE.digest(), read("ghcr.io/a/b/c:v1@" + IMAGE.digest()));
        for (var wrong : List.of("", "Nginx", "a b", "nginx:", "nginx@sha256:1", "a//b", "x/../y", "h.io/", "a:b:c")) {
            assertTrue(ImageReference.parse(wrong).isEmpty(), wrong);
        }
    }

    private static String read(String text) {
        return ImageReference.parse(text).orElseThrow().toString();
    }

    private void assertFails(Kind kind, String why) {
        var failure = assertThrows(ImageFailure.class, () -> {
            try (var registry = registry(List.of(), Map.of())) {
                var reference = reference("app:v1");
                inspector().inspect(registry, reference, registry.resolve(reference));
            }
        });
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
        assertEquals(kind, failure.kind(), failure.getMessage());
    }

    private void replace(Handler handler) {
        server.removeContext("/");
        server.createContext("/", exchange -> {
            asked.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            try (exchange) {
                handler.handle(exchange);
            }
        });
    }

    private Path config(String login) throws IOException {
        return Files.writeString(
                folder.resolve("config.json"), "{\"auths\":{\"https://" + host(server) + "/v1/\":{" + login + "}}}");
    }

    private static String basic(String user, String password) {
        return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private Registry registry(List<Path> credentials, Map<String, List<String>> mirrors) throws ImageFailure {
        return new Registry(
                new RegistryOptions(
                        credentials,
                        List.of(),
                        Set.of(host(server)),
                        mirrors,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5)),
                LIMITS);
    }

    private static Inspector inspector() {
        return new Inspector(LIMITS, List.of(PLATFORM));
    }

    private static String host(HttpServer server) {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private ImageReference reference(String name) {
        return ImageReference.parse(host(server) + "/" + name).orElseThrow();
    }
}
