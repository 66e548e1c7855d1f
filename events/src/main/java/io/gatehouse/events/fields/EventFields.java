// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.SyscallNames;

/// What every event has: number, type, category, source.
final class EventFields {
    private static final String[] CATEGORIES = categories();
    private static final String SOURCE = "syscall";

    private EventFields() {}

    static void into(FieldTable table) {
        table.number("evt.num", scene -> scene.event().number())
                .number("evt.cpu", scene -> (short) scene.event().cpu())
                .text("evt.type", EventFields::type)
                .asked("evt.type.is", EventFields::isType)
                .text("syscall.type", scene -> KindFacts.IS_CALL[scene.event().code()] ? type(scene) : null)
                .text("evt.category", EventFields::category)
                .text("evt.source", scene -> SOURCE)
                .number("evt.is_async", scene -> KindFacts.IS_META[scene.event().code()] ? 1 : 0)
                .text("evt.asynctype", scene -> KindFacts.IS_META[scene.event().code()] ? type(scene) : null)
                .text("evt.hostname", scene -> scene.machine().hostName())
                .never("evt.pluginname", "evt.plugininfo");
    }

    /// The name of the type; for a call or a message that has no type of its own, its own name.
    static String type(Scene scene) {
        var event = scene.event();
        int code = event.code();
        if (code == KindFacts.GENERIC) {
            return SyscallNames.of(event.number(0), event.number(1));
        }
        if (code == KindFacts.ASYNCHRONOUS) {
            var name = event.text(1);
            return name == null ? "<NA>" : name;
        }
        return event.type().name();
    }

    /// By name; by code, if it is a number.
    private static Reader.OfNumber<Scene> isType(String argument) {
        var wanted = new boolean[EventTable.current().size()];
        for (var type : EventTable.current().all()) {
            wanted[type.code()] = type.name().equals(argument)
                    || Integer.toString(type.code()).equals(argument);
        }
        return scene -> wanted[scene.event().code()] ? 1 : 0;
    }

    private static String[] categories() {
        return EventTable.current().all().stream()
                .map(type -> type.category().equals("ipc") ? "IPC" : type.category())
                .toArray(String[]::new);
    }

    /// Reading and writing is told by what is read and written.
    private static String category(Scene scene) {
        int code = scene.event().code();
        if (!KindFacts.IS_IO[code]) {
            return CATEGORIES[code];
        }
        var descriptor = scene.descriptor();
        if (descriptor == null) {
            return "unknown";
        }
        return switch (descriptor.kind()) {
            case FILE, FILE_V2, DIRECTORY -> "file";
            case IPV4_SOCKET, IPV6_SOCKET, IPV4_SERVER, IPV6_SERVER -> "net";
            case PIPE, UNIX_SOCKET, EVENT, SIGNALFD, INOTIFY, USERFAULTFD -> "ipc";
            case UNKNOWN, UNSUPPORTED, EVENTPOLL, TIMERFD, NETLINK, BPF, IO_URING, MEMFD, PIDFD -> "unknown";
        };
    }
}
