// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Trait;
import java.util.function.Predicate;

/// Passes on the events that are wanted, and for the state alone those without which it would be wrong: who
/// reads the copy knows of each event's process and file what the reader of the whole knows.
public final class CaptureCopy implements CaptureVisitor {
    private final CaptureVisitor to;
    private final Predicate<Event> wanted;

    /// @param wanted is asked once for each event, in order
    public CaptureCopy(CaptureVisitor to, Predicate<Event> wanted) {
        this.to = to;
        this.wanted = wanted;
    }

    @Override
    public void section() {
        to.section();
    }

    @Override
    public void machine(MachineEntry machine) {
        to.machine(machine);
    }

    @Override
    public void process(ProcessEntry process) {
        to.process(process);
    }

    @Override
    public void descriptor(DescriptorEntry descriptor) {
        to.descriptor(descriptor);
    }

    @Override
    public void account(AccountEntry account) {
        to.account(account);
    }

    @Override
    public void networkInterface(InterfaceEntry networkInterface) {
        to.networkInterface(networkInterface);
    }

    @Override
    public void stateOnly(Event event) {
        to.stateOnly(event);
    }

    @Override
    public boolean event(Event event) {
        if (wanted.test(event)) {
            return to.event(event);
        }
        if (changesState(event.type())) {
            to.stateOnly(event);
        }
        return true;
    }

    /// Whether what comes after such an event would be understood wrongly without it.
    public static boolean changesState(EventType type) {
        return type.is(Trait.MODIFIES_STATE) || type.is(Trait.CREATES_FD) || type.is(Trait.DESTROYS_FD);
    }
}
