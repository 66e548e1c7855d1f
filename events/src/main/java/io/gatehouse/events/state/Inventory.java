// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.capture.AccountEntry;
import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.InterfaceEntry;
import io.gatehouse.events.capture.MachineEntry;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;
import io.gatehouse.events.state.Program.Executable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Takes in what was there before the first event: processes, their descriptors, accounts, interfaces.
public final class Inventory {
    /// A list that holds nothing but the NUL at its end.
    private static final List<String> NO_ARGS = List.of("");

    private final Machine machine;
    private final Set<Integer> serverPorts = new HashSet<>();
    private boolean open;

    Inventory(Machine machine) {
        this.machine = machine;
    }

    public void machine(MachineEntry entry) {
        machine.entry = entry;
        machine.bootNanos = entry.bootNanos();
        machine.hostName = entry.hostName().isEmpty() ? null : kept(entry.hostName());
    }

    public void networkInterface(InterfaceEntry entry) {
        if (machine.interfaceEntries.size() < Interfaces.MOST) {
            machine.interfaceEntries.add(entry);
        }
        switch (entry.address().length()) {
            case 4 -> machine.interfaces().addIpv4(entry.address(), entry.mask());
            case 16 -> machine.interfaces().addIpv6(entry.address());
            default -> {
                // of a kind that sockets of the internet do not use
            }
        }
    }

    public void account(AccountEntry entry) {
        switch (entry) {
            case AccountEntry.User user -> {
                if (!AccountNews.isDirective(user.name())) {
                    machine.accounts()
                            .add(
                                    "",
                                    new User(
                                            user.uid(),
                                            user.gid(),
                                            kept(user.name()),
                                            kept(user.home()),
                                            kept(user.shell())));
                }
            }
            case AccountEntry.Group group -> {
                if (!AccountNews.isDirective(group.name())) {
                    machine.accounts().add("", new Group(group.gid(), kept(group.name())));
                }
            }
        }
    }

    private String kept(String text) {
        return machine.kept(text);
    }

    public void process(ProcessEntry entry) {
        begin();
        enter(entry);
    }

    /// Until [#close], who belongs to whom is left open.
    void begin() {
        open = true;
    }

    /// Null if there is no room.
    Task enter(ProcessEntry entry) {
        var task = machine.newTask(entry.tid());
        if (task == null) {
            return null;
        }
        task.pid = entry.pid();
        task.ptid = entry.ptid();
        task.sid = entry.sid();
        task.vpgid = entry.vpgid();
        task.pgid = entry.pgid();
        task.vtid = entry.vtid();
        task.vpid = entry.vpid();
        task.flags |= (int) entry.flags() & ~Task.CLOSED | Task.ACTIVE;
        task.fdLimit = entry.fdLimit();
        task.uid = entry.uid() & Task.NO_ACCOUNT;
        task.gid = entry.gid() & Task.NO_ACCOUNT;
        task.loginuid = entry.loginUid() & Task.NO_ACCOUNT;
        task.permitted = entry.capPermitted();
        task.effective = entry.capEffective();
        task.inheritable = entry.capInheritable();
        task.tty = entry.tty();
        task.root = kept(entry.root());
        task.vmSizeKb = entry.vmSizeKb();
        task.vmRssKb = entry.vmRssKb();
        task.vmSwapKb = entry.vmSwapKb();
        task.majorFaults = entry.majorFaults();
        task.minorFaults = entry.minorFaults();
        task.pidNamespaceStartNanos = entry.pidNamespaceStartNanos();
        machine.run(task, program(entry));
        machine.join(task, Cgroups.of(entry.cgroups().toArray(String[]::new), Cgroups.NONE));
        if (task.isMainThread()) {
            task.changeDirectory(entry.cwd());
        }
        machine.meet(task);
        machine.enter(task);
        return task;
    }

