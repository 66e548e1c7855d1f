// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.FileFacts;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.act.RecordedAct.Breach;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.policy.RuntimeSection;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a record of the kernel says, in the words of a recording.
final class ActFacts {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;

    private static final Set<Act> WRITES = EnumSet.of(
            Act.OPEN_FOR_WRITING,
            Act.CREATE,
            Act.MAKE_DIRECTORY,
            Act.REMOVE,
            Act.REMOVE_DIRECTORY,
            Act.RENAME,
            Act.LINK,
            Act.SYMBOLIC_LINK,
            Act.CHANGE_MODE,
            Act.CHANGE_OWNER,
            Act.TRUNCATE,
            Act.SET_ATTRIBUTE,
            Act.NAMED_CHANGE);

    /// include/uapi/linux/sched.h
    private static final Map<Integer, String> NAMESPACES = new TreeMap<>(Map.of(
            0x00000080, "time",
            0x00020000, "mnt",
            0x02000000, "cgroup",
            0x04000000, "uts",
            0x08000000, "ipc",
            0x10000000, "user",
            0x20000000, "pid",
            0x40000000, "net"));

    private ActFacts() {}

    static String word(Act act) {
        return act.name().toLowerCase(Locale.ROOT);
    }

    static String word(Backend backend) {
        return backend.name().toLowerCase(Locale.ROOT);
    }

    /// The rules that can have something to say: those that were breached, and those that follow from the act itself,
    /// whether or not a policy asked them.
    static List<String> rules(KernelEvent event) {
        var rules = EnumSet.noneOf(RuntimeRule.class);
        for (var rule : RuntimeRule.values()) {
            if (rule.ordinal() < event.violated().size() && event.violated().get(rule.ordinal()) != 0) {
                rules.add(rule);
            }
        }
        rules.addAll(rules(event.act(), event.file()));
        rules.remove(RuntimeRule.SELF);
        return rules.stream().map(RuntimeRule::text).toList();
    }

    static Set<RuntimeRule> rules(Act act, FileFacts file) {
        var rules = EnumSet.noneOf(RuntimeRule.class);
        boolean ofImage = file.root() && file.overlay() && !file.upper() && !file.unlinked();
        switch (act) {
            case EXEC -> {
                rules.add(RuntimeRule.PROCESS_ALLOW);
                rules.add(RuntimeRule.PROCESS_FORBID);
                if (!ofImage) {
                    rules.add(RuntimeRule.PROCESS_FROM_IMAGE);
                }
            }
            case MAP_EXECUTABLE -> {
                if (!ofImage) {
                    rules.add(RuntimeRule.PROCESS_FROM_IMAGE);
                }
            }
            case OPEN_FOR_READING -> rules.add(RuntimeRule.READ_FORBID);
            case EXECUTABLE_MEMORY -> rules.add(RuntimeRule.MEMORY);
            case MOUNT, UNMOUNT -> rules.add(RuntimeRule.MOUNTS);
            case NAMESPACE -> rules.add(RuntimeRule.NAMESPACES);
            case TRACE -> rules.add(RuntimeRule.PTRACE);
            case CAPABILITY -> rules.add(RuntimeRule.CAPABILITIES);
            case MODULE -> rules.add(RuntimeRule.MODULES);
            case BPF -> rules.add(RuntimeRule.BPF);
            case IO_URING -> rules.add(RuntimeRule.IO_URING);
            case DEVICE -> rules.add(RuntimeRule.DEVICES);
            case CONNECT -> rules.add(RuntimeRule.CONNECT);
            case BIND -> rules.add(RuntimeRule.BIND);
            case LISTEN -> rules.add(RuntimeRule.LISTEN);
            default -> {
                if (WRITES.contains(act)) {
                    rules.add(RuntimeRule.WRITE_FORBID);
                    if (file.root()) {
                        rules.add(RuntimeRule.WRITE_ROOT);
                    }
                }
            }
        }
        return rules;
    }

    static Optional<RecordedFile> file(KernelEvent event) {
        return isOfFile(event.act()) ? Optional.of(file(event.file())) : Optional.empty();
    }

    static RecordedFile file(FileFacts file) {
        return new RecordedFile(
                file.dev(), file.ino(), file.generation(), file.overlay(), file.upper(), file.root(), file.unlinked());
    }

