// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Policies that change while somebody tries, without a pause, what both the old and the new forbid.
@Tag("kernel")
@Tag("slow")
class SwapTest {
    private static final int SWAPS = Integer.getInteger("gatehouse.swaps", 50);

    /// What is stopped in the call itself where no LSM decides.
    static final Set<String> WITHOUT_LSM = Set.of("write", "memfd", "unlisted", "sendto", "bind");

    @TempDir
    Path tmp;

    @Test
    @Timeout(400)
    void swaps_of_policies_let_nothing_through() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        try (var storm = Storm.prepare(tmp, "swap");
                var agent = RunningAgent.start(storm.policies("a"))) {
            storm.begin(acts(agent));
            long began = System.nanoTime();
            for (int swap = 0; swap < SWAPS; swap++) {
                agent.apply(storm.policies(swap % 2 == 0 ? "b" : "a"));
            }
            long took = System.nanoTime() - began;
            storm.reaches(System.nanoTime());
            var stopped = storm.end();
            System.out.printf(
                    "%d swaps of %d containers' rules, %.2f ms each; %s%n", SWAPS, 6, took / 1e6 / SWAPS, stopped);
            assertTrue(stopped.size() >= acts(agent).size(), stopped.toString());
        }
    }

    /// Those that hold at all here: what the kernel lets pass shows nothing.
    static Set<String> acts(RunningAgent agent) {
        if (agent.backend() == Backend.LSM) {
            return Storm.everything();
        }
        return WITHOUT_LSM;
    }
}
