// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cli.exit.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `gatehouse agent` takes and refuses, without a kernel.
class AgentCommandTest {
    @TempDir
    Path folder;

    private record Ran(int exit, String out, String err) {}

    @Test
    void a_dry_run_says_what_would_be_in_force_and_heard_and_starts_nothing() throws Exception {
        var rules = file(
                "rules.yaml", rule("Shell", "evt.type = execve and proc.name = sh") + rule("Off", "evt.type = open"));
        try (var agent = GatehouseProcess.start(
                folder.resolve("state"),
                List.of(),
                "agent",
                "-r",
                rules.toString(),
                "-o",
                "rules[].disable.rule=Off",
                "-P",
                folder.resolve("pid").toString(),
                "--dry-run")) {
            assertEquals(Exit.OK.code(), agent.awaitEnd());
        }
        assertFalse(Files.exists(folder.resolve("pid")));

        var ran = run("agent", "-r", rules.toString(), "-o", "rules[].disable.rule=Off", "--dry-run");
        assertTrue(ran.out().contains("rules from         " + rules), ran.out());
        assertTrue(ran.out().contains("selection          disable rule Off"), ran.out());
        assertTrue(ran.out().contains("in force           1 of 2, sha256:"), ran.out());
        assertTrue(ran.out().contains("system calls       execve\n"), ran.out());
    }

    @Test
    void the_command_line_goes_before_the_configuration() throws Exception {
        var named = file("named.yaml", rule("Named", "evt.type = open"));
        var configured = file("configured.yaml", rule("Configured", "evt.type = open"));
        var config = file(
                "falco.yaml",
                "rules_files: [%s]\npriority: error\nsyslog_output: {enabled: true}\n".formatted(configured));

        var ran = run("agent", "-c", config.toString(), "--dry-run");
        assertTrue(ran.out().contains("rules from         " + configured), ran.out());
        assertTrue(ran.out().contains("priority           error and more"), ran.out());
        assertTrue(ran.err().contains("not kept: syslog_output: no such output yet"), ran.err());

        ran = run(
                "agent",
                "-c",
                config.toString(),
                "-r",
                named.toString(),
                "--priority",
                "notice",
                "--json",
                "--dry-run");
        assertTrue(ran.out().contains("rules from         " + named), ran.out());
        assertFalse(ran.out().contains(configured.toString()), ran.out());
        assertTrue(ran.out().contains("priority           notice and more"), ran.out());
        assertTrue(ran.out().contains("alerts as          JSON"), ran.out());
    }

    @Test
    void rules_that_are_wrong_start_nothing_and_everything_wrong_is_told() throws Exception {
        var rules = file("rules.yaml", rule("One", "evt.typ = open") + rule("Two", "proc.nmae = x"));
        var ran = run("agent", "-r", rules.toString(), "--dry-run");
        assertEquals(Exit.BAD_INPUT.code(), ran.exit());
        assertTrue(ran.err().contains("'evt.typ'") && ran.err().contains("'proc.nmae'"), ran.err());
        assertEquals("", ran.out());
    }

    @Test
    void a_configuration_that_is_wrong_starts_nothing() throws Exception {
        var ran = run(
                "agent",
                "-r",
                file("r.yaml", "").toString(),
                "-o",
                "priority=urgent",
                "-o",
                "json_output",
                "--dry-run");
        assertEquals(Exit.BAD_INPUT.code(), ran.exit());
        assertTrue(ran.err().contains("GH-1704") && ran.err().contains("GH-1705"), ran.err());
    }

    @Test
    void where_nothing_could_be_in_force_that_is_said() {
        var ran = run("agent", "-o", "json_output=true", "--dry-run");
        assertEquals(Exit.BAD_INPUT.code(), ran.exit());
        assertTrue(ran.err().contains("give -r, --policies or rules_files"), ran.err());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String rule(String name, String condition) {
        return "- rule: %s\n  desc: d\n  condition: %s\n  output: o\n  priority: ERROR\n".formatted(name, condition);
    }

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = Gatehouse.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Ran(line.execute(args), out.toString(), err.toString());
    }
}
