// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of the server, and what the API server sees, when it is attacked, starved, stopped or killed.
@Timeout(180)
class StarvationTest {
    private static final String POD = AdmissionServerTest.review(
            "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"containers\":[{\"name\":\"web\"}]}}");
    private static final int MOST = ReviewHandler.MAX_BODY_BYTES;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    /// The heap is what the launcher gives, and one allocation too many ends the process.
    @Test
    void hostile_reviews_are_answered_with_an_error_in_the_memory_there_is() throws Exception {
        var gate = start(0, List.of(), "-Xmx128m");
        var client = client(gate);
        var statuses = new TreeMap<String, Map<Integer, Integer>>();
        for (var attack : attacks().entrySet()) {
            for (var answer : atOnce(6, () -> post(client, gate, attack.getValue(), "?timeout=30s"))) {
                statuses.computeIfAbsent(attack.getKey(), _ -> new TreeMap<>())
                        .merge(answer.statusCode(), 1, Integer::sum);
                assertTrue(
                        Set.of(400, 413, 429, 503).contains(answer.statusCode())
                                || answer.body().contains("\"code\":429"),
                        attack.getKey() + ": " + answer.statusCode() + " " + answer.body());
                assertTrue(answer.body().contains("gatehouse: "), answer.body());
                assertTrue(
                        answer.body().length() < 4096,
                        "a short text: " + answer.body().length());
            }
            assertTrue(gate.alive(), attack.getKey());
        }
        assertDenied(post(client, gate, bytes(POD), "?timeout=30s"));
        System.out.printf("hostile reviews: %s, at most %.0f MiB of memory%n", statuses, gate.peakMib());
        assertTrue(gate.peakMib() < 256, gate.peakMib() + " MiB");
    }

    private static Map<String, byte[]> attacks() {
        var attacks = new LinkedHashMap<String, byte[]>();
        attacks.put("numbers", filled("[", "0,", "0]"));
        attacks.put("empty objects", filled("[", "{},", "{}]"));
        attacks.put("short keys", keys());
        attacks.put("empty texts", filled("[", "\"\",", "\"\"]"));
        attacks.put("lists in lists", bytes("[".repeat(MOST)));
        attacks.put("objects in objects", filled("", "{\"a\":", ""));
        attacks.put("one text", filled("{\"a\":\"", "xxxxxxxx", "\"}"));
        attacks.put("one key", filled("{\"", "xxxxxxxx", "\":1}"));
        attacks.put("one number", filled("", "99999999", ""));
        attacks.put("nothing but space", filled("", "        ", ""));
        attacks.put("escapes", filled("{\"a\":\"", "\\u0000", "\"}"));
        attacks.put("wide letters", filled("{\"a\":\"", "😀", "\"}"));
        attacks.put("no text", noise());
        attacks.put("too much", new byte[MOST + 1]);
        attacks.put("containers", containers());
        attacks.put("the same key", filled("{", "\"a\":1,", "\"a\":1}"));
        return attacks;
    }

    private static byte[] filled(String head, String each, String tail) {
        int times = (MOST - bytes(head).length - bytes(tail).length) / bytes(each).length;
        return bytes(head + each.repeat(times) + tail);
    }

    private static byte[] keys() {
        var text = new StringBuilder("{");
        for (int i = 0; text.length() < MOST - 20; i++) {
            text.append('"').append(Integer.toString(i, 36)).append("\":0,");
        }
        return bytes(text.append("\"_\":0}").toString());
    }

    private static byte[] noise() {
        var noise = new byte[MOST];
        Arrays.fill(noise, (byte) 0xff);
        return noise;
    }

    /// A review that can be read, of a pod with more containers than any.
    private static byte[] containers() {
        return bytes(AdmissionServerTest.review("{\"spec\":{\"containers\":[" + "{},".repeat(150_000) + "{}]}}"));
    }

