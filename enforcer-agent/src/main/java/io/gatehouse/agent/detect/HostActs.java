// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.enforce.HostCalls;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.events.Act;
import io.gatehouse.events.KernelEvent;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Says in words what an act that reaches out of its container was about: the call, the namespaces, the command.
final class HostActs {
    /// include/uapi/linux/sched.h
    private static final Map<Integer, String> NAMESPACES = new TreeMap<>(Map.of(
            0x00000080, "time",
            0x00020000, "mount",
            0x02000000, "cgroup",
            0x04000000, "uts",
            0x08000000, "ipc",
            0x10000000, "user",
            0x20000000, "pid",
            0x40000000, "net"));

    private HostActs() {}

    /// The act with its object; empty where the event is about a file like any other.
    static Optional<String> object(KernelEvent event, RuntimeRule rule) {
        if (rule == RuntimeRule.SELF) {
            return Optional.of(ofTheAgent(event) + call(event));
        }
        return switch (event.act()) {
            case MOUNT, UNMOUNT ->
                Optional.of(event.act().words()
                        + (event.path().isEmpty() ? " a file system" : " " + event.path())
                        + call(event));
            case NAMESPACE ->
                Optional.of(event.act().words() + namespaces(event.detail().number()) + call(event));
            case MODULE -> Optional.of(event.act().words() + module(event) + call(event));
            case BPF, IO_URING -> Optional.of(event.act().words() + call(event));
            default -> Optional.empty();
        };
    }

    private static String ofTheAgent(KernelEvent event) {
        int number = event.detail().number();
        return switch (event.act()) {
            case SIGNAL -> "signal " + number + " to the agent";
            case TRACE -> "tracing of the agent, or a look into its memory and files";
            default -> {
                var with = Act.ofCode(number).map(act -> ": " + act.words()).orElse("");
                yield event.act().words() + " what is the agent's" + with
                        + (event.path().isEmpty() ? "" : " " + event.path());
            }
        };
    }

    private static String namespaces(int flags) {
        var names = new ArrayList<String>();
        NAMESPACES.forEach((flag, name) -> {
            if ((flags & flag) != 0) {
                names.add(name);
            }
        });
        return names.isEmpty() ? "" : " " + String.join(" ", names);
    }

    /// What is asked for by name has no place in the tree of files; its name stands where a path would.
    private static String module(KernelEvent event) {
        if (event.path().isEmpty()) {
            return "";
        }
        return " " + (event.detail().number() == 0 ? event.path().substring(1) : event.path());
    }

    private static String call(KernelEvent event) {
        var name = HostCalls.name(event.syscall());
        if (event.act() == Act.BPF && name.equals(Optional.of("bpf"))) {
            return " (command " + event.detail().number() + ")";
        }
        return name.map(n -> " (" + n + ")").orElse("");
    }
}
