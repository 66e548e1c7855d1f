// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.texts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What kubectl prints of an image that a registry holds and that is not distroless, and of one that it does not hold.
@ClusterStory
@Timeout(300)
class DistrolessStoryTest {
    private static final String REPOSITORY = "/v2/shell/";

    @RegisterExtension
    static final Story STORY = Story.of("distroless", DistrolessStoryTest::begin);

    private static Gate gate;
    private static String host;

    static void begin(Story story) throws Exception {
        var blobs = image();
        var registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var threads = Executors.newCachedThreadPool();
        registry.setExecutor(threads);
        registry.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var found = path.startsWith(REPOSITORY) ? blobs.get(path.substring(path.lastIndexOf('/') + 1)) : null;
            if (path.contains("/manifests/")) {
                exchange.getResponseHeaders().set("Content-Type", "application/vnd.oci.image.manifest.v1+json");
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (found == null) {
                exchange.sendResponseHeaders(path.equals("/v2/") ? 200 : 404, -1);
            } else {
                exchange.getResponseHeaders().set("Docker-Content-Digest", digest(found));
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(found.length));
                exchange.sendResponseHeaders(200, head ? -1 : found.length);
                if (!head) {
                    exchange.getResponseBody().write(found);
                }
            }
            exchange.close();
        });
        registry.start();
        story.atEnd(() -> {
            registry.stop(0);
            threads.shutdownNow();
        });
        host = "127.0.0.1:" + registry.getAddress().getPort();
        gate = Gate.start(story, Gate.Start.of("gate", "--registry-insecure=" + host), policy("mode: audit"));
        gate.register();
    }

    /// By tag and digest: one layer with a shell in it.
    private static Map<String, byte[]> image() {
        var layer = tar("bin/sh", "\177ELF\2\1\1\0");
        var config =
                bytes("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
                        + digest(layer) + "\"]}}");
        var manifest = bytes("""
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
                 "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},
                 "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%d}]}
                """.formatted(digest(config), config.length, digest(layer), layer.length));
        var blobs = new HashMap<String, byte[]>();
        for (var blob : new byte[][] {layer, config, manifest}) {
            blobs.put(digest(blob), blob);
        }
        blobs.put("1", manifest);
        return blobs;
    }

    /// An archive of one program, as POSIX.1-1988 (ustar) has it.
    private static byte[] tar(String path, String content) {
        var archive = ByteBuffer.allocate(4 * 512);
        archive.put(0, bytes(path));
        archive.put(100, bytes("0000755\0000000000\0000000000\000"));
        archive.put(124, bytes("%011o\00000000000000\000        0".formatted(content.length())));
        archive.put(257, bytes("ustar\00000"));
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += archive.get(i) & 0xFF;
        }
        archive.put(148, bytes("%06o\0 ".formatted(sum)));
        archive.put(512, bytes(content));
        return archive.array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String policy(String mode) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: distroless}
                spec: {%s, admission: {distroless: {required: true, unknown: refuse}}}
                """.formatted(mode);
    }

    private static String says(String image) throws IOException, InterruptedException {
        return STORY.kubectl()
                .run("-n", STORY.namespace(), "run", "web", "--dry-run=server", "--image=" + host + "/" + image)
                .text()
                .replace(host, "registry")
                .replaceAll("f-[0-9a-f]{8}", "f-0a1b2c3d");
    }

    @Test
    void kubectl_waits_for_the_verdict_and_prints_what_is_in_the_image() throws Exception {
        gate.policies(policy("mode: enforce"));
        assertEquals("""
                The Pod "web" is invalid: spec.containers[0].image: container "web" runs an image that is not distroless: \
                shell /bin/sh in layer 1 (is "registry/shell:1", wants a distroless image); use a distroless image; \
                'gatehouse image inspect' lists what is in this one (policy distroless, admission.distroless, f-0a1b2c3d)
                """, says("shell:1"));
        assertEquals("""
                The Pod "web" is invalid: spec.containers[0].image: container "web" runs an image of which nothing is known: \
                registry does not have registry/none:1 (HTTP 404) (is "registry/none:1", wants a distroless image); \
                use one that the gate can look into, or allow its digest (policy distroless, admission.distroless, f-0a1b2c3d)
                """, says("none:1"));
        gate.policies(policy("mode: audit, enforceFrom: 2099-12-01"));
        assertEquals("""
                Warning: distroless distroless: container "web" runs an image that is not distroless: shel…\
                 (refused from 2099-12-01; f-0a1b2c3d)
                pod/web created (server dry run)
                """, says("shell:1"));
    }
}
