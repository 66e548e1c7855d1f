// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What our own program answers, as the user that every machine has for nobody's rights.
@Tag("host")
class ActsTest {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int E2BIG = 7;
    private static final int EINVAL = 22;
    private static final int ENOSYS = 38;

    @TempDir
    Path folder;

    private Path act;

    private record Ran(int exit, String said) {}

    @BeforeEach
    void the_program() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "becoming another user needs root");
        act = folder.resolve("act");
        try (var program = Stage.class.getResourceAsStream("acts")) {
            assumeTrue(program != null, "the acts program was not built");
            Files.copy(program, act);
        }
        Files.setPosixFilePermissions(act, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void without_an_act_it_does_nothing_whatever_its_words() throws Exception {
        assertEquals(new Ran(0, ""), run());
        assertEquals(new Ran(0, ""), run("-e", "/bin/sh", "@run"));
    }

    @Test
    void what_is_no_act_or_lacks_words_does_nothing_and_says_so() throws Exception {
        assertEquals(ENOSYS, run("@unknown").exit());
        assertEquals(EINVAL, run("@connect", "127.0.0.1").exit());
    }

    @Test
    void files_are_opened_as_the_name_says() throws Exception {
        var file = folder.resolve("file");
        assertEquals(ENOENT, run("@read", file.toString()).exit());
        assertEquals(0, run("@write", file.toString()).exit());
        Files.writeString(file, "text");
        assertEquals(0, run("@read", file.toString()).exit());
        assertEquals(0, run("@write-by-number", file.toString()).exit());
        assertEquals("text", Files.readString(file));
        assertEquals(0, run("@truncate", file.toString()).exit());
        assertEquals(0, Files.size(file));
        var program = folder.resolve("program");
        assertEquals(0, run("@create-program", program.toString()).exit());
        assertTrue(Files.isExecutable(program));
    }

    @Test
    void a_ring_opens_or_says_why_not() throws Exception {
        var here = run("@ring-read", act.toString());
        assumeTrue(here.exit() == 0, "this kernel gives no ring: " + here.said());
        assertEquals(
                ENOENT, run("@ring-read", folder.resolve("none").toString()).exit());
    }

    @Test
    void a_child_ends_as_its_program_did() throws Exception {
        assertEquals(3, run("@run", "/bin/sh", "-c", "exit 3").exit());
        assertEquals(128 + 9, run("@run", "/bin/sh", "-c", "kill -9 $$").exit());
        assertEquals(ENOENT, run("@run", "no-such-program").exit());
        assertEquals(0, run("@run", "@from-memory", "anything").exit());
        assertEquals(0, run("@trace-child").exit());
        assertEquals(0, run("@trace-me").exit());
    }

    @Test
    void a_terminal_is_one() throws Exception {
        var ran = run("@terminal", "/bin/sh", "-c", "test -t 0 && test -t 1 && echo yes");
        assertEquals(0, ran.exit());
        assertEquals("yes", ran.said().strip());
    }

    @Test
    void who_has_no_rights_is_refused() throws Exception {
        var program = act.toString();
        assertEquals("65534", run("@as", "65534", "/usr/bin/id", "-u").said().strip());
        assertEquals(EPERM, run("@as", "65534", program, "@setuid", "0").exit());
        assertEquals(EPERM, run("@as", "65534", program, "@new-mounts").exit());
        assertEquals(EPERM, run("@as", "65534", program, "@same-names").exit());
        assertEquals(EPERM, run("@as", "65534", program, "@packet-socket").exit());
        assertTrue(Set.of(EPERM, ENOSYS)
                .contains(run("@as", "65534", program, "@load-module").exit()));
        assertTrue(Set.of(EPERM, E2BIG, ENOSYS)
                .contains(run("@as", "65534", program, "@load-bpf").exit()));
    }

    @Test
    void it_talks_to_itself() throws Exception {
        for (var name : List.of("@connect", "@input-from-network", "@receive-class", "@connect-datagram")) {
            assertEquals(new Ran(0, ""), run(name, "127.0.0.1", "39917"), name);
        }
    }

    private Ran run(String... words) throws Exception {
        var command = new ArrayList<>(List.of(act.toString()));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(40, TimeUnit.SECONDS), () -> command + " goes on");
        return new Ran(process.exitValue(), said);
    }
}
