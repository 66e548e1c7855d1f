// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.agent.Agent;
import io.gatehouse.agent.AgentListener;
import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.alert.Alert;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Looks on while some containers work, and hands on what they do. Nothing is stopped: the strictest policy is put on
/// them in audit mode, by programs of this process alone, which go when it ends. An agent beside is not touched, but
/// what it refuses does not happen and so is not seen.
public final class Observation implements AutoCloseable {
    private final KernelSide kernel;
    private final Recorder recorder;
    private final Agent agent;
    private final InstantSource clock;

    private Observation(KernelSide kernel, Recorder recorder, Agent agent, InstantSource clock) {
        this.kernel = kernel;
        this.recorder = recorder;
        this.agent = agent;
        this.clock = clock;
    }

    /// Takes the kernel side over: closing the observation closes it.
    ///
    /// @param which running containers and those that start later
    /// @param lines must not block; called by one thread at a time
    /// @param met hears of each container that is observed
    public static Observation start(
            KernelSide kernel,
            Path nodeRoot,
            Predicate<Container> which,
            Consumer<RecordedLine> lines,
            Consumer<Container> met,
            Consumer<String> notices,
            InstantSource clock) {
        var recorder = new Recorder(kernel, Recorder.Writer.LEARN, _ -> Optional.empty(), lines);
        var strictest = StrictestPolicy.snapshot();
        recorder.inForce(strictest.policies(), clock.instant());
        var listener = new AgentListener() {
            @Override
            public void alert(Alert alert) {
                // of a policy that nobody wrote
            }

            @Override
            public void acted(KernelEvent event, Governed governed) {
                recorder.acted(event, governed);
            }

            @Override
            public void met(Governed governed) {
                recorder.met(governed, clock.instant());
                FoundRunning.in(kernel, governed).forEach(act -> recorder.add(act, BootClock.nanos()));
                met.accept(governed.container());
            }

            @Override
            public void inForce(Snapshot snapshot, Collection<Governed> containers) {
                // it holds for each container that is met
            }

            @Override
            public void notice(String text) {
                notices.accept(text);
            }
        };
        var agent = Agent.start(kernel, nodeRoot, which, strictest, listener, clock);
        return new Observation(kernel, recorder, agent, clock);
    }

    /// Acts that the kernel could not tell of.
    public long lost() {
        return kernel.count(KernelCounter.RING_FULL);
    }

    /// What the kernel told so far, repetitions included.
    public long told() {
        return kernel.count(KernelCounter.EVENTS);
    }

    /// Ends it. All that was told until now has been handed on when this returns.
    @Override
    public void close() {
        recorder.awaitNames();
        long lost = lost();
        agent.close();
        recorder.close();
        recorder.lost(lost, "the kernel's ring was full", clock.instant());
    }
}
