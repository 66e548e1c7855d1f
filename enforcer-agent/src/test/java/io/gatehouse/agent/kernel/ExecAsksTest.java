// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nobody waits for an answer for ever.
@Tag("kernel")
@Tag("slow")
class ExecAsksTest {
    @TempDir
    Path tmp;

    @Test
    void who_waits_for_a_judge_that_is_stuck_goes_on_when_it_is_given_up() throws IOException, InterruptedException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        var asked = new CountDownLatch(1);
        var stuck = new CountDownLatch(1);
        var asks = ExecAsks.open();
        try (var container = RuncContainer.create(tmp, RuncContainer.Options.defaults());
                var root = OpenedFile.open(container.rootfs().toString()).orElseThrow()) {
            container.start();
            asks.mark(root);
            var answering = Thread.ofPlatform().start(() -> {
                while (!asks.isGivenUp()) {
                    asks.answer((_, _) -> {
                        asked.countDown();
                        awaitForEver(stuck);
                        return false;
                    });
                }
                asks.close();
            });
            var program = container.spawn("/bin/true");
            assertTrue(asked.await(30, TimeUnit.SECONDS), "nobody asked");
            assertNotEquals(0, asks.waitingSinceNanos());
            assertFalse(program.waitFor(100, TimeUnit.MILLISECONDS), "it did not wait");

            asks.giveUp();

            assertTrue(program.waitFor(30, TimeUnit.SECONDS), "it waits still");
            assertEquals(0, program.exitValue());
            stuck.countDown(); // its late no is nobody's
            answering.join(30_000);
            assertFalse(answering.isAlive());
            assertEquals(0, container.exec("/bin/true").exit());
        } finally {
            stuck.countDown();
        }
    }

    private static void awaitForEver(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
