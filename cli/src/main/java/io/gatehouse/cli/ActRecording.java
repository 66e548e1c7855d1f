// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.learn.Recorder;
import io.gatehouse.agent.learn.RecordingFile;
import io.gatehouse.cli.AgentOptions.ActsFile;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.events.KernelEvent;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// What breaches policies on this node, written down as long as the agent runs.
final class ActRecording implements AutoCloseable {
    private final RecordingFile file;
    private final Recorder recorder;
    private final InstantSource clock = InstantSource.system();

    private ActRecording(RecordingFile file, Recorder recorder) {
        this.file = file;
        this.recorder = recorder;
    }

    /// @param labels of a pod by its uid, as far as they are known
    /// @throws Refusal the file cannot be written
    static ActRecording open(
            ActsFile acts,
            KernelSide kernel,
            Function<String, Optional<Map<String, String>>> labels,
            Consumer<String> say) {
        try {
            var file = RecordingFile.open(acts.file(), acts.maxBytes(), InstantSource.system(), say);
            var recorder = new Recorder(
                    kernel,
                    Recorder.Writer.AGENT,
                    governed ->
                            governed.container().pod().flatMap(pod -> pod.uid()).flatMap(labels),
                    file);
            return new ActRecording(file, recorder);
        } catch (IOException e) {
            throw Refusal.badInput("cannot write " + acts.file() + ": " + e);
        }
    }

    void inForce(Snapshot snapshot) {
        recorder.inForce(snapshot.policies(), clock.instant());
    }

    void met(Governed governed) {
        recorder.met(governed, clock.instant());
    }

    void acted(KernelEvent event, Governed governed) {
        recorder.acted(event, governed);
    }

    /// Before the agent is closed, whose kernel side is asked for names.
    void awaitNames() {
        recorder.awaitNames();
    }

    /// What the kernel could not tell of.
    void lost(long count) {
        recorder.lost(count, "the kernel's ring was full", clock.instant());
    }

    @Override
    public void close() {
        recorder.close();
        file.close();
    }
}
