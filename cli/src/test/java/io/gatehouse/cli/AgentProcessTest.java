// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.status.StatusSocket;
import io.gatehouse.cli.status.StatusSocket.Form;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An agent as a process of its own, over audit rules: whatever the kernel is, they are in force without it.
class AgentProcessTest {
    @TempDir
    Path folder;

    private Path rules;

    @BeforeEach
    void rules() throws IOException {
        rules = Files.writeString(folder.resolve("rules.yaml"), rule("One"));
    }

    @Test
    void rules_that_break_are_refused_and_told_and_mended_ones_are_taken() throws Exception {
        try (var agent = start()) {
            agent.awaitLine("ready after");
            var before = digest();

            Files.writeString(rules, rule("One").replace("ka.verb", "ka.vreb"));
            agent.awaitLine("unknown field 'ka.vreb'");
            agent.awaitLine("what was in force stays in force");
            assertEquals(before, digest());
            assertTrue(status().contains("1 refused"), status());
            agent.forget();

            Files.writeString(rules, rule("Two"));
            awaitStatus(() -> !before.equals(digest())); // how many loads one save causes is the file system's matter
            assertTrue(status().contains("after the first"), status());
        }
    }

    @Test
    void it_answers_on_its_socket_and_over_http_and_leaves_nothing_behind() throws Exception {
        var pid = folder.resolve("pid");
        try (var agent = start("--metrics-port", "0", "-P", pid.toString())) {
            var at = agent.awaitLine("served: ").replaceAll(".*(http://[0-9.:]+).*", "$1");
            agent.awaitLine("ready after");
            assertTrue(status().startsWith("version "), status());
            assertTrue(status().contains("\nrules        1 of 1, sha256:"), status());
            assertTrue(Long.parseLong(Files.readString(pid).strip()) > 1);
            try (var client = HttpClient.newHttpClient()) {
                var metrics = client.send(
                        HttpRequest.newBuilder(URI.create(at + "/metrics")).build(), BodyHandlers.ofString());
                assertTrue(metrics.body().contains("\ngatehouse_rules 1\n"), metrics.body());
            }
            agent.end();
        }
        assertFalse(Files.exists(folder.resolve("state/agent.sock")));
        assertFalse(Files.exists(pid), "the virtual machine once ended before this was removed");
    }

    @Test
    void it_ends_by_itself_where_that_is_asked() throws Exception {
        try (var agent = start("-M", "1")) {
            agent.awaitLine("ended: 0 alerts");
            assertEquals(Exit.OK.code(), agent.awaitEnd());
        }
    }

    @Test
    void a_hangup_reads_configuration_and_rules_again() throws Exception {
        var config = Files.writeString(
                folder.resolve("falco.yaml"), "watch_config_files: false\nrules_files: [%s]\n".formatted(rules));
        try (var agent = GatehouseProcess.start(
                folder.resolve("state"), List.of(), "agent", "-c", config.toString(), "-P", pid().toString())) {
            agent.awaitLine("ready after");
            var more = Files.writeString(folder.resolve("more.yaml"), rule("Two"));
            Files.writeString(config, "watch_config_files: false\nrules_files: [%s, %s]\n".formatted(rules, more));
            hangUp();
            agent.awaitLine("read again: " + rules + ", " + more);
            assertTrue(status().contains("rules        2 of 2"), status());

            Files.writeString(config, "rules_files: {}\npriority: urgent\n");
            hangUp();
            agent.awaitLine("the configuration is not in order; what was in force stays in force");
            assertTrue(status().contains("rules        2 of 2"), status());
        }
    }

    private Path pid() {
        return folder.resolve("pid");
    }

    private void hangUp() throws Exception {
        var kill = new ProcessBuilder("kill", "-HUP", Files.readString(pid()).strip()).start();
        assertEquals(0, kill.waitFor());
    }

    private GatehouseProcess start(String... more) throws IOException {
        var words = new java.util.ArrayList<>(List.of("agent", "-r", rules.toString()));
        words.addAll(List.of(more));
        return GatehouseProcess.start(folder.resolve("state"), List.of(), words.toArray(String[]::new));
    }

    private String status() throws IOException {
        return StatusSocket.ask(folder.resolve("state"), Form.TEXT).orElse("nobody answers");
    }

    private String digest() throws IOException {
        return status().lines()
                .filter(line -> line.startsWith("rules "))
                .findFirst()
                .orElseThrow();
    }

    private void awaitStatus(Callable<Boolean> holds) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!holds.call()) {
            assertTrue(System.nanoTime() < deadline, status());
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private static String rule(String name) {
        return "- rule: %s\n  desc: d\n  source: k8s_audit\n  condition: ka.verb = create\n  output: o\n  priority: ERROR\n"
                .formatted(name);
    }
}
