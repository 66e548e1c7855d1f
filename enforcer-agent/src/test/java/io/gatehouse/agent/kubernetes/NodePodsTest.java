// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Asked of a server that speaks the part of the API that lists and watches pods.
class NodePodsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final Semaphore changes = new Semaphore(0);
    private volatile int refusals;
    private HttpServer http;
    private ApiServer server;

    @BeforeEach
    void serve() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/api/v1/pods", this::answer);
        http.start();
    }

    @AfterEach
    void end() {
        server.close();
        http.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
            asked.add(query);
            if (refusals > 0) {
                refusals--;
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if (!query.contains("watch=true")) {
                var list =
                        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":["
                                + pod("u1", "web-1", "web", 5) + "]}";
                exchange.sendResponseHeaders(200, list.length());
                exchange.getResponseBody().write(list.getBytes(StandardCharsets.UTF_8));
                return;
            }
            if ("websocket"
                    .equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) { // none here: a plain watch
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            exchange.sendResponseHeaders(200, 0);
            var out = exchange.getResponseBody();
            out.flush();
            for (var line = news.take(); !line.isEmpty(); line = news.take()) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String pod(String uid, String name, String app, int version) {
        return """
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"%s","namespace":"shop","uid":"%s",\
                "resourceVersion":"%d","labels":{"app":"%s"}},"spec":{"nodeName":"n1"}}""".formatted(name, uid, version, app);
    }

    private static String told(String type, String pod) {
        return "{\"type\":\"" + type + "\",\"object\":" + pod + "}";
    }

    private NodePods connect() {
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + http.getAddress().getPort())
                .withWatchReconnectInterval(50)
                .build();
        server = ApiServer.connect(config);
        return new NodePods(server, "n1", List.of(), changes::release, notices::add);
    }

    private void awaitChange() throws InterruptedException {
        assertTrue(changes.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS), "nothing was told");
    }

    private static Optional<Map<String, String>> labels(NodePods pods, String uid) {
        return pods.byUid(uid).map(NodePods.NodePod::labels);
    }

    @Test
    void labels_follow_the_api_server() throws InterruptedException {
        try (var pods = connect()) {
            awaitChange();
            assertEquals(Optional.of(Map.of("app", "web")), labels(pods, "u1"));
            assertEquals(Optional.empty(), labels(pods, "u2"));

            news.add(told("ADDED", pod("u2", "db-1", "db", 6)));
            awaitChange();
            assertEquals(Optional.of(Map.of("app", "db")), labels(pods, "u2"));

            news.add(told("MODIFIED", pod("u2", "db-1", "archive", 7)));
            awaitChange();
            assertEquals(Optional.of(Map.of("app", "archive")), labels(pods, "u2"));

            news.add(told("DELETED", pod("u2", "db-1", "archive", 8)));
            awaitChange();
            assertEquals(Optional.empty(), labels(pods, "u2"));
        } finally {
            news.add("");
        }
    }

    /// 5,000 nodes that each watch all pods would be told of every pod 5,000 times.
    @Test
    void only_the_pods_of_its_node_are_asked_for() throws InterruptedException {
        try (var _ = connect()) {
            awaitChange();
            var watched = "";
            while (!watched.contains("watch=true")) {
                watched = asked.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertTrue(watched != null && watched.contains("fieldSelector=spec.nodeName=n1"), watched);
            }
        } finally {
            news.add("");
        }
    }

    @Test
    void a_change_that_leaves_the_labels_alone_is_not_told() throws InterruptedException {
        try (var pods = connect()) {
            awaitChange();
            news.add(told("MODIFIED", pod("u1", "web-1", "web", 6)));
            news.add(told("MODIFIED", pod("u1", "web-1", "shop", 7)));
            awaitChange();
            assertEquals(Optional.of(Map.of("app", "shop")), labels(pods, "u1"));
            assertEquals(0, changes.availablePermits());
        } finally {
            news.add("");
        }
    }

    @Test
    void a_server_that_refuses_at_first_is_asked_again_and_that_is_told() throws InterruptedException {
        refusals = 1;
        try (var pods = connect()) {
            awaitChange();
            assertEquals(Optional.of(Map.of("app", "web")), labels(pods, "u1"));
            assertEquals(
                    List.of(),
                    notices.stream()
                            .filter(notice -> !notice.contains("API server"))
                            .toList());
        } finally {
            news.add("");
        }
    }
}
