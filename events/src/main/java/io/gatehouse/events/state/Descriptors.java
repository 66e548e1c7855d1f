// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Descriptors that are no files: they are made, doubled, closed.
final class Descriptors {
    private static final int F_DUPFD = 1;
    private static final int F_SETFD = 3;
    private static final int F_DUPFD_CLOEXEC = 26;
    private static final int FD_CLOEXEC = 1;
    private static final int CLOSE_RANGE_CLOEXEC = 1 << 2;
    private static final int EPOLL_CLOEXEC = 1;

    private final Machine machine;

    Descriptors(Machine machine) {
        this.machine = machine;
    }

    // Made

    /// A parser for a call that returns a descriptor of this kind.
    Parser made(DescriptorKind kind) {
        return made(kind, -1);
    }

    /// As [#made(DescriptorKind)], of a call with open flags.
    Parser made(DescriptorKind kind, int flags) {
        return (event, scene) -> {
            if (Params.result(event) >= 0) {
                var descriptor = new Descriptor(kind, "");
                descriptor.openFlags = flags < 0 ? 0 : Params.flags(event, flags);
                add(scene, Params.result(event), descriptor);
            }
        };
    }

    void epoll(Event event, Scene scene) {
        if (Params.result(event) >= 0) {
            var descriptor = new Descriptor(DescriptorKind.EVENTPOLL, "");
            if ((Params.flags(event, 1) & EPOLL_CLOEXEC) != 0) {
                descriptor.closeOnExec();
            }
            add(scene, Params.result(event), descriptor);
        }
    }

    void memfd(Event event, Scene scene) {
        long number = Params.result(event);
        scene.task.lastDescriptor = number;
        if (number >= 0) {
            var descriptor = new Descriptor(DescriptorKind.MEMFD, Params.text(event, 1));
            descriptor.openFlags = Params.flags(event, 2);
            add(scene, number, descriptor);
        }
    }

    void pidfd(Event event, Scene scene) {
        if (Params.result(event) >= 0) {
            long pid = Params.signed(event, 1);
            var descriptor = new Descriptor(DescriptorKind.PIDFD, "/proc/" + pid);
            descriptor.openFlags = Params.flags(event, 2);
            descriptor.pid = pid;
            add(scene, Params.result(event), descriptor);
        }
    }

    void pipe(Event event, Scene scene) {
        pipe(event, scene, 0);
    }

    void pipe2(Event event, Scene scene) {
        pipe(event, scene, Params.flags(event, 4));
    }

    private void pipe(Event event, Scene scene, int flags) {
        if (Params.result(event) < 0) {
            return;
        }
        for (int end = 1; end <= 2; end++) {
            var descriptor = new Descriptor(DescriptorKind.PIPE, "");
            descriptor.inode = Params.unsigned(event, 3);
            descriptor.openFlags = flags;
            add(scene, Params.signed(event, end), descriptor);
        }
    }

    // Doubled

    void dup(Event event, Scene scene) {
        copy(event, scene, false);
    }

    void dup3(Event event, Scene scene) {
        copy(event, scene, (Params.flags(event, 3) & Descriptor.CLOSE_ON_EXEC) != 0);
    }

    private void copy(Event event, Scene scene, boolean closeOnExec) {
        long number = Params.result(event);
        if (number < 0 || scene.descriptor == null) {
            return;
        }
        if (number == 0) {
            scene.task.flags |= Task.PIPE_DESTINATION;
        } else if (number == 1) {
            scene.task.flags |= Task.PIPE_SOURCE;
        }
        addCopy(scene, number, scene.descriptor, closeOnExec);
    }

    void control(Event event, Scene scene) {
        if (Params.result(event) < 0 || scene.descriptor == null) {
            return;
        }
        switch (Params.flags(event, 2)) {
            case F_SETFD -> {
                var descriptor = scene.change();
                descriptor.keepOnExec();
                if ((Params.unsigned(event, 3) & FD_CLOEXEC) != 0) {
                    descriptor.closeOnExec();
                }
            }
            case F_DUPFD -> addCopy(scene, Params.result(event), scene.descriptor, false);
            case F_DUPFD_CLOEXEC -> addCopy(scene, Params.result(event), scene.descriptor, true);
            default -> {
                // changes nothing that is remembered
            }
        }
    }

    void fetched(Event event, Scene scene) {
        var pidfd = scene.task.descriptor(Params.signed(event, 1));
        if (pidfd == null || pidfd.kind != DescriptorKind.PIDFD || Params.result(event) < 0) {
            return;
        }
        var other = machine.task(pidfd.pid);
        var descriptor = other == null ? null : other.descriptor(Params.signed(event, 2));
        if (descriptor != null) {
            addCopy(scene, Params.result(event), descriptor, true);
        }
    }

    private void addCopy(Scene scene, long number, Descriptor of, boolean closeOnExec) {
        var copy = of.copy();
        copy.keepOnExec();
        if (closeOnExec) {
            copy.closeOnExec();
        }
        if (machine.open(scene.task, number, copy)) {
            scene.take(copy);
        }
    }

    private void add(Scene scene, long number, Descriptor descriptor) {
        if (machine.open(scene.task, number, descriptor)) {
            scene.takeNew(descriptor);
        }
    }

    // Closed

    void closed(Event event, Scene scene) {
        if (Params.result(event) >= 0 && scene.descriptor != null) {
            scene.machine().closeAfterwards(scene.task.tid, scene.task.lastDescriptor);
        }
    }

    void closedRange(Event event, Scene scene) {
        var table = scene.task.descriptors();
        if (Params.result(event) < 0 || table == null) {
            return;
        }
        long first = Params.unsigned(event, 1);
        long last = Params.unsigned(event, 2);
        boolean onExec = (Params.flags(event, 3) & CLOSE_RANGE_CLOEXEC) != 0;
        for (var descriptor : table.all()) {
            if (descriptor.number >= first && descriptor.number <= last) {
                if (onExec) {
                    scene.task.own(descriptor).closeOnExec();
                } else {
                    machine.close(table, descriptor.number);
                }
            }
        }
    }
}
