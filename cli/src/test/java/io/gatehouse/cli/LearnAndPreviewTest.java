// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way of the guide: record, learn, check, preview, and again on another day. The recording is our own, of a small
/// web server.
class LearnAndPreviewTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root"), "cli/src/test/resources/io/gatehouse/cli/learn");

    @TempDir
    Path tmp;

    private record Result(int exit, String out, String err) {}

    @Test
    void a_recording_becomes_the_policy_that_is_expected() throws IOException {
        var learned = run("learn", "-e", recording("day1.jsonl"));

        assertEquals(0, learned.exit(), learned.err());
        golden("learned.yaml", learned.out());
        assertEquals(learned, run("learn", "-e", recording("day1.jsonl")));
    }

    @Test
    void a_learned_policy_is_in_order_and_denies_nothing_of_its_recording() {
        var policy = tmp.resolve("policy.yaml");
        assertEquals(
                0,
                run("learn", "-e", recording("day1.jsonl"), "-o", policy.toString())
                        .exit());

        assertEquals(0, run("policy", "check", policy.toString()).exit());
        var preview = run("preview", "-f", policy.toString(), "-e", recording("day1.jsonl"));
        assertEquals(0, preview.exit(), preview.out());
        assertTrue(preview.out().startsWith("nothing that was recorded would have been denied\n"), preview.out());
    }

    @Test
    void another_day_is_previewed_and_merged() throws IOException {
        var policy = tmp.resolve("policy.yaml");
        var next = tmp.resolve("next.yaml");
        run("learn", "-e", recording("day1.jsonl"), "-o", policy.toString());

        var denied = run("preview", "-f", policy.toString(), "-e", recording("day2.jsonl"));
        assertEquals(1, denied.exit());
        golden("preview.txt", denied.out());
        var json = run("preview", "-f", policy.toString(), "-e", recording("day2.jsonl"), "--json");
        assertEquals(1, json.exit());
        golden("preview.json", json.out());

        var merged = run("learn", "-e", recording("day2.jsonl"), "--merge", policy.toString(), "-o", next.toString());
        assertEquals(0, merged.exit(), merged.err());
        assertTrue(merged.err().contains("added 2 entries"), merged.err());
        var change =
                run("preview", "-f", next.toString(), "--before", policy.toString(), "-e", recording("day2.jsonl"));
        assertEquals(0, change.exit(), change.out());
        golden("change.txt", change.out());
    }

    @Test
    void what_is_no_recording_is_refused() throws IOException {
        var policy = tmp.resolve("policy.yaml");
        run("learn", "-e", recording("day1.jsonl"), "-o", policy.toString());

        assertEquals(
                2,
                run("preview", "-f", policy.toString(), "-e", policy.toString()).exit());
        assertEquals(
                2,
                run(
                                "preview",
                                "-f",
                                policy.toString(),
                                "-e",
                                tmp.resolve("none").toString())
                        .exit());
        assertEquals(2, run("learn").exit());
        assertEquals(
                2,
                run("learn", "-e", recording("day1.jsonl"), "--generalise", "99")
                        .exit());
    }

    @Test
    void a_capture_is_judged_as_far_as_it_tells() throws IOException {
        var policy = Files.writeString(tmp.resolve("policy.yaml"), """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: tried}
                spec: {runtime: {processes: {allow: [/usr/bin/true]}}}
                """);
        var capture = Path.of(
                System.getProperty("gatehouse.root"), "cli/src/test/resources/io/gatehouse/cli/replay/netcat.scap");
        var preview = run("preview", "-f", policy.toString(), "-e", capture.toString());

        assertTrue(List.of(0, 1).contains(preview.exit()), preview.err());
        assertTrue(preview.out().contains("not known:"), preview.out());
    }

    private static String recording(String name) {
        return FOLDER.resolve(name).toString();
    }

    private static Result run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
        return new Result(exit, out.toString(), err.toString());
    }

    private static void golden(String name, String text) throws IOException {
        var file = FOLDER.resolve(name);
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text);
    }
}
