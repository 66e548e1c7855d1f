// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.hook.HookProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hooks are put where runtimes look for them, and nothing else is touched.
class HookCommandTest {
    @TempDir
    Path tmp;

    private record Ran(int exit, String out, String err) {}

    private Ran hook(String... words) {
        var all =
                new ArrayList<>(List.of("hook", words[0], "--program", program().toString()));
        all.addAll(List.of(words).subList(1, words.length));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        return new Ran(exit, out.toString(), err.toString());
    }

    private Path program() {
        return tmp.resolve("lib/gatehouse-hook");
    }

    private Path file() {
        return tmp.resolve("hooks.d/gatehouse.json");
    }

    private String folder() {
        return tmp.resolve("hooks.d").toString();
    }

    @Test
    void what_is_installed_is_what_is_printed_and_remove_takes_it_all_away() throws IOException {
        var installed = hook("install", "--runtime", "podman", "--hooks-dir", folder(), "--require", "--wait", "5");
        assertEquals(0, installed.exit(), installed.err());
        assertTrue(Files.isExecutable(program()));
        assertTrue(Files.size(program()) < 100 << 10, "it is small");
        var expected = """
                {
                  "version": "1.0.0",
                  "hook": {
                    "path": "%s",
                    "args": ["gatehouse-hook", "--wait", "5", "--require"],
                    "timeout": 8
                  },
                  "when": {"always": true},
                  "stages": ["createRuntime"]
                }
                """.formatted(program());
        assertEquals(expected, Files.readString(file()));
        assertEquals(
                expected,
                hook("print", "--runtime", "crio", "--require", "--wait", "5").out(),
                "the same for CRI-O");

        assertEquals(
                0,
                hook("install", "--runtime", "podman", "--hooks-dir", folder()).exit(),
                "again, otherwise");
        assertFalse(Files.readString(file()).contains("--require"));

        assertEquals(
                0,
                hook("remove", "--runtime", "podman", "--hooks-dir", folder()).exit());
        assertFalse(Files.exists(file()));
        assertFalse(Files.exists(program()));
    }

    @Test
    void what_is_not_gatehouses_is_left_alone() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "{\"hook\": {\"path\": \"/usr/bin/other\"}}");
        for (var word : List.of("install", "remove")) {
            var ran = hook(word, "--runtime", "podman", "--hooks-dir", folder());
            assertTrue(ran.exit() != 0);
            assertTrue(ran.err().contains("is not Gatehouse's; it is left alone"), ran.err());
        }
        assertEquals("{\"hook\": {\"path\": \"/usr/bin/other\"}}", Files.readString(file()));
        assertFalse(Files.exists(program()), "nothing is done by halves");

        Files.delete(file());
        Files.createDirectories(program().getParent());
        Files.writeString(program(), "#!/bin/sh\n");
        for (var word : List.of("install", "remove")) {
            var ran = hook(word, "--runtime", "podman", "--hooks-dir", folder());
            assertTrue(ran.err().contains("is another program; it is left alone"), ran.err());
        }
        assertEquals("#!/bin/sh\n", Files.readString(program()));
    }

    @Test
    void another_version_of_the_program_is_replaced() throws IOException {
        Files.createDirectories(program().getParent());
        Files.writeString(program(), "an older one that says gatehouse-hook: something");
        assertTrue(HookProgram.isOurs(program()));
        assertEquals(
                0,
                hook("install", "--runtime", "podman", "--hooks-dir", folder()).exit());
        assertTrue(Files.size(program()) > 1024);
        assertTrue(hook("install", "--runtime", "podman", "--hooks-dir", folder())
                .out()
                .contains("is there already"));
    }

    @Test
    void runtimes_without_a_folder_are_told_what_to_do() {
        var containerd =
                hook("print", "--runtime", "containerd", "--instance", "second").out();
        assertTrue(containerd.contains("base_runtime_spec"), containerd);
        assertTrue(containerd.contains("\"--socket\", \"/run/gatehouse/hook-second.sock\""), containerd);
        assertTrue(hook("print", "--runtime", "runc").out().contains("\"createRuntime\": ["));
    }

    @Test
    void a_wait_that_is_none_is_refused() {
        for (var wait : List.of("0", "301")) {
            var ran = hook("print", "--runtime", "podman", "--wait", wait);
            assertEquals(2, ran.exit());
            assertTrue(ran.err().contains("1 to 300 seconds"), ran.err());
        }
    }
}
