// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.Event;
import io.gatehouse.events.state.Descriptor;
import io.gatehouse.events.state.DescriptorKind;
import io.gatehouse.events.state.Paths;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.ToLongFunction;

/// The descriptor that a call works on: number, kind, names, inode.
final class DescriptorFields {
    private static final String[] LETTERS_BEFORE = letters();
    private static final boolean[] NAMES_PATH = KindFacts.ends("open", "creat", "accept", "accept4", "connect");
    private static final boolean[] NAMES_PATH_AT = KindFacts.ends("openat", "openat2");
    private static final boolean[] NAMES_PATH_BY_HANDLE = KindFacts.ends("open_by_handle_at");

    private DescriptorFields() {}

    static void into(FieldTable table, ArgumentPrinter printer) {
        table.number("fd.num", scene -> Descriptors.concerns(scene) ? scene.descriptorNumber() : MISSING)
                .text("fd.type", DescriptorFields::type)
                .own("fd.types", Types::new, DescriptorFields::typeOf)
                .text("fd.typechar", DescriptorFields::letter)
                .text("fd.name", scene -> name(scene, printer))
                .text("fd.nameraw", scene -> rawName(scene, printer))
                .text("fd.directory", scene -> directory(scene, printer))
                .text("fd.filename", DescriptorFields::fileName)
                .text("fd.containername", scene -> inContainer(scene, name(scene, printer)))
                .text("fd.containerdirectory", scene -> inContainer(scene, directory(scene, printer)))
                .text("fd.uid", DescriptorFields::threadAndNumber)
                .number(
                        "fd.name_changed",
                        scene -> Descriptors.of(scene) == null ? MISSING : scene.nameChanged() ? 1 : 0)
                .number("fd.dev", number(Descriptor::device))
                .number("fd.dev.major", number(descriptor -> (descriptor.device() & 0xfff00) >> 8))
                .number(
                        "fd.dev.minor",
                        number(descriptor -> descriptor.device() & 0xff | descriptor.device() >>> 12 & 0xfff00))
                .number("fd.ino", number(Descriptor::inode))
                .number("fd.is_upper_layer", number(descriptor -> descriptor.isUpperLayer() ? 1 : 0))
                .number("fd.is_lower_layer", number(descriptor -> descriptor.isLowerLayer() ? 1 : 0));
    }

    private static Reader.OfNumber<Scene> number(ToLongFunction<Descriptor> answer) {
        return scene -> {
            var descriptor = Descriptors.of(scene);
            return descriptor == null ? MISSING : answer.applyAsLong(descriptor);
        };
    }

    private static String type(Scene scene) {
        var descriptor = Descriptors.of(scene);
        return descriptor == null ? null : descriptor.kind().word();
    }

    /// Of one descriptor by number, whatever the event is about.
    private static Reader.OfTexts<Scene> typeOf(String argument) {
        int number = ProcessFields.index(argument);
        return scene -> {
            var descriptor = Descriptors.concerns(scene) ? scene.task().descriptor(number) : null;
            return descriptor == null ? null : new String[] {descriptor.kind().word()};
        };
    }

    /// The kinds of all open descriptors, each once, in order of first appearance.
    private static final class Types implements Reader.OfTexts<Scene> {
        @Override
        public String[] read(Scene scene) {
            var descriptors = Descriptors.concerns(scene) ? scene.task().descriptors() : null;
            if (descriptors == null) {
                return null;
            }
            Set<String> types = new LinkedHashSet<>();
            descriptors.forEach(descriptor -> types.add(descriptor.kind().word()));
            return types.toArray(String[]::new);
        }
    }

    /// Without a descriptor, what the call would have made.
    private static String letter(Scene scene) {
        if (!Descriptors.concerns(scene)) {
            return null;
        }
        var descriptor = Descriptors.of(scene);
        return descriptor == null
                ? LETTERS_BEFORE[scene.event().code()]
                : descriptor.kind().letter();
    }

