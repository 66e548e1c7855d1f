// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// With `--client-ca` the API server is answered, by the certificate it shows, and nobody who shows none.
@ClusterStory
class ClientCertificateStoryTest {
    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: immutable}
            spec: {mode: enforce, admission: {readOnlyRootFilesystem: {required: true}}}
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec: {containers: [{name: web, image: registry.invalid/web}]}
            """;

    @RegisterExtension
    static final Story STORY = Story.of("clients", ClientCertificateStoryTest::begin);

    private static Gate gate;

    static void begin(Story story) throws Exception {
        if (Callbacks.given().isPresent()) {
            gate = Callbacks.needed().gate(story, POLICIES);
            story.make(gate.registration()
                    .replaceFirst(
                            "caBundle: .*", "caBundle: " + Callbacks.needed().authority()));
        }
    }

    @Test
    void the_api_server_is_answered() {
        Callbacks.needed();
        gate.awaitAsked();
        Story.await(
                "the API server that calls back asks too",
                () -> Callbacks.needed()
                        .kubectl(STORY)
                        .with(POD, "-n", STORY.namespace(), "create", "--dry-run=server", "-f", "-")
                        .text()
                        .contains("(policy immutable, admission.readOnlyRootFilesystem, "));
    }

    @Test
    void who_shows_no_certificate_is_not() throws Exception {
        var folder = Callbacks.needed().folder();
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in = Files.newInputStream(folder.resolve("client-ca.pem"))) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (var client = HttpClient.newBuilder().sslContext(context).build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(gate.address() + "/validate"))
                            .POST(BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(401, answer.statusCode());
            assertTrue(answer.body().contains("gatehouse: a client certificate is required"), answer::body);
        }
    }
}
