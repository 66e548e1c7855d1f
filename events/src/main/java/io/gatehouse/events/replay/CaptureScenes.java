// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.replay;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.AccountEntry;
import io.gatehouse.events.capture.CaptureReader;
import io.gatehouse.events.capture.CaptureReader.Summary;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.InterfaceEntry;
import io.gatehouse.events.capture.MachineEntry;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Losses;
import io.gatehouse.events.state.Machine;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/// The events of a capture in order, each with what is known of the machine after it. For use by one thread.
///
/// Containers and accounts that a recorder tells of before anything else are part of what the machine was like when the
/// recording began: they are numbered as events are, but not shown.
public final class CaptureScenes implements CaptureVisitor {
    /// The kinds of events that tell of the machine before it did anything.
    private static final Set<String> PRELUDE =
            Set.of("container", "useradded", "userdeleted", "groupadded", "groupdeleted", "asyncevent");

    /// Is shown every event.
    @FunctionalInterface
    public interface SceneVisitor {
        /// @param scene filled again for the next event
        /// @return whether to go on
        boolean scene(Scene scene);

        /// A recording begins.
        ///
        /// @param machine its machine, of which nothing is known yet; brought up to date before every scene
        default void begins(Machine machine) {}
    }

    /// @param losses of the last recording in the file
    public record Replayed(Summary summary, Losses losses) {}

    private static final CaptureVisitor IGNORED = event -> true;

    private final Limits limits;
    private final CaptureVisitor beside;
    private final SceneVisitor visitor;
    private State state;
    private boolean begun;

    private CaptureScenes(Limits limits, CaptureVisitor beside, SceneVisitor visitor) {
        this.limits = limits;
        this.beside = beside;
        this.visitor = visitor;
        this.state = new State(limits);
        visitor.begins(state.machine());
    }

    /// @param in plain or packed; not closed
    /// @throws IOException the stream cannot be read; what is wrong with its content is told by the summary
    public static Replayed read(InputStream in, Limits limits, SceneVisitor visitor) throws IOException {
        return read(in, limits, IGNORED, visitor);
    }

    /// @param beside is told, before the state, all that the capture holds but its events
    public static Replayed read(InputStream in, Limits limits, CaptureVisitor beside, SceneVisitor visitor)
            throws IOException {
        var scenes = new CaptureScenes(limits, beside, visitor);
        var summary = CaptureReader.read(in, scenes);
        return new Replayed(summary, scenes.state.machine().losses());
    }

    /// Nothing of the recording before holds.
    @Override
    public void section() {
        beside.section();
        state = new State(limits);
        begun = false;
        visitor.begins(state.machine());
    }

    @Override
    public void machine(MachineEntry machine) {
        beside.machine(machine);
        state.inventory().machine(machine);
    }

    @Override
    public void process(ProcessEntry process) {
        beside.process(process);
        state.inventory().process(process);
    }

    @Override
    public void descriptor(DescriptorEntry descriptor) {
        beside.descriptor(descriptor);
        state.inventory().descriptor(descriptor);
    }

    @Override
    public void account(AccountEntry account) {
        beside.account(account);
        state.inventory().account(account);
    }

    @Override
    public void networkInterface(InterfaceEntry networkInterface) {
        beside.networkInterface(networkInterface);
        state.inventory().networkInterface(networkInterface);
    }

    @Override
    public void stateOnly(Event event) {
        begun = true;
        beside.stateOnly(event);
        state.apply(event);
    }

    @Override
    public boolean event(Event event) {
        var scene = state.apply(event);
        begun = begun || !PRELUDE.contains(event.type().name());
        if (begun) {
            return visitor.scene(scene);
        }
        beside.stateOnly(event);
        return true;
    }
}