    private Program program(ProcessEntry entry) {
        return new Program(
                kept(entry.comm()),
                kept(entry.exe()),
                kept(entry.exePath()),
                entry.args().equals(NO_ARGS) ? Program.NOTHING : entry.args().toArray(String[]::new),
                entry.env().toArray(String[]::new),
                new Executable(
                        entry.exeInode(),
                        entry.exeCtimeNanos(),
                        entry.exeMtimeNanos(),
                        entry.exeWritable(),
                        entry.exeUpperLayer(),
                        entry.exeLowerLayer(),
                        entry.exeFromMemfd()));
    }

    public void descriptor(DescriptorEntry entry) {
        open = true;
        var task = machine.task(entry.tid());
        var kind = DescriptorKind.ofCode(entry.kind()).orElse(null);
        if (task == null || kind == null) {
            return;
        }
        var descriptor = new Descriptor(kind, entry.name());
        descriptor.inode = entry.inode();
        switch (kind) {
            case IPV4_SOCKET, IPV6_SOCKET -> connection(descriptor, entry);
            case IPV4_SERVER, IPV6_SERVER -> server(descriptor, entry);
            case UNIX_SOCKET -> {
                descriptor.unixSource = entry.source();
                descriptor.unixDestination = entry.destination();
                descriptor.mark(entry.name().isEmpty() ? Descriptor.CLIENT : Descriptor.SERVER);
            }
            case FILE_V2 -> {
                descriptor.openFlags = (int) entry.openFlags();
                descriptor.device = (int) entry.device();
            }
            default -> {
                // has a name only
            }
        }
        machine.put(task.own(), entry.number(), descriptor);
    }

    private void connection(Descriptor descriptor, DescriptorEntry entry) {
        var source = entry.sourceAddress();
        var destination = entry.destinationAddress();
        boolean mapped = Addresses.isMapped(source) && Addresses.isMapped(destination);
        descriptor.becomeConnection(mapped ? DescriptorKind.IPV4_SOCKET : descriptor.kind);
        descriptor.sourceAddress = mapped ? source.substring(12) : source;
        descriptor.sourcePort = entry.sourcePort();
        descriptor.destinationAddress = mapped ? destination.substring(12) : destination;
        descriptor.destinationPort = entry.destinationPort();
        descriptor.transport = Transport.ofCode(entry.protocol());
        if (descriptor.transport == Transport.TCP) {
            descriptor.becomeConnected();
        }
        if (descriptor.kind == DescriptorKind.IPV4_SOCKET) {
            machine.interfaces().complete(descriptor);
        }
        nameByEnds(descriptor);
    }

    private static void nameByEnds(Descriptor descriptor) {
        descriptor.name = Addresses.tuple(
                descriptor.sourceAddress,
                descriptor.sourcePort,
                descriptor.destinationAddress,
                descriptor.destinationPort);
    }

    private void server(Descriptor descriptor, DescriptorEntry entry) {
        descriptor.destinationAddress = entry.sourceAddress();
        descriptor.destinationPort = entry.sourcePort();
        descriptor.transport = Transport.ofCode(entry.protocol());
        descriptor.name = Addresses.endpoint(descriptor.destinationAddress, descriptor.destinationPort);
        serverPorts.add(descriptor.destinationPort);
    }

    /// When all is told: who belongs to whom, and which end of a connection is the server's.
    void close() {
        if (!open) {
            return;
        }
        open = false;
        for (var task : machine.allTasks()) {
            machine.relate(task);
            if (task.ownDescriptors != null) {
                task.ownDescriptors.forEach(this::giveRole);
            }
        }
    }

    private void giveRole(Descriptor descriptor) {
        if (descriptor.kind != DescriptorKind.IPV4_SOCKET || descriptor.hasRole()) {
            return;
        }
        if (serverPorts.contains(descriptor.sourcePort)) {
            descriptor.swapEnds();
            nameByEnds(descriptor);
            descriptor.mark(Descriptor.SERVER);
        } else {
            descriptor.mark(Descriptor.CLIENT);
        }
    }
}
