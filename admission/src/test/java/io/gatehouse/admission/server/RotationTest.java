// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates change while clients ask without a pause.
@Timeout(120)
class RotationTest {
    private static final Snapshot ENFORCED =
            Policies.snapshot(Policies.policy("immutable", Mode.ENFORCE, Policies.READ_ONLY));
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final String REVIEW = AdmissionServerTest.review(
            "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"containers\":[{\"name\":\"web\"}]}}");

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));
    /// What the API server was given last: one step behind what there is.
    private final AtomicReference<List<X509Certificate>> trusted = new AtomicReference<>(List.of());

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    /// Of each of the clients that make a connection for each, so that none is left behind while time goes on.
    private final List<AtomicLong> handshakes = List.of(new AtomicLong(), new AtomicLong());
    private final AtomicLong reviews = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private final Set<X509Certificate> leaves = ConcurrentHashMap.newKeySet();
    private final Set<X509Certificate> signers = ConcurrentHashMap.newKeySet();
    /// Set by the test when it is over.
    private volatile boolean over;

    @AfterEach
    void close() throws Exception {
        over = true;
        for (var one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void leaf_and_authority_are_replaced_under_load_without_a_failed_handshake() throws Exception {
        var server = start(new Certificate.SelfSigned(directory, List.of("localhost", "127.0.0.1")), Optional.empty());
        trusted.set(Pem.certificates(server.caBundle().orElseThrow()));
        var first = trusted.get().getFirst();
        var clients = List.of(
                handshaking(server, handshakes.getFirst()), handshaking(server, handshakes.getLast()), asking(server));

        // eight years of certificates; then the authority, till the old one has ended
        while (now.get().isBefore(first.getNotAfter().toInstant().minus(Duration.ofDays(365 + 65)))) {
            step(server, Duration.ofDays(55));
        }
        while (now.get().isBefore(first.getNotAfter().toInstant().plus(Duration.ofDays(20)))) {
            step(server, Duration.ofDays(10));
        }
        over = true;
        for (var client : clients) {
            assertTrue(client.join(Duration.ofSeconds(20)));
        }
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(2, signers.size(), "both authorities signed what was served");
        assertTrue(leaves.size() >= 5, leaves.size() + " certificates were served");
        assertTrue(reviews.get() > 20, reviews + " reviews");
        assertEquals(1, Pem.certificates(server.caBundle().orElseThrow()).size(), "the old authority is gone");
        System.out.println("rotation: " + handshakes + " handshakes and " + reviews + " reviews, " + leaves.size()
                + " certificates, " + signers.size() + " authorities, no failure");
    }

    @Test
    void mounted_files_are_read_again_together_with_the_authority_of_the_clients() throws Exception {
        var authority = Authority.authority(now.get());
        var callers = Authority.authority(now.get());
        mount(Authority.leaf(authority, List.of("localhost"), now.get()), callers);
        trusted.set(List.of(authority.certificate()));
        var server = start(
                new Certificate.Given(directory.resolve("tls.crt"), directory.resolve("tls.key")),
                Optional.of(directory.resolve("client-ca.crt")));
        var known = Authority.client(callers, "api-server", now.get());
        assertEquals(200, ask(server, known));

        var others = Authority.authority(now.get());
        mount(Authority.leaf(authority, List.of("localhost"), now.get()), others);
        var newcomer = Authority.client(others, "api-server", now.get());
        until(() -> ask(server, newcomer) == 200);
        assertEquals(-1, ask(server, known), "the former authority's clients are strangers now");
    }

    @Test
    void a_certificate_without_its_key_is_not_served() throws Exception {
        var authority = Authority.authority(now.get());
        var leaf = Authority.leaf(authority, List.of("localhost"), now.get());
        mount(leaf, authority);
        trusted.set(List.of(authority.certificate()));
        var server = start(
                new Certificate.Given(directory.resolve("tls.crt"), directory.resolve("tls.key")), Optional.empty());
        var next = Authority.leaf(authority, List.of("localhost"), now.get());
        Files.writeString(directory.resolve("tls.crt"), next.certificateText());
        until(() -> server.stats().errors() > 0);
        handshake(server, context(new KeyManager[0]));
        assertEquals(Set.of(leaf.certificate()), leaves);
        Files.writeString(directory.resolve("tls.key"), next.keyText());
        until(() -> {
            handshake(server, context(new KeyManager[0]));
            return leaves.contains(next.certificate());
        });
        assertEquals(List.of(), List.copyOf(failures));
    }

    /// As a kubelet replaces a mounted Secret, near enough: each file as a whole.
    private void mount(Pem.Identity leaf, Pem.Identity callers) throws IOException {
        write("tls.crt", leaf.certificateText());
        write("tls.key", leaf.keyText());
        write("client-ca.crt", callers.certificateText());
    }

    private void write(String file, String text) throws IOException {
        var fresh = Files.writeString(directory.resolve("." + file), text);
        Files.move(fresh, directory.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// The API server is given the bundle of now, time goes on, and clients go on asking.
    private void step(AdmissionServer server, Duration time) throws Exception {
        trusted.set(Pem.certificates(server.caBundle().orElseThrow()));
        now.updateAndGet(before -> before.plus(time));
        long looked = looks.get();
        until(() -> looks.get() >= looked + 2); // the first of them began after, and is over
        for (var each : handshakes) {
            moreOf(each, 2);
        }
        moreOf(reviews, 2);
    }

    private void moreOf(AtomicLong counter, int more) throws Exception {
        long wanted = counter.get() + more;
        until(() -> counter.get() >= wanted || !failures.isEmpty());
    }

    private static void until(Condition condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "it did not happen in time");
            Thread.onSpinWait();
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private AdmissionServer start(Certificate certificate, Optional<Path> clientCa) throws IOException {
        var options = AdmissionOptions.of("127.0.0.1", 0, certificate);
        var server = AdmissionServer.start(
                clientCa.map(options::withClientCa).orElse(options),
                () -> ENFORCED,
                Images.NONE,
                Optional.empty(),
                _ -> {},
                this::tell,
                LOOK);
        open.add(server);
        return server;
    }

    /// The time; and counts the looks at the certificate, which a worker of Vert.x takes.
    private Instant tell() {
        if (Thread.currentThread().getName().contains("worker")) {
            looks.incrementAndGet();
        }
        return now.get();
    }

    /// A new connection each time.
    private Thread handshaking(AdmissionServer server, AtomicLong made) {
        return Thread.ofPlatform().start(() -> {
            try {
                while (!over) {
                    handshake(server, context(new KeyManager[0]));
                    made.incrementAndGet();
                }
            } catch (GeneralSecurityException e) {
                failures.add(e.toString());
            }
        });
    }

    private void handshake(AdmissionServer server, SSLContext context) {
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            if (!socket.getApplicationProtocol().equals("h2")) {
                failures.add("spoke '" + socket.getApplicationProtocol() + "'");
            }
            leaves.add((X509Certificate) socket.getSession().getPeerCertificates()[0]);
        } catch (IOException e) {
            failures.add(now + ": " + e);
        }
    }

    /// One connection that stays open all the while.
    private Thread asking(AdmissionServer server) {
        return Thread.ofPlatform().start(() -> {
            try (var client = HttpClient.newBuilder()
                    .sslContext(context(new KeyManager[0]))
                    .build()) {
                while (!over) {
                    var answer = client.send(request(server), BodyHandlers.ofString());
                    if (answer.statusCode() != 200) {
                        failures.add(answer.statusCode() + ": " + answer.body());
                    }
                    reviews.incrementAndGet();
                }
            } catch (IOException | GeneralSecurityException e) {
                failures.add(e.toString());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// The status, or -1 where there was no handshake.
    private int ask(AdmissionServer server, Pem.Identity caller) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("me", caller.key(), new char[0], new java.security.cert.Certificate[] {caller.certificate()});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        try (var client = HttpClient.newBuilder()
                .sslContext(context(keys.getKeyManagers()))
                .build()) {
            return client.send(request(server), BodyHandlers.ofString()).statusCode();
        } catch (IOException _) {
            return -1;
        }
    }

    private static HttpRequest request(AdmissionServer server) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/validate?timeout=5s"))
                .POST(BodyPublishers.ofString(REVIEW))
                .build();
    }

    private SSLContext context(KeyManager[] keys) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new AtTheTestsTime()}, null);
        return context;
    }

    /// Trusts what the API server would: a certificate that is valid now, by the clock of the test, and signed by an
    /// authority it was given. The JDK's own looks at the machine's clock.
    private final class AtTheTestsTime extends X509ExtendedTrustManager {
        private void check(X509Certificate[] chain) throws CertificateException {
            chain[0].checkValidity(Date.from(now.get()));
            for (var authority : trusted.get()) {
                try {
                    chain[0].verify(authority.getPublicKey());
                    authority.checkValidity(Date.from(now.get()));
                    signers.add(authority);
                    return;
                } catch (GeneralSecurityException _) {
                    continue; // perhaps the other
                }
            }
            throw new CertificateException("nobody trusted has signed it");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
