// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.outage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Gatehouse;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Certificate and authority are replaced while the API server asks without a pause.
@ClusterStory
class RotationStoryTest {
    @RegisterExtension
    static final Story STORY = Story.of("rotation", RotationStoryTest::begin);

    private static final String GOOD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: good, namespace: %s}
            spec: {containers: [{name: web, image: registry.invalid/web}]}
            """;

    private static Path served;
    private static Gate gate;

    static void begin(Story story) throws Exception {
        served = story.folder().resolve("serving.pem");
        authority("first");
        authority("second");
        Files.copy(state("first").resolve("serving.pem"), served);
        gate = Gate.start(story, Gate.Start.of("gate", "--certificate=" + served, "--key=" + served), "");
        register(bundle("first"));
        story.atEnd(() -> story.client()
                .admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(story.namespace())
                .delete());
        gate.awaitAsked();
    }

    private static Path state(String name) {
        return STORY.folder().resolve(name);
    }

    private static void authority(String name) throws IOException, InterruptedException {
        var made = Gatehouse.run(
                "webhook-config", "--url=https://" + STORY.cluster().hostName(), "--state=" + state(name));
        assertEquals(0, made.status(), made::text);
    }

    private static String bundle(String name) throws IOException {
        return Files.readString(state(name).resolve("ca.crt"));
    }

    /// A registration whose bundle is another makes the API server connect anew.
    private static void register(String bundle) throws IOException, InterruptedException {
        var encoded = Base64.getEncoder().encodeToString(bundle.getBytes(StandardCharsets.UTF_8));
        var registration = gate.registration().replaceFirst("caBundle: .*", "caBundle: " + encoded);
        STORY.client().resource(registration).forceConflicts().serverSideApply();
    }

    @Test
    void no_request_fails_while_certificate_and_authority_are_replaced() throws Exception {
        var failures = new ConcurrentLinkedQueue<String>();
        var asked = new AtomicInteger();
        var asking = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                ask(failures);
                asked.incrementAndGet();
            }
        });
        var before = leaf();
        register(bundle("first") + bundle("second"));
        Story.await("the API server asked with both", () -> asked.get() > 20);

        var fresh = Files.copy(
                state("second").resolve("serving.pem"), STORY.folder().resolve("fresh.pem"));
        Files.move(fresh, served, StandardCopyOption.ATOMIC_MOVE);
        Story.await("the new certificate is served", Duration.ofMinutes(2), () -> !leaf().equals(before));

        register(bundle("second"));
        int until = asked.get() + 50;
        Story.await("the API server asked with the new one alone", () -> asked.get() > until);
        asking.interrupt();
        asking.join();
        assertEquals(List.of(), List.copyOf(failures));
        assertTrue(asked.get() > 70, () -> asked.get() + " requests");
        System.out.printf("rotation: %d requests, none failed%n", asked.get());
    }

    private static void ask(ConcurrentLinkedQueue<String> failures) {
        try {
            STORY.client()
                    .resource(GOOD.formatted(STORY.namespace()))
                    .dryRun(true)
                    .create();
        } catch (KubernetesClientException e) {
            if (!Thread.currentThread().isInterrupted()) {
                failures.add(e.getMessage());
            }
        }
    }

    private static X509Certificate leaf() throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        try (var socket = (SSLSocket)
                context.getSocketFactory().createSocket(STORY.cluster().bindAddress(), gate.port())) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /// Only looks.
    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
