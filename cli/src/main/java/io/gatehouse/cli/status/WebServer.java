// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gatehouse.cli.config.AgentSettings.WebSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;

/// `/healthz`, `/versions` and, where asked for, `/metrics`. Read only, no TLS, nothing else.
public final class WebServer implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService threads;

    private WebServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /// @throws IOException the address cannot be listened on
    public static WebServer open(WebSettings settings, Supplier<Status> status) throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral(settings.address()), settings.port());
        HttpServer server;
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + settings.address() + ":" + settings.port() + ": " + e.getMessage(), e);
        }
        serve(server, settings.healthPath(), "application/json", _ -> "{\"status\": \"ok\"}", status);
        serve(server, "/versions", "application/json", WebServer::versions, status);
        if (settings.metrics()) {
            serve(server, "/metrics", Metrics.CONTENT_TYPE, Metrics::of, status);
        }
        var threads = Executors.newVirtualThreadPerTaskExecutor(); // who is slow makes nobody else wait
        server.setExecutor(threads);
        server.start();
        return new WebServer(server, threads);
    }

    private static String versions(Status status) {
        return "{\"gatehouse_version\": \"" + status.version() + "\", \"rules_digest\": \""
                + status.snapshot().rules().digest() + "\"}";
    }

    private static void serve(
            HttpServer server, String path, String type, Function<Status, String> page, Supplier<Status> status) {
        server.createContext(path, exchange -> {
            try (exchange) {
                var method = exchange.getRequestMethod();
                if (!exchange.getRequestURI().getPath().equals(path)) {
                    answer(exchange, 404, "text/plain", "there is no such page\n");
                } else if (!method.equals("GET") && !method.equals("HEAD")) {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    answer(exchange, 405, "text/plain", "pages are read\n");
                } else {
                    answer(exchange, 200, type, page.apply(status.get()));
                }
            }
        });
    }

    private static void answer(HttpExchange exchange, int code, String type, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(code, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
