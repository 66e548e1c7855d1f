// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.detect.EventDecoder;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.Enforcer;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.kernel.RingBuffer;
import io.gatehouse.bench.Loops.Loop;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/// What one event costs the reader: the bare hand-over from the ring, and with the record decoded. The
/// ring is filled by real breaches in audit mode while nobody reads it.
final class RingDrain {
    private static final int FILLS = 8;
    private static final int WARM_UP = 3;
    private static final int BREACHES_PER_FILL = 1500;

    private RingDrain() {}

    static void print(PrintStream out) throws IOException {
        var folder = Files.createTempDirectory("gatehouse-ring");
        var handOver = new ArrayList<Double>();
        var decoded = new ArrayList<Double>();
        try (var container = Bench.container(folder);
                var kernel = KernelSide.load();
                var ring = kernel.events()) {
            var enforcer = new Enforcer(kernel, ClusterFacts.NONE);
            enforcer.apply(Bench.policy(container, Mode.AUDIT), LocalDate.now());
            enforcer.adopt(
                    new ContainerFinder(Path.of("/")).ofProcess(container.pid()).orElseThrow(),
                    Set.of(),
                    LocalDate.now());
            ring.drain((_, _, _) -> {});
            for (int fill = 0; fill < FILLS; fill++) {
                boolean warm = fill >= WARM_UP;
                breach(container);
                keep(handOver, warm, time(ring, (_, _, _) -> {}));
                breach(container);
                keep(decoded, warm, time(ring, EventDecoder::decode));
            }
            out.println("lost while nobody read: " + kernel.count(KernelCounter.RING_FULL) + " of "
                    + (kernel.count(KernelCounter.EVENTS) + kernel.count(KernelCounter.RING_FULL)));
        }
        out.print(new Table()
                .row("hand-over", "ns/event", OptionalDouble.empty(), OptionalDouble.empty(), Overhead.median(handOver))
                .row(
                        "hand-over and decode",
                        "ns/event",
                        OptionalDouble.empty(),
                        OptionalDouble.of(Overhead.median(handOver)),
                        Overhead.median(decoded))
                .text());
    }

    /// Creates, writes and removes files on the root file system: at least two breaches a turn.
    private static void breach(RuncContainer container) throws IOException {
        var command = Loops.command(
                Loop.CREATE_WRITE_UNLINK,
                BREACHES_PER_FILL,
                1,
                Path.of("/bin/loops"),
                Path.of("/root"),
                Path.of("/bin/nothing"));
        var result = container.exec(command.toArray(String[]::new));
        if (result.exit() != 0) {
            throw new IOException("the breaching loop: " + result);
        }
    }

    private static double time(RingBuffer ring, RingBuffer.Reader reader) {
        long start = System.nanoTime();
        int count = ring.drain(reader);
        return (double) (System.nanoTime() - start) / count;
    }

    private static void keep(List<Double> into, boolean warm, double nanos) {
        if (warm) {
            into.add(nanos);
        }
    }
}
