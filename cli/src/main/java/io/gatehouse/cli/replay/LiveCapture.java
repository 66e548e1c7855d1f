// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.agent.detect.Loss;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.LiveNode;
import io.gatehouse.agent.watch.Place;
import io.gatehouse.agent.watch.WatchOptions;
import io.gatehouse.agent.watch.WatchPlan;
import io.gatehouse.cli.exit.KernelLacks;
import io.gatehouse.cli.exit.Signals;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.match.KernelNeed;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/// Listens to the running kernel until the extent, a signal or whoever takes the events ends it. The thread that calls
/// [#run] does everything; a signal only asks it to stop. Nothing stays in the kernel afterwards.
final class LiveCapture {
    private static final int PROCESS_ENDED = 186;
    /// Beginnings and ends of processes are told whatever of them is wanted.
    private static final WatchPlan PROCESSES =
            WatchPlan.of(new KernelFilter(Map.of(PROCESS_ENDED, List.of(KernelNeed.NONE))));
    private static final int WAIT_MILLIS = 100;
    private static final long CHORES_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// What happens while the open files of all processes are read has to fit into it.
    private static final int RING_OF_RECORDING = 6; // 32 MiB

    private final Filter filter;
    private final SceneUse use;
    private final Extent extent;
    private final long seconds;
    private final PrintWriter err;
    private final Map<Loss, Long> lost = new EnumMap<>(Loss.class);
    /// Set by a signal, read by the thread that listens.
    private volatile boolean stopping;
    private boolean ended;
    private LiveNode node;

    /// @param seconds 0 for no end
    LiveCapture(Filter filter, SceneUse use, Extent extent, long seconds, PrintWriter err) {
        this.filter = filter;
        this.use = use;
        this.extent = extent;
        this.seconds = seconds;
        this.err = err;
    }

    /// @param plan what is to be heard
    /// @param openFiles whether whoever takes the events has to know what was open before
    void run(WatchPlan plan, boolean openFiles) throws IOException {
        KernelLacks.refuse();
        var options = openFiles ? WatchOptions.USUAL.ringPreset(RING_OF_RECORDING) : WatchOptions.USUAL;
        try (var watch = KernelWatch.load(options);
                var live = new LiveNode(
                        Path.of("/"),
                        Limits.DEFAULT,
                        _ -> Optional.empty(),
                        (group, whose) -> watch.place(group, whose == Container.HOST ? Place.HOST : Place.CONTAINER))) {
            node = live;
            Runnable stop = () -> {
                stopping = true;
                watch.wake();
            };
            Signals.on("INT", stop);
            Signals.on("TERM", stop);
            watch.need(PROCESSES); // who begins and ends meanwhile is told, and no storm of other events fills the ring
            live.begin();
            watch.need(plan);
            if (openFiles) {
                live.openFiles();
            }
            watch.gaps().forEach(gap -> say("not heard: " + gap));
            use.begin(live.machine());
            say("listening; " + watch.carrier());
            listen(watch);
        } catch (KernelException e) {
            throw KernelLacks.refusal(e);
        }
    }

    private void listen(KernelWatch watch) throws IOException {
        try {
            long start = System.nanoTime();
            long chores = start + CHORES_NANOS;
            while (!stopping && !ended) {
                watch.read(this::receive, WAIT_MILLIS);
                ended |= !use.settle();
                long now = System.nanoTime();
                if (now - chores >= 0) {
                    chores = now + CHORES_NANOS;
                    node.chores();
                    tellLosses(watch, "lost: ");
                }
                if (seconds > 0 && now - start >= TimeUnit.SECONDS.toNanos(seconds)) {
                    stopping = true;
                }
            }
            watch.need(WatchPlan.NOTHING);
            watch.read(this::receive, 0); // what happened before the end was asked for
            use.settle();
        } finally {
            tellAtEnd(watch);
        }
    }

    private void receive(LiveRecord record) {
        if (ended) {
            return;
        }
        var scene = node.of(record);
        if (scene == null) {
            return;
        }
        if (extent.ended(scene)) {
            ended = true;
            return;
        }
        boolean passes = filter.passesByAnyName(scene);
        use.scene(scene, passes);
        if (passes && !extent.goesOn()) {
            ended = true;
        }
    }

    // ---- what was not told

    /// What is new since it was told last.
    private void tellLosses(KernelWatch watch, String head) {
        var text = new StringJoiner(", ", head, "").setEmptyValue("");
        Loss.of(watch.counts()).forEach((loss, count) -> {
            long more = count - lost.getOrDefault(loss, 0L);
            if (more > 0) {
                text.add(more + " " + loss.text());
            }
            lost.put(loss, count);
        });
        if (text.length() > 0) {
            say(text.toString());
        }
    }

    private void tellAtEnd(KernelWatch watch) {
        tellLosses(watch, "lost: ");
        var text = new StringJoiner(", ", "lost in all: ", "").setEmptyValue("");
        lost.forEach((loss, count) -> {
            if (count > 0) {
                text.add(count + " " + loss.text());
            }
        });
        if (text.length() > 0) {
            say(text.toString());
        }
        node.lost().forEach((what, count) -> say("not known or not kept: " + count + " " + what));
    }

    private void say(String text) {
        err.println("gatehouse: " + text);
        err.flush();
    }
}
