// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.Machine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class DoctorTest {
    @Test
    void it_says_what_each_rule_is_worth_on_this_kernel_and_what_it_does_not_cover() {
        assumeTrue(
                Machine.lacks().isEmpty(),
                () -> "needs " + Machine.lacks().getFirst().what());
        var out = new StringWriter();
        int exit = Gatehouse.commandLine().setOut(new PrintWriter(out)).execute("doctor");

        var said = out.toString();
        assertEquals(0, exit, said);
        assertTrue(said.startsWith("kernel " + Machine.kernelRelease()), said);
        for (var rule : List.of("processes.allow", "processes.fromImageOnly", "writes.rootFilesystem")) {
            assertTrue(
                    said.lines()
                            .anyMatch(line -> line.strip().matches(rule + " +(prevented|killed|reported)( by .*)?")),
                    said);
        }
        assertTrue(
                said.contains(
                        "but a file that was open before the container was governed, or comes from another process, stays"),
                said);
        assertTrue(said.lines().anyMatch(line -> line.strip().matches("\\S+ +loads")), said);
        assertTrue(
                said.lines().anyMatch(line -> line.matches("system calls for rules are heard by one program .*")),
                said);
    }
}
