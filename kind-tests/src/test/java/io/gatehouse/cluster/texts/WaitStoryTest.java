// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.texts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.net.httpserver.HttpServer;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Ended;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// An image that is still being looked into is no denial: kubectl waits and asks again, and its user sees nothing of
/// it.
@ClusterStory
class WaitStoryTest {
    @RegisterExtension
    static final Story STORY = Story.of("wait", WaitStoryTest::begin);

    private static final CountDownLatch LOOKED = new CountDownLatch(1);
    private static final CountDownLatch ANSWERING = new CountDownLatch(1);
    private static Gate gate;
    private static String image;

    /// A registry that keeps the gate waiting.
    static void begin(Story story) throws Exception {
        var registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.setExecutor(Executors.newCachedThreadPool());
        registry.createContext("/", exchange -> {
            LOOKED.countDown();
            try {
                ANSWERING.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        registry.start();
        story.atEnd(() -> registry.stop(0));
        story.atEnd(ANSWERING::countDown);
        var host = "127.0.0.1:" + registry.getAddress().getPort();
        image = host + "/web:1";
        gate = Gate.start(story, Gate.Start.of("gate", "--registry-insecure=" + host), policy("enforce"));
        gate.register();
    }

    private static String policy(String mode) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: distroless}
                spec: {mode: %s, admission: {distroless: {required: true, unknown: wait}}}
                """.formatted(mode);
    }

    @Test
    void kubectl_asks_again_until_it_is_known() throws Exception {
        var kubectl = STORY.kubectl();
        var manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: web}
                spec: {containers: [{name: web, image: "%s"}]}
                """.formatted(image);
        var creating = CompletableFuture.supplyAsync(() -> {
            try {
                return kubectl.with(manifest, "-n", STORY.namespace(), "create", "-f", "-");
            } catch (Exception e) { // handed to the test
                throw new IllegalStateException(e);
            }
        });
        LOOKED.await(60, TimeUnit.SECONDS); // the first answer was that it is not known yet
        assertFalse(creating.isDone());
        gate.policies(policy("audit"));
        Ended ended = creating.get(60, TimeUnit.SECONDS);
        assertEquals(0, ended.status(), ended::text);
        assertFalse(ended.text().contains("denied"), ended::text);
        assertFalse(ended.text().contains("not decided"), ended::text);
        assertEquals("pod/web created", ended.text().lines().toList().getLast());
    }
}
