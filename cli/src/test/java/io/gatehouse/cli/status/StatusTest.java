// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.audit.AuditCounts;
import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.admission.kubernetes.Tellings;
import io.gatehouse.admission.server.AdmissionStats;
import io.gatehouse.agent.detect.DetectCounts;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.RootMounts;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.cli.config.AgentSettings.WebSettings;
import io.gatehouse.cli.status.StatusSocket.Form;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.outputs.AlertRouter;
import io.gatehouse.outputs.Entry.LossCause;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One made-up status in all its forms, and over what it is asked for. `-Dgatehouse.golden=write` writes the forms
/// anew.
class StatusTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("gatehouse.root"), "cli/src/test/resources/io/gatehouse/cli/status");
    private static final Instant STARTED = Instant.parse("2026-11-01T12:00:00.5Z");

    @TempDir
    Path folder;

    @Test
    void everything_that_is_known_is_said() throws IOException {
        golden("status.txt", StatusText.of(full()));
        golden("status.json", StatusJson.of(full()));
        golden("metrics.txt", Metrics.of(full()));
    }

    @Test
    void what_does_not_run_is_not_spoken_of() {
        var text = StatusText.of(bare());
        for (var word : List.of("kernel", "guard", "gate", "matched")) {
            assertFalse(Pattern.compile("(?m)^" + word).matcher(text).find(), text);
        }
        assertFalse(Metrics.of(bare()).contains("falcosecurity_scap"), Metrics.of(bare()));
    }

    /// The text format as Prometheus gives it: a head before each name, once, and labels that are escaped.
    @Test
    void metrics_are_in_the_format_of_prometheus() {
        var sample = Pattern.compile(
                "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*})? -?[0-9.Ee+-]+");
        String headed = "";
        for (var line : Metrics.of(full()).lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                headed = line.split(" ")[2];
            } else if (!line.startsWith("# HELP ")) {
                var matcher = sample.matcher(line);
                assertTrue(matcher.matches(), line);
                assertTrue(matcher.group(1).startsWith(headed), line + " stands under " + headed);
            }
        }
        assertTrue(Metrics.of(full()).contains("rule_name=\"Read \\\"secret\\\"\""), Metrics.of(full()));
    }

    @Test
    void the_socket_is_its_owners_alone_and_answers_in_both_forms() throws IOException {
        try (var _ = StatusSocket.open(folder, StatusTest::full)) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("agent.sock"))));
            assertEquals(Optional.of(StatusText.of(full())), StatusSocket.ask(folder, Form.TEXT));
            assertEquals(Optional.of(StatusJson.of(full())), StatusSocket.ask(folder, Form.JSON));
            assertThrows(IOException.class, () -> StatusSocket.open(folder, StatusTest::full), "two agents");
        }
        assertEquals(Optional.empty(), StatusSocket.ask(folder, Form.TEXT));
        assertFalse(Files.exists(folder.resolve("agent.sock")));
    }

    @Test
    void a_caller_that_says_nothing_keeps_nobody_waiting_for_long() throws IOException {
        try (var _ = StatusSocket.open(folder, StatusTest::full);
                var silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.connect(UnixDomainSocketAddress.of(folder.resolve("agent.sock")));
            assertTrue(StatusSocket.ask(folder, Form.TEXT).isPresent());
        }
    }

    @Test
    void a_socket_that_a_killed_agent_left_behind_is_no_agent() throws IOException {
        try (var left = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(folder.resolve("agent.sock")));
        }
        assertEquals(Optional.empty(), StatusSocket.ask(folder, Form.TEXT));
        try (var _ = StatusSocket.open(folder, StatusTest::full)) {
            assertTrue(StatusSocket.ask(folder, Form.TEXT).isPresent());
        }
    }

    @Test
    void a_status_that_cannot_be_taken_ends_one_answer_and_not_the_server() throws IOException {
        var broken = new java.util.concurrent.atomic.AtomicBoolean(true);
        try (var _ = StatusSocket.open(folder, () -> {
            if (broken.getAndSet(false)) {
                throw new IllegalStateException("once");
            }
            return full();
        })) {
            assertEquals(Optional.empty(), StatusSocket.ask(folder, Form.TEXT));
            assertTrue(StatusSocket.ask(folder, Form.TEXT).isPresent());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void pages_are_served(String address) throws Exception {
        var settings = new WebSettings(address, 0, true, "/alive");
        try (var server = WebServer.open(settings, StatusTest::full);
                var client = HttpClient.newHttpClient()) {
            var at = "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + server.port();
            assertEquals("{\"status\": \"ok\"}", get(client, at + "/alive").body());
            assertTrue(get(client, at + "/versions").body().contains("\"gatehouse_version\": \"0.1.0\""));
            var metrics = get(client, at + "/metrics");
            assertEquals(Metrics.of(full()), metrics.body());
            assertEquals(
                    Metrics.CONTENT_TYPE,
                    metrics.headers().firstValue("content-type").orElseThrow());
            assertEquals(404, get(client, at + "/").statusCode());
            assertEquals(404, get(client, at + "/metrics/all").statusCode());
            var post = HttpRequest.newBuilder(URI.create(at + "/metrics"))
                    .POST(HttpRequest.BodyPublishers.ofString("x"))
                    .build();
            assertEquals(405, client.send(post, BodyHandlers.ofString()).statusCode());
        }
    }

    @Test
    void metrics_are_served_only_where_they_are_asked_for() throws Exception {
        try (var server = WebServer.open(new WebSettings("127.0.0.1", 0, false, "/healthz"), StatusTest::full);
                var client = HttpClient.newHttpClient()) {
            var at = "http://127.0.0.1:" + server.port();
            assertEquals(200, get(client, at + "/healthz").statusCode());
            assertEquals(404, get(client, at + "/metrics").statusCode());
        }
    }

    @Test
    void a_port_that_is_taken_is_said_so() throws Exception {
        try (var server = WebServer.open(new WebSettings("127.0.0.1", 0, false, "/healthz"), StatusTest::full)) {
            var again = new WebSettings("127.0.0.1", server.port(), false, "/healthz");
            var problem = assertThrows(IOException.class, () -> WebServer.open(again, StatusTest::full));
            assertTrue(problem.getMessage().contains("127.0.0.1:" + server.port()), problem.getMessage());
        }
    }

    @Test
    void times_have_two_parts_at_most() {
        assertEquals("0 s", StatusText.words(Duration.ofMillis(400)));
        assertEquals("59 s", StatusText.words(Duration.ofSeconds(59)));
        assertEquals("1 h", StatusText.words(Duration.ofHours(1)));
        assertEquals(
                "3 d 4 min", StatusText.words(Duration.ofDays(3).plusMinutes(4).plusSeconds(5)));
    }

    private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void golden(String name, String said) throws IOException {
        var text = said.replaceAll("sha256:[0-9a-f]{64}", "sha256:…");
        var file = GOLDEN.resolve(name);
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text);
    }

    private static final Snapshot SNAPSHOT = snapshot();

    private static Snapshot snapshot() {
        var rules = new SourceText("rules.yaml", """
                - rule: Read "secret"
                  desc: d
                  condition: evt.type = open and fd.name = /etc/shadow
                  output: o
                  priority: WARNING
                  tags: [T1555, mitre-access]
                - rule: Shell
                  desc: d
                  condition: evt.type = execve and proc.name = sh
                  output: o
                  priority: NOTICE
                  enabled: false
                """);
        var policy = new SourceText("policy.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: immutable}
                spec: {mode: audit, admission: {privilege: {hostPID: false}}}
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: strict}
                spec: {mode: enforce, admission: {privilege: {hostIPC: false}}}
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: EmergencyBrake
                metadata: {name: checkout-down}
                spec: {reason: checkout is down, owner: jane, expires: 2026-11-01}
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: EmergencyBrake
                metadata: {name: yesterday}
                spec: {reason: over, expires: 2026-10-31}
                """);
        return PolicyCompiler.compile(List.of(rules), List.of(policy), RulesOptions.DEFAULT)
                .snapshot()
                .orElseThrow();
    }

    private static Status full() {
        var kernel = Map.of(
                WatchCounter.TOLD, 5_000L,
                WatchCounter.SIEVED, 90_000L,
                WatchCounter.UNWANTED, 7L,
                WatchCounter.LOST_OPEN, 12L,
                WatchCounter.LOST_SCRATCH, 1L,
                WatchCounter.CUT, 3L);
        var detection = new DetectCounts(
                "sha256:11",
                1,
                5_000,
                Map.of("Read \"secret\"", 40L, "Falco internal: syscall event drop", 2L),
                42,
                17,
                kernel,
                8 << 20,
                1,
                new DetectCounts.StateSizes(320, Map.of("descriptors", 4L)),
                new DetectCounts.Answers(1, 2, 3, 4),
                new DetectCounts.Latency(List.of(0L, 0L, 30L, 11L, 1L)),
                List.of("system call 'open': no program tells of it"),
                "one program per system call (fexit)");
        var outputs = List.of(
                new AlertRouter.OutputCounts("stdout", 50, 50, 0, Map.of(), 0, ""),
                new AlertRouter.OutputCounts(
                        "file /var/log/alerts",
                        50,
                        20,
                        3,
                        Map.of(LossCause.QUEUE_FULL, 25L, LossCause.BROKEN, 1L),
                        4,
                        "No space left on device"));
        return new Status(
                "0.1.0",
                STARTED,
                STARTED.plusSeconds(3 * 3600 + 62),
                SNAPSHOT,
                new PolicyFeed.Counters(5, 2, 1),
                1,
                new AlertRouter.Counts(60, 10, outputs),
                123.456,
                Optional.of(new Status.Guard(
                        "tracepoints, by SIGKILL",
                        List.of("no inline denial: refused"),
                        7,
                        3,
                        Map.of(KernelCounter.EVENTS, 9L, KernelCounter.RING_FULL, 2L),
                        new RootMounts.Counts(2, List.of("container db: its root file system is not")),
                        Optional.empty())),
                Optional.of(detection),
                Optional.of(new AdmissionStats(100, 7, 5, 8, 1, 2, 3, 4, 6)),
                Optional.of(new AuditCounts(50, 1, 2, 3, 11, 5, 6, 7, 8)),
                Optional.of(new ClusterSide.Counts(
                        true, 12, 3, 4, 21, 22, 23, 24, 25, 26, 27, 28, new Tellings.Counts(31, 32, 33, 34))),
                Optional.of(new Status.Follower(false, 9)));
    }

    private static Status bare() {
        return new Status(
                "0.1.0",
                STARTED,
                STARTED,
                SNAPSHOT,
                new PolicyFeed.Counters(0, 0, 0),
                0,
                new AlertRouter.Counts(0, 0, List.of()),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