    private static boolean isOfFile(Act act) {
        return WRITES.contains(act)
                || act == Act.EXEC
                || act == Act.MAP_EXECUTABLE
                || act == Act.OPEN_FOR_READING
                || act == Act.DEVICE;
    }

    /// Absent where the act has no address that a list could name.
    static Optional<Endpoint> endpoint(KernelEvent event) {
        var detail = event.detail();
        boolean speaks = event.act() == Act.CONNECT || event.act() == Act.BIND || event.act() == Act.LISTEN;
        return speaks && !detail.address().isEmpty()
                ? Optional.of(new Endpoint(protocol(detail.protocol(), detail.type()), detail.address(), detail.port()))
                : Optional.empty();
    }

    private static String protocol(int protocol, int type) {
        if (protocol == TCP || protocol == 0 && type == SOCK_STREAM) {
            return "tcp";
        }
        return protocol == UDP || protocol == 0 && type == SOCK_DGRAM ? "udp" : Integer.toString(protocol);
    }

    static String detail(KernelEvent event, Governed governed) {
        int number = event.detail().number();
        return switch (event.act()) {
            case EXEC, STRANGER -> program(event, governed);
            case CAPABILITY -> "capability " + number;
            case NAMESPACE -> namespaces(number);
            case BPF -> "command " + number;
            case SIGNAL -> "signal " + number;
            case DEVICE -> number == 0 ? "" : "device " + (number >>> 20) + ":" + (number & 0xfffff);
            case SOCKET ->
                "family " + event.detail().family() + " type " + event.detail().type() + " protocol "
                        + event.detail().protocol();
            default -> "";
        };
    }

    private static String namespaces(int flags) {
        var words = new ArrayList<String>();
        NAMESPACES.forEach((bit, word) -> {
            if ((flags & bit) != 0) {
                words.add(word);
            }
        });
        return String.join(" ", words);
    }

    /// A shell, a package manager, or both as busybox is, where a policy that asks for one of them alone was breached.
    private static String program(KernelEvent event, Governed governed) {
        int violated = event.violated().get(RuntimeRule.PROCESS_FORBID.ordinal());
        var kinds = new TreeSet<String>();
        for (int bit = 0; bit < governed.policies().size(); bit++) {
            if ((violated & 1 << bit) == 0) {
                continue;
            }
            var asked = governed.policies().get(bit).runtime().flatMap(RuntimeSection::processes);
            boolean shells = asked.filter(RuntimeSection.Processes::denyShells).isPresent();
            boolean managers =
                    asked.filter(RuntimeSection.Processes::denyPackageManagers).isPresent();
            boolean named =
                    asked.filter(processes -> !processes.forbid().isEmpty()).isPresent();
            if (shells && !managers && !named) {
                kinds.add(ActJudge.SHELL);
            }
            if (managers && !shells && !named) {
                kinds.add(ActJudge.PACKAGE_MANAGER);
            }
        }
        return String.join(", ", kinds);
    }

    /// Once a program is in place its process has its name, so who asked for it is the parent.
    static String by(KernelEvent event) {
        if (event.act() != Act.EXEC) {
            return event.exe().isEmpty() ? event.actor().name() : event.exe();
        }
        var parents = event.actor().parents();
        return event.backend() == Backend.LSM || parents.isEmpty()
                ? event.actor().name()
                : parents.getFirst().name();
    }

    static ProcessFacts process(KernelEvent event) {
        var actor = event.actor();
        return new ProcessFacts(
                event.exe().isEmpty() ? actor.name() : event.exe(),
                event.args(),
                event.argsComplete(),
                actor.pid(),
                actor.uid(),
                actor.parents());
    }

    static List<Breach> breaches(KernelEvent event, Governed governed) {
        var breaches = new ArrayList<Breach>();
        for (var rule : RuntimeRule.values()) {
            int violated = event.violated().get(rule.ordinal());
            for (int bit = 0; bit < governed.policies().size(); bit++) {
                if ((violated & 1 << bit) != 0) {
                    breaches.add(new Breach(governed.policies().get(bit).name(), rule.text()));
                }
            }
        }
        return breaches;
    }
}