    @Test
    void connections_without_end_cost_no_more_than_there_is_and_those_that_ask_are_answered() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit here");
        var gate = start(0, List.of("prlimit", "--nofile=160:160"), "-Xmx128m");
        var known = client(gate);
        assertDenied(post(known, gate, bytes(POD), ""));
        var context = AdmissionServerTest.trusting(gate.authority(), new KeyManager[0]);
        var idle = new ArrayList<SSLSocket>();
        for (int i = 0; i < 200; i++) { // more than it has descriptors for
            var socket = (SSLSocket) context.getSocketFactory().createSocket();
            socket.connect(new InetSocketAddress("127.0.0.1", gate.port()), 1000);
            idle.add(socket);
        }
        assertDenied(post(known, gate, bytes(POD), "")); // whoever has a connection is served
        for (var socket : idle) {
            socket.close();
        }
        assertTrue(gate.alive());
        until(() -> post(client(gate), gate, bytes(POD), "").statusCode() == 200); // and others again
    }

    @Test
    void a_server_that_stood_still_judges_nothing_that_nobody_waits_for_and_goes_on() throws Exception {
        var gate = start(0, List.of(), "-Xmx128m");
        var client = client(gate);
        assertDenied(post(client, gate, bytes(POD), "?timeout=1s"));
        gate.signal("STOP");
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 50; i++) {
            waiting.add(client.sendAsync(
                    request(gate, bytes(POD), "?timeout=1s")
                            .timeout(Duration.ofSeconds(1))
                            .build(),
                    BodyHandlers.ofString()));
        }
        for (var one : waiting) { // what the API server sees: its own time-out, which failurePolicy decides
            var failure = assertThrows(ExecutionException.class, one::get);
            assertTrue(failure.getCause() instanceof HttpTimeoutException, failure.toString());
        }
        gate.signal("CONT");
        until(() -> post(client(gate), gate, bytes(POD), "?timeout=5s").statusCode() == 200);
    }

    @Test
    void a_server_that_was_killed_is_seen_at_once_and_comes_back_with_the_same_authority() throws Exception {
        var gate = start(0, List.of(), "-Xmx128m");
        var client = client(gate);
        assertDenied(post(client, gate, bytes(POD), ""));
        gate.kill();
        long asked = System.nanoTime();
        assertThrows(IOException.class, () -> post(client, gate, bytes(POD), "?timeout=10s"));
        long took = Duration.ofNanos(System.nanoTime() - asked).toMillis();
        assertTrue(took < 5_000, "refused, not waited for: " + took + " ms");
        var again = start(gate.port(), List.of(), "-Xmx128m");
        assertEquals(gate.authority(), again.authority());
        assertDenied(post(client, again, bytes(POD), ""));
    }

    private GateProcess start(int port, List<String> before, String... java) throws IOException {
        var gate = GateProcess.start(directory.resolve("state"), port, before, java);
        open.add(gate);
        return gate;
    }

    private static List<HttpResponse<String>> atOnce(int many, Callable<HttpResponse<String>> one) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<HttpResponse<String>>();
            for (var answer : threads.invokeAll(Collections.nCopies(many, one))) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    private static HttpClient client(GateProcess gate) throws Exception {
        return HttpClient.newBuilder()
                .version(Version.HTTP_2)
                .sslContext(AdmissionServerTest.trusting(gate.authority(), new KeyManager[0]))
                .build();
    }

    private static HttpRequest.Builder request(GateProcess gate, byte[] body, String query) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + gate.port() + "/validate" + query))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(body));
    }

    private static HttpResponse<String> post(HttpClient client, GateProcess gate, byte[] body, String query)
            throws IOException, InterruptedException {
        return client.send(request(gate, body, query).build(), BodyHandlers.ofString());
    }

    private static void assertDenied(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"allowed\":false,\"status\":{\"status\":\"Failure\""), answer.body());
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Condition condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException e) { // not yet
                assertTrue(System.nanoTime() < deadline, e.toString());
            }
            assertTrue(System.nanoTime() < deadline, "it did not happen in time");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