    private static String[] letters() {
        return EventTable.current().all().stream()
                .map(EventType::name)
                .map(name -> switch (name) {
                    case "openat", "openat2", "creat" -> DescriptorKind.FILE.letter();
                    case "socket", "accept", "accept4" -> DescriptorKind.IPV4_SOCKET.letter();
                    case "pipe", "pipe2" -> DescriptorKind.PIPE.letter();
                    case "eventfd", "eventfd2" -> DescriptorKind.EVENT.letter();
                    case "signalfd", "signalfd4" -> DescriptorKind.SIGNALFD.letter();
                    case "timerfd_create" -> DescriptorKind.TIMERFD.letter();
                    case "inotify_init", "inotify_init1" -> DescriptorKind.INOTIFY.letter();
                    default -> DescriptorKind.UNKNOWN.letter();
                })
                .toArray(String[]::new);
    }

    /// Of a call that failed to make a descriptor: what it asked for.
    private static String name(Scene scene, ArgumentPrinter printer) {
        if (!Descriptors.concerns(scene)) {
            return null;
        }
        var descriptor = Descriptors.of(scene);
        return descriptor == null ? asked(scene, printer, false) : descriptor.name();
    }

    private static String rawName(Scene scene, ArgumentPrinter printer) {
        if (!Descriptors.concerns(scene)) {
            return null;
        }
        var descriptor = Descriptors.of(scene);
        var name = descriptor == null ? asked(scene, printer, true) : descriptor.rawName();
        return name == null ? null : withSingleSlashes(name);
    }

    /// What the event itself says; empty if it says nothing of a name.
    private static String asked(Scene scene, ArgumentPrinter printer, boolean asWritten) {
        var event = scene.event();
        int code = event.code();
        if (!KindFacts.IS_EXIT[code]) {
            return null;
        }
        if (NAMES_PATH[code] && event.paramCount() > 1) {
            return printer.best(scene, 1);
        }
        if (NAMES_PATH_BY_HANDLE[code]) {
            var path = event.text(3);
            return path == null ? "<NA>" : path;
        }
        return NAMES_PATH_AT[code] ? askedAt(scene, event, asWritten) : "";
    }

    private static String askedAt(Scene scene, Event event, boolean asWritten) {
        var path = event.text(2);
        if (path == null || asWritten) {
            return path;
        }
        if (Directories.isAbsolute(path)) {
            return Paths.join("", path);
        }
        long directory = event.number(1);
        if (directory == MISSING) {
            return null;
        }
        return Paths.join(Directories.orUnknown(scene.task(), directory), path);
    }

    private static String withSingleSlashes(String name) {
        if (!name.contains("//")) {
            return name;
        }
        var single = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) != '/' || i == 0 || name.charAt(i - 1) != '/') {
                single.append(name.charAt(i));
            }
        }
        return single.toString();
    }

    private static String directory(Scene scene, ArgumentPrinter printer) {
        if (!Descriptors.concerns(scene)) {
            return null;
        }
        var descriptor = Descriptors.of(scene);
        if (descriptor == null) {
            var name = asked(scene, printer, false);
            return name == null ? null : directory(name);
        }
        return switch (descriptor.kind()) {
            case FILE, FILE_V2 ->
                endsInSlash(descriptor.name()) ? directory(descriptor.name()) : descriptor.directory();
            case DIRECTORY -> descriptor.name();
            default -> null;
        };
    }

    /// Without the last part; a path that ends in a slash is a directory already.
    private static String directory(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : slash == path.length() - 1 ? path : path.substring(0, slash);
    }

    private static boolean endsInSlash(String path) {
        return !path.isEmpty() && path.charAt(path.length() - 1) == '/';
    }

    /// Falco gives `/` for a name without one.
    private static String fileName(Scene scene) {
        var descriptor = Descriptors.of(scene);
        if (descriptor == null || !descriptor.kind().isFile()) {
            return null;
        }
        var name = descriptor.fileName();
        return name == null ? "/" : name.isEmpty() ? descriptor.name() : name;
    }

    private static String inContainer(Scene scene, String name) {
        return name == null ? null : scene.task().containerId() + ':' + name;
    }

    private static String threadAndNumber(Scene scene) {
        return Descriptors.concerns(scene) ? "" + scene.task().tid() + scene.descriptorNumber() : null;
    }
}
