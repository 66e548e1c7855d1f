// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the agent while a forbidden act of every class is tried without a pause: the gate stays
/// shut with no agent and while the next one takes over.
@Tag("kernel")
@Tag("slow")
class Kill9Test {
    private static final int LIVES = Integer.getInteger("gatehouse.lives", 3);
    private static final Instance INSTANCE =
            Instance.of(Instance.USUAL_ROOT, "kill9-" + ProcessHandle.current().pid());

    @TempDir
    Path tmp;

    private Process agent;

    @AfterEach
    void release() {
        if (agent != null) {
            agent.destroyForcibly().onExit().join();
        }
        INSTANCE.release();
    }

    @Test
    @Timeout(500)
    void killing_the_agent_lets_nothing_through_and_neither_does_the_next_one_that_takes_over() throws Exception {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        try (var storm = Storm.prepare(tmp, "kill9")) {
            start(storm);
            storm.begin(backend() == Backend.LSM ? Storm.everything() : SwapTest.WITHOUT_LSM);
            for (int life = 0; life < LIVES; life++) {
                agent.destroyForcibly();
                assertEquals(137, agent.waitFor());
                storm.reaches(System.nanoTime()); // every act was stopped with no agent there
                start(storm);
                storm.reaches(System.nanoTime()); // ... and under the next one
            }
            var stopped = storm.end();
            System.out.println(LIVES + " agents killed; " + stopped);
            agent.destroyForcibly().onExit().join();
            INSTANCE.release(); // so that the containers can be tidied up
        }
    }

    private static Backend backend() {
        try (var kernel = KernelSide.load(Optional.empty())) {
            return kernel.backend();
        }
    }

    /// A process of its own, for nothing less can be killed.
    private void start(Storm storm) throws IOException {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StormAgent.class.getName(),
                INSTANCE.name()));
        command.addAll(storm.names());
        agent = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var said = agent.inputReader().readLine();
        assertTrue("ready".equals(said), "the agent said " + said);
    }
}
