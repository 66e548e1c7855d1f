// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.policy.Mode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The real server on a loopback port, asked by the JDK's client.
@Timeout(60)
class AdmissionServerTest {
    private static final Snapshot ENFORCED =
            Policies.snapshot(Policies.policy("immutable", Mode.ENFORCE, Policies.READ_ONLY));
    private static final String POD =
            "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"containers\":[{\"name\":\"web\"}]}}";

    @TempDir
    Path directory;

    private final BlockingQueue<Alert> alerts = new ArrayBlockingQueue<>(10_000);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void a_review_is_answered_and_then_told() throws Exception {
        var server = start(() -> ENFORCED);
        var answer = post(server, review(POD));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElse(""));
        assertTrue(answer.body().contains("\"uid\":\"u-1\",\"allowed\":false,\"status\":{\"status\":\"Failure\""));
        assertTrue(answer.body().contains("(policy immutable, admission.readOnlyRootFilesystem, f-"));
        var alert = alerts.poll(10, TimeUnit.SECONDS);
        assertEquals("admission.readOnlyRootFilesystem", alert.rule());
        assertEquals(new Alert.PodFacts("shop", "web"), alert.pod().orElseThrow());
        assertEquals(1, server.stats().reviews());
        assertEquals(1, server.stats().denied());
    }

    @Test
    void a_taker_of_alerts_that_hangs_delays_no_answer() throws Exception {
        var release = new CountDownLatch(1);
        open.add(release::countDown);
        var server = start(options(), () -> ENFORCED, _ -> await(release));
        for (int i = 0; i < 20; i++) {
            assertEquals(200, post(server, review(POD)).statusCode());
        }
        assertEquals(20, server.stats().denied());
    }

    @Test
    void what_is_no_review_is_refused_with_a_text_and_never_as_a_denial() throws Exception {
        var server = start(() -> ENFORCED);
        for (var body : List.of(
                "",
                "{",
                "[]",
                "{}",
                "{\"kind\":\"Pod\"}",
                "not json",
                review(POD).replace("v1\",\"request", "v1beta1\",\"request"))) {
            var answer = post(server, body);
            assertEquals(400, answer.statusCode(), body);
            assertTrue(told(answer.body()).startsWith("gatehouse: the request cannot be judged"), answer.body());
            assertFalse(answer.body().contains("allowed"), answer.body());
        }
        assertEquals(7, server.stats().malformed());
        assertEquals(0, server.stats().reviews());
    }

    @Test
    void a_body_is_read_up_to_the_limit() throws Exception {
        var server = start(() -> ENFORCED);
        int most = ReviewHandler.MAX_BODY_BYTES;
        var padded = review(POD).getBytes(StandardCharsets.UTF_8);
        var body = new byte[most];
        Arrays.fill(body, (byte) ' ');
        System.arraycopy(padded, 0, body, 0, padded.length);
        assertEquals(200, post(server, BodyPublishers.ofByteArray(body), "").statusCode());

        var huge = Arrays.copyOf(body, most + 1);
        var answer = post(server, BodyPublishers.ofByteArray(huge), "");
        assertEquals(413, answer.statusCode());
        assertTrue(
                told(answer.body()).startsWith("gatehouse: the request has more than " + most + " bytes"),
                answer.body());
    }

    @Test
    void depth_is_refused_with_its_place() throws Exception {
        var answer = post(start(() -> ENFORCED), "[".repeat(1_000_000));
        assertEquals(400, answer.statusCode());
        assertTrue(answer.body().contains("GH-1011 at 1:101: nested deeper than 100 levels"), answer.body());
    }

    @Test
    void a_body_that_does_not_come_is_given_up_in_time_and_its_room_is_free_again() throws Exception {
        var options = options();
        var small = new AdmissionOptions(
                options.host(), 0, options.certificate(), Optional.empty(), 1, 10, 120 * 1024, Duration.ofSeconds(10));
        var server = start(small, () -> ENFORCED, alerts::add);
        for (int i = 0; i < 5; i++) { // twice as many as there is room for at once
            try (var socket = (SSLSocket)
                    trusting(server, new KeyManager[0]).getSocketFactory().createSocket("127.0.0.1", server.port())) {
                socket.getOutputStream()
                        .write(
                                ("POST /validate?timeout=1s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{")
                                        .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
                assertTrue(answer.contains("not decided within 900 ms"), answer);
            }
        }
        assertEquals(5, server.stats().late());
        assertEquals(200, post(server, review(POD)).statusCode());
    }

    @Test
    void more_bytes_at_once_than_there_is_room_for_are_sent_away() throws Exception {
        var options = options();
        var small = new AdmissionOptions(
                options.host(), 0, options.certificate(), Optional.empty(), 1, 10, 20 * 1024, Duration.ofSeconds(10));
        var server = start(small, () -> ENFORCED, alerts::add);
        var answer = post(server, review(POD) + " ".repeat(5000));
        assertEquals(429, answer.statusCode());
        assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
        assertEquals(200, post(server, review(POD)).statusCode());
        assertEquals(1, server.stats().overloaded());
    }

    @Test
    void a_full_queue_asks_to_come_again_and_a_stuck_review_is_late() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        open.add(release::countDown);
        Supplier<Snapshot> stuck = () -> {
            entered.countDown();
            await(release);
            return ENFORCED;
        };
        var options = options();
        var narrow = new AdmissionOptions(
                options.host(), 0, options.certificate(), Optional.empty(), 1, 1, 1 << 20, Duration.ofSeconds(10));
        var server = start(narrow, stuck, alerts::add);
        var client = client(server);
        var judged = client.sendAsync(request(server, review(POD), "?timeout=2s"), BodyHandlers.ofString());
        assertTrue(entered.await(10, TimeUnit.SECONDS));
        var others = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 4; i++) {
            others.add(client.sendAsync(request(server, review(POD), "?timeout=2s"), BodyHandlers.ofString()));
        }
        int sentAway = 0;
        int late = 0;
        for (var other : others) { // one finds the place in the queue, whichever comes first
            var answer = other.get();
            sentAway += answer.body().contains("\"code\":429,\"details\":{\"retryAfterSeconds\":1}") ? 1 : 0;
            late += answer.statusCode() == 503 ? 1 : 0;
        }
        assertEquals(3, sentAway);
        assertEquals(1, late);
        assertEquals(503, judged.get().statusCode());
        assertTrue(judged.get().body().contains("not decided within 1800 ms; this is not a policy decision"));
        assertEquals(3, server.stats().overloaded());
        assertEquals(2, server.stats().late());
        release.countDown();
        assertEquals(200, post(server, review(POD)).statusCode());
    }

    @Test
    void many_at_once_all_get_their_own_answer() throws Exception {
        var server = start(() -> ENFORCED);
        var clients = List.of(client(server), client(server), client(server), client(server));
        for (var client : clients) { // else each opens a connection for every request, before it knows of HTTP/2
            client.send(request(server, review(POD), ""), BodyHandlers.ofString());
        }
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 300; i++) { // a connection carries 100 at once
            answers.add(clients.get(i % 4)
                    .sendAsync(request(server, review(POD).replace("u-1", "u-" + i), ""), BodyHandlers.ofString()));
        }
        for (int i = 0; i < answers.size(); i++) {
            var answer = answers.get(i).get(30, TimeUnit.SECONDS);
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("\"uid\":\"u-" + i + "\""), answer.body());
        }
        assertEquals(304, server.stats().denied());
    }

    @Test
    void a_failure_of_our_own_says_so() throws Exception {
        var server = start(() -> {
            throw new IllegalStateException("a test wants this");
        });
        var answer = post(server, review(POD));
        assertEquals(500, answer.statusCode());
        // In any other form the API server keeps our words to itself and says "for an unknown reason".
        assertEquals(
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":"
                        + "\"gatehouse: internal error; this is not a policy decision\",\"code\":500}",
                answer.body());
        assertEquals(Optional.of("application/json"), answer.headers().firstValue("Content-Type"));
        assertEquals(1, server.stats().errors());
    }

    @Test
    void it_is_ready_once_policies_are_loaded() throws Exception {
        var snapshot = new AtomicReference<Snapshot>();
        var server = start(snapshot::get);
        assertEquals(200, get(server, "/healthz").statusCode());
        assertEquals(503, get(server, "/readyz").statusCode());
        assertEquals(503, post(server, review(POD)).statusCode());
        snapshot.set(ENFORCED);
        assertEquals(200, get(server, "/readyz").statusCode());
        assertEquals(200, post(server, review(POD)).statusCode());
        assertEquals(404, get(server, "/other").statusCode());
        assertEquals(405, get(server, "/validate").statusCode());
    }

    /// As the API server sends them: options without a pod, of a resource with its subresource; a node has no
    /// namespace.
    @ParameterizedTest
    @CsvSource({
        "pods, exec, PodExecOptions, exec",
        "pods, attach, PodAttachOptions, attach",
        "pods, portforward, PodPortForwardOptions, portForward",
        "pods, proxy, PodProxyOptions, proxy",
        "services, proxy, ServiceProxyOptions, proxy",
        "nodes, proxy, NodeProxyOptions, proxy"
    })
    void every_way_of_connecting_is_registered_and_reaches_the_judge(
            String resource, String subresource, String kind, String way) throws Exception {
        var closed = PolicyCompiler.compile(List.of(new SourceText("closed", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: closed}
                spec:
                  mode: enforce
                  admission: {interactive: {%s: deny}}
                """.formatted(way))))
                .snapshot()
                .orElseThrow();
        var namespace = resource.equals("nodes") ? "" : "\"namespace\":\"shop\",";
        var asked = "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u-1\","
                + "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"" + kind + "\"},"
                + "\"resource\":{\"group\":\"\",\"version\":\"v1\",\"resource\":\"" + resource + "\"},"
                + "\"subResource\":\"" + subresource + "\",\"name\":\"web\"," + namespace
                + "\"operation\":\"CONNECT\",\"userInfo\":{\"username\":\"jane\"},"
                + "\"object\":{\"kind\":\"" + kind + "\",\"apiVersion\":\"v1\"},\"oldObject\":null,\"options\":null}}";
        var answer = post(start(() -> closed), asked);
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"allowed\":false"), answer.body());
        assertTrue(answer.body().contains("admission.interactive." + way), answer.body());
        var open = post(start(() -> ENFORCED), asked);
        assertTrue(open.body().contains("\"allowed\":true"), open.body());
        var registration = WebhookConfiguration.render(
                "gatehouse", new WebhookConfiguration.Target.Url("https://a"), Optional.empty(), Optional.empty());
        assertTrue(
                registration
                        .lines()
                        .anyMatch(line -> line.contains("resources: [") && line.contains(resource + "/" + subresource)),
                registration);
    }

    @Test
    void a_restart_serves_with_the_same_certificate() throws Exception {
        var first = start(() -> ENFORCED);
        var client = client(first);
        assertEquals(
                200,
                client.send(request(first, review(POD), ""), BodyHandlers.ofString())
                        .statusCode());
        var bundle = first.caBundle();
        first.close();
        var second = start(() -> ENFORCED);
        assertEquals(bundle, second.caBundle());
        assertEquals(
                200,
                client.send(request(second, review(POD), ""), BodyHandlers.ofString())
                        .statusCode());
    }

    @Test
    void a_certificate_that_is_given_is_served() throws Exception {
        var made = new CertificateState(directory.resolve("given"), List.of("localhost")).current(Instant.now());
        var chain = Files.writeString(directory.resolve("tls.crt"), made.certificate());
        var key = Files.writeString(directory.resolve("tls.key"), made.key());
        var server = start(
                AdmissionOptions.of("127.0.0.1", 0, new Certificate.Given(chain, key)), () -> ENFORCED, alerts::add);
        assertEquals(Optional.empty(), server.caBundle());
        var client = HttpClient.newBuilder()
                .sslContext(trusting(made.bundle(), new KeyManager[0]))
                .build();
        assertEquals(
                200,
                client.send(request(server, review(POD), ""), BodyHandlers.ofString())
                        .statusCode());
    }

    @Test
    void with_a_client_authority_only_its_clients_ask_and_the_probes_stay_open() throws Exception {
        var authority = Authority.authority(Instant.now());
        var ca = Files.writeString(directory.resolve("client-ca.pem"), authority.certificateText());
        var server = start(options().withClientCa(ca), () -> ENFORCED, alerts::add);
        assertEquals(200, get(server, "/healthz").statusCode());
        var stranger = post(server, review(POD));
        assertEquals(401, stranger.statusCode());
        assertEquals("gatehouse: a client certificate is required", told(stranger.body()));

        var known = HttpClient.newBuilder()
                .sslContext(trusting(server, keys(Authority.client(authority, "api-server", Instant.now()))))
                .build();
        assertEquals(
                200,
                known.send(request(server, review(POD), ""), BodyHandlers.ofString())
                        .statusCode());
        var other = Authority.authority(Instant.now());
        var forged = HttpClient.newBuilder()
                .sslContext(trusting(server, keys(Authority.client(other, "api-server", Instant.now()))))
                .build();
        assertThrows(IOException.class, () -> forged.send(request(server, review(POD), ""), BodyHandlers.ofString()));
    }

    @Test
    void old_protocols_are_not_spoken() throws Exception {
        var server = start(() -> ENFORCED);
        try (var socket = (SSLSocket)
                trusting(server, new KeyManager[0]).getSocketFactory().createSocket("127.0.0.1", server.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertEquals("TLSv1.2", socket.getSession().getProtocol());
        }
        // the JDK's client will not even offer less, unless told to
        try (var socket = (SSLSocket)
                trusting(server, new KeyManager[0]).getSocketFactory().createSocket("127.0.0.1", server.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThrows(SSLHandshakeException.class, socket::startHandshake);
        }
    }

    @Test
    void a_port_that_is_taken_is_told_with_its_address() throws Exception {
        var server = start(() -> ENFORCED);
        var taken = AdmissionOptions.of("127.0.0.1", server.port(), options().certificate());
        var failure = assertThrows(IOException.class, () -> AdmissionServer.start(taken, () -> ENFORCED, alerts::add));
        assertTrue(failure.getMessage().contains("127.0.0.1:" + server.port()), failure.getMessage());
        assertEquals(200, post(server, review(POD)).statusCode());
    }

    @Test
    void closing_answers_what_was_asked() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        open.add(release::countDown);
        var server = start(() -> {
            entered.countDown();
            await(release);
            return ENFORCED;
        });
        var answer = client(server).sendAsync(request(server, review(POD), ""), BodyHandlers.ofString());
        assertTrue(entered.await(10, TimeUnit.SECONDS));
        var closing = Thread.ofVirtual().start(server::close);
        release.countDown();
        assertEquals(200, answer.get(20, TimeUnit.SECONDS).statusCode());
        assertTrue(closing.join(Duration.ofSeconds(20)));
        assertEquals(1, alerts.size());
        assertNull(alerts.poll().process().orElse(null));
    }

    private AdmissionOptions options() {
        return AdmissionOptions.of(
                "127.0.0.1",
                0,
                new Certificate.SelfSigned(directory.resolve("state"), List.of("localhost", "127.0.0.1")));
    }

    private AdmissionServer start(Supplier<Snapshot> snapshots) throws IOException {
        return start(options(), snapshots, alerts::add);
    }

    private AdmissionServer start(AdmissionOptions options, Supplier<Snapshot> snapshots, Consumer<Alert> taker)
            throws IOException {
        var server = AdmissionServer.start(options, snapshots, taker);
        open.add(server);
        return server;
    }

    static String review(String object) {
        return "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u-1\","
                + "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},"
                + "\"resource\":{\"group\":\"\",\"version\":\"v1\",\"resource\":\"pods\"},"
                + "\"namespace\":\"shop\",\"operation\":\"CREATE\",\"object\":" + object + "}}";
    }

    private static HttpResponse<String> post(AdmissionServer server, String body) throws Exception {
        return post(server, BodyPublishers.ofString(body), "");
    }

    private static HttpResponse<String> post(AdmissionServer server, BodyPublisher body, String query)
            throws Exception {
        var request = HttpRequest.newBuilder(uri(server, "/validate" + query))
                .POST(body)
                .build();
        return client(server).send(request, BodyHandlers.ofString());
    }

    private static HttpRequest request(AdmissionServer server, String body, String query) {
        return HttpRequest.newBuilder(uri(server, "/validate" + query))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static HttpResponse<String> get(AdmissionServer server, String path) throws Exception {
        return client(server).send(HttpRequest.newBuilder(uri(server, path)).build(), BodyHandlers.ofString());
    }

    private static URI uri(AdmissionServer server, String path) {
        return URI.create("https://localhost:" + server.port() + path);
    }

    static HttpClient client(AdmissionServer server) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(trusting(server, new KeyManager[0]))
                .build();
    }

    private static SSLContext trusting(AdmissionServer server, KeyManager[] keys) throws Exception {
        return trusting(server.caBundle().orElseThrow(), keys);
    }

    static SSLContext trusting(String bundle, KeyManager[] keys) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bundle.getBytes(StandardCharsets.US_ASCII))));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyManager[] keys(Pem.Identity identity) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "me", identity.key(), new char[0], new java.security.cert.Certificate[] {identity.certificate()});
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// The message of a `Status`.
    static String told(String body) throws IOException {
        return new ObjectMapper().readTree(body).path("message").asText();
    }
}
