// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.AccountEntry;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.ProcessEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Tells what is known of a machine now, in the form in which captures begin. What [Inventory] takes in.
///
/// Left out is what that form has no place for: when a process was cloned, accounts that only a container has, sockets
/// that have no address yet, what nobody knows the kind of.
public final class Portrait {
    private static final int CONTAINER = 324;
    private static final long NO_TASK = -1;
    /// Of a task's flags, those that mean something to a reader; the others are the state's own notes.
    private static final int OWN_NOTES = Task.NAME_CHANGED
            | Task.CLOSED
            | Task.ACTIVE
            | Task.PIPE_SOURCE
            | Task.PIPE_DESTINATION
            | Task.CLONE_INVERTED;

    private final Machine machine;
    private final CaptureVisitor to;

    private Portrait(Machine machine, CaptureVisitor to) {
        this.machine = machine;
        this.to = to;
    }

    /// @param timeNanos since 1970, of the events that tell of containers
    public static void tell(Machine machine, long timeNanos, CaptureVisitor to) {
        var portrait = new Portrait(machine, to);
        if (machine.entry != null) {
            to.machine(machine.entry);
        }
        portrait.accounts();
        machine.interfaceEntries.forEach(to::networkInterface);
        machine.forEachTask(portrait::process);
        machine.forEachTask(portrait::descriptors);
        machine.containers().all().forEach(container -> to.stateOnly(event(container, timeNanos)));
    }

    /// An event that tells of a container, as recorders write it.
    ///
    /// @param timeNanos since 1970
    public static Event event(Container container, long timeNanos) {
        var json = ContainerText.json(container).getBytes(StandardCharsets.ISO_8859_1);
        var bytes = Arrays.copyOf(json, json.length + 1);
        return new Event().begin(CONTAINER, 0, timeNanos, NO_TASK, 0, bytes).param(0, bytes.length);
    }

    private void accounts() {
        machine.accounts()
                .forEachOfHost(
                        user -> to.account(
                                new AccountEntry.User(user.id(), user.gid(), user.name(), user.home(), user.shell())),
                        group -> to.account(new AccountEntry.Group(group.id(), group.name())));
    }

    private void process(Task task) {
        if (task.isStranger() || task.hasEnded()) {
            return;
        }
        var program = task.program;
        var file = program.file();
        to.process(new ProcessEntry(
                task.tid,
                task.pid,
                task.ptid,
                task.sid,
                task.vpgid,
                task.pgid,
                task.vtid,
                task.vpid,
                program.comm(),
                program.exe(),
                program.path(),
                List.of(program.args()),
                task.cwd,
                task.root,
                List.of(program.environment()),
                groups(task.cgroups),
                task.fdLimit,
                task.flags & ~OWN_NOTES,
                task.uid,
                task.gid,
                task.loginuid,
                task.vmSizeKb,
                task.vmRssKb,
                task.vmSwapKb,
                task.majorFaults,
                task.minorFaults,
                task.pidNamespaceStartNanos,
                task.tty,
                file.writable(),
                file.upperLayer(),
                file.lowerLayer(),
                file.fromMemfd(),
                file.inode(),
                file.ctimeNanos(),
                file.mtimeNanos(),
                task.inheritable,
                task.permitted,
                task.effective));
    }

    private static List<String> groups(Cgroups cgroups) {
        var groups = new String[cgroups.size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = cgroups.subsystem(i) + "=" + cgroups.path(i);
        }
        return List.of(groups);
    }

    private void descriptors(Task task) {
        boolean shares = (task.flags & Task.CLONE_FILES) != 0;
        if (task.isStranger() || task.hasEnded() || shares || task.ownDescriptors == null) {
            return;
        }
        task.ownDescriptors.forEach(descriptor -> {
            if (hasPlace(descriptor)) {
                to.descriptor(entry(task, descriptor));
            }
        });
    }

    private static boolean hasPlace(Descriptor descriptor) {
        return switch (descriptor.kind) {
            case UNKNOWN -> false;
            case IPV4_SOCKET, IPV6_SOCKET -> descriptor.sourceAddress != null && descriptor.destinationAddress != null;
            case IPV4_SERVER, IPV6_SERVER -> descriptor.destinationAddress != null;
            default -> true;
        };
    }

    /// The near end of a socket comes first; a reader finds out who is the server.
    private static DescriptorEntry entry(Task task, Descriptor of) {
        boolean nearIsDestination = of.kind.isServer() || of.kind.isConnection() && of.isServer();
        return new DescriptorEntry(
                task.tid,
                of.number,
                of.inode,
                of.kind.code(),
                of.name,
                of.openFlags,
                of.device,
                of.transport.ordinal(),
                nearIsDestination ? of.destinationAddress : of.sourceAddress,
                nearIsDestination ? of.destinationPort : of.sourcePort,
                nearIsDestination ? of.sourceAddress : of.destinationAddress,
                nearIsDestination ? of.sourcePort : of.destinationPort,
                of.unixSource,
                of.unixDestination);
    }
}
