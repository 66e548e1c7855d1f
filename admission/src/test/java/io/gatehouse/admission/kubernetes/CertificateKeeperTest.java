// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.admission.server.CertificateState.Serving;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.ApiServerStandIn;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Replicas that share one authority, in a cluster that is a stand-in over real HTTP.
class CertificateKeeperTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final String SECRETS = "api/v1/secrets";
    private static final String REGISTRATIONS = "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    private static final String REGISTRATION = REGISTRATIONS + "/gatehouse";
    private static final Leadership.Term TERM = () -> true;

    private final LinkedBlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ApiServerStandIn cluster;

    @BeforeEach
    void serve() throws IOException {
        cluster = new ApiServerStandIn(SECRETS, REGISTRATIONS);
        open.add(cluster);
    }

    @AfterEach
    void end() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    private void register() {
        cluster.put("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: gatehouse}
                webhooks:
                  - name: gate.gatehouse.io
                    timeoutSeconds: 5
                    clientConfig: {service: {name: gatehouse-admission, namespace: gatehouse-system, port: 443}}
                  - name: elsewhere.example.com
                    clientConfig: {url: "https://elsewhere.example.com", caBundle: T1RIRVI=}
                """);
    }

    private CertificateKeeper keeper(AtomicBoolean leads) {
        ApiServer server = cluster.connect();
        open.add(server);
        return new CertificateKeeper(
                server,
                new CertificateKeeper.Options("authority", "gatehouse", List.of("localhost")),
                leads::get,
                notices::add);
    }

    private CertificateKeeper follower() {
        return keeper(new AtomicBoolean());
    }

    /// What the registration trusts.
    private List<X509Certificate> trusted() throws GeneralSecurityException {
        var webhooks = (List<?>) cluster.get(REGISTRATION).get("webhooks");
        var client = ApiServerStandIn.mapping(
                ApiServerStandIn.mapping(webhooks.getFirst()).get("clientConfig"));
        return certificates(
                new String(Base64.getDecoder().decode(client.get("caBundle").toString()), StandardCharsets.US_ASCII));
    }

    private static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private static boolean signs(List<X509Certificate> authorities, Serving serving, Instant now)
            throws GeneralSecurityException {
        var leaf = certificates(serving.certificate()).getFirst();
        leaf.checkValidity(java.util.Date.from(now));
        for (var authority : authorities) {
            try {
                leaf.verify(authority.getPublicKey());
                authority.checkValidity(java.util.Date.from(now));
                return true;
            } catch (GeneralSecurityException _) {
                // another one's
            }
        }
        return false;
    }

    @Test
    void replicas_that_start_at_once_share_what_one_of_them_made() throws Exception {
        var starts = new ArrayList<Callable<Serving>>();
        for (int i = 0; i < 8; i++) {
            var keeper = follower();
            starts.add(() -> keeper.current(START));
        }
        var served = new HashSet<Serving>();
        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var one : replicas.invokeAll(starts)) {
                served.add(one.get());
            }
        }
        assertEquals(1, served.size());
        assertEquals(1, cluster.all(SECRETS).size());
    }

    /// Over twelve years: at every moment what any replica serves is under an authority that the
    /// registration trusts, whoever leads, and however late a replica looks.
    @Test
    void at_no_moment_is_a_certificate_served_that_the_registration_does_not_trust() throws Exception {
        register();
        var leading = List.of(new AtomicBoolean(true), new AtomicBoolean(), new AtomicBoolean());
        var keepers = leading.stream().map(this::keeper).toList();
        var serving = new ArrayList<Serving>();
        for (var keeper : keepers) {
            serving.add(keeper.current(START));
        }
        keepers.getFirst().publish(TERM);
        var first = trusted();
        int leaves = 1;
        for (int day = 0; day < 12 * 365; day += 10) {
            var now = START.plus(Duration.ofDays(day));
            for (int i = 0; i < keepers.size(); i++) {
                leading.get(i).set(i == day / 500 % keepers.size());
            }
            for (int i = 0; i < keepers.size(); i++) { // some look before the leader renews, some after
                assertTrue(signs(trusted(), serving.get(i), now), "day " + day + ", replica " + i + " before its look");
                var next = keepers.get(i).current(now);
                leaves += i == 0 && !next.certificate().equals(serving.get(0).certificate()) ? 1 : 0;
                serving.set(i, next);
                assertTrue(signs(trusted(), serving.get(i), now), "day " + day + ", replica " + i);
                if (leading.get(i).get()) {
                    keepers.get(i).publish(TERM);
                }
            }
        }
        assertTrue(leaves > 12, "it was renewed " + leaves + " times");
        assertNotEquals(first, trusted(), "an authority lives for ten years");
        assertTrue(
                trusted().size() <= 2,
                "what has ended is not trusted any more: " + trusted().size());
        var webhooks = (List<?>) cluster.get(REGISTRATION).get("webhooks");
        assertEquals(5, ApiServerStandIn.mapping(webhooks.getFirst()).get("timeoutSeconds"));
        assertTrue(webhooks.get(1).toString().contains("T1RIRVI="), "another's webhook is left alone: " + webhooks);
    }

    @Test
    void who_does_not_lead_writes_nothing_that_is_there() throws Exception {
        register();
        var leads = new AtomicBoolean(true);
        keeper(leads).current(START);
        int writes = cluster.writes.size();
        var late = START.plus(Duration.ofDays(300)); // the leader would have renewed it long ago
        follower().current(late);
        assertEquals(writes, cluster.writes.size());
    }

    @Test
    void a_bundle_that_is_as_it_should_be_is_not_written_again() throws Exception {
        register();
        var keeper = keeper(new AtomicBoolean(true));
        keeper.current(START);
        keeper.publish(TERM);
        int writes = cluster.writes.size();
        keeper.publish(TERM);
        assertEquals(writes, cluster.writes.size());
    }

    @Test
    void a_registration_that_comes_later_is_given_the_bundle() throws Exception {
        var keeper = keeper(new AtomicBoolean(true));
        var serving = keeper.current(START);
        keeper.publish(TERM);
        keeper.publish(TERM);
        assertEquals(1, notices.size(), "said once: " + notices);
        register();
        keeper.publish(TERM);
        assertTrue(signs(trusted(), serving, START));
    }

    @Test
    void an_api_server_that_is_away_is_told_as_such() throws Exception {
        var keeper = keeper(new AtomicBoolean(true));
        keeper.current(START);
        cluster.refusing = true;
        assertTrue(assertThrows(IOException.class, () -> keeper.current(START))
                .getMessage()
                .contains("authority"));
    }

    @Test
    void the_server_serves_what_is_kept() throws Exception {
        register();
        var leader = keeper(new AtomicBoolean(true));
        var options = AdmissionOptions.of(
                        "127.0.0.1", 0, new AdmissionOptions.Certificate.SelfSigned(Path.of("unused"), List.of("x")))
                .keptBy(leader);
        try (var server = AdmissionServer.start(options, () -> null, _ -> {})) {
            leader.publish(TERM);
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", trusted().getFirst());
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            try (var socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", server.port())) {
                socket.startHandshake();
                assertEquals(
                        certificates(leader.current(Instant.now()).certificate())
                                .getFirst(),
                        socket.getSession().getPeerCertificates()[0]);
            }
        }
    }
}
