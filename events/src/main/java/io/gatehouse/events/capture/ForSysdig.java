// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;

/// Passes on what Sysdig 0.29 (Debian 12) can read. Falco and later Sysdigs read everything and need none of this.
///
/// That version refuses a file for a kind of descriptor younger than itself, and reads behind the end of its table of
/// names, which kills it, for a call younger than itself that has no event type of its own.
public final class ForSysdig implements CaptureVisitor {
    private static final int PLAIN_CALL = 1;
    private static final int FIRST_YOUNGER_CALL = 330;

    private final CaptureVisitor to;
    private long leftOut;

    public ForSysdig(CaptureVisitor to) {
        this.to = to;
    }

    /// Events that were not passed on.
    public long leftOut() {
        return leftOut;
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

    /// The younger kinds (bpf, userfaultfd, io_uring, memfd, pidfd) keep their name alone.
    @Override
    public void descriptor(DescriptorEntry of) {
        if (of.kind() <= DescriptorEntry.Kind.FILE_V2) {
            to.descriptor(of);
            return;
        }
        to.descriptor(new DescriptorEntry(
                of.tid(),
                of.number(),
                of.inode(),
                DescriptorEntry.Kind.UNSUPPORTED,
                of.name(),
                0,
                0,
                0,
                null,
                0,
                null,
                0,
                0,
                0));
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
        if (isKnown(event)) {
            to.stateOnly(event);
        } else {
            leftOut++;
        }
    }

    @Override
    public boolean event(Event event) {
        if (isKnown(event)) {
            return to.event(event);
        }
        leftOut++;
        return true;
    }

    private static boolean isKnown(Event event) {
        return event.code() != PLAIN_CALL || event.length(0) > 0 && event.number(0) < FIRST_YOUNGER_CALL;
    }
}
