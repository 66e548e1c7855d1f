// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Descriptor;
import io.gatehouse.events.state.Scene;
import java.util.function.Predicate;

/// How a call went: what it returned, whether it read or wrote, how it opened a file.
final class CallFields {
    private static final int READ_ONLY = 1;
    private static final int WRITE_ONLY = 1 << 1;
    private static final int CREATE = 1 << 2;
    private static final int TEMPORARY = 1 << 13;
    private static final int WAS_CREATED = 1 << 14;
    private static final int ANYONE_MAY_EXECUTE = 0111;

    private static final boolean[] OPENS_BY_HANDLE = KindFacts.ends("open_by_handle_at");
    private static final boolean[] CREATES = KindFacts.ends("creat");
    private static final int[] FLAGS = KindFacts.places("flags");
    private static final int[] MODE = KindFacts.places("mode");
    private static final int[] DATA = KindFacts.places("data");

    private CallFields() {}

    static void into(FieldTable table) {
        table.text("evt.res", CallFields::result)
                .number("evt.rawres", scene -> returns(scene) ? returned(scene.event()) : MISSING)
                .number("evt.failed", CallFields::failed)
                .number("evt.is_io", scene -> truth(reads(scene) || writes(scene)))
                .number("evt.is_io_read", scene -> truth(reads(scene)))
                .number("evt.is_io_write", scene -> truth(writes(scene)))
                .text("evt.io_dir", scene -> writes(scene) ? "write" : reads(scene) ? "read" : null)
                .number(
                        "evt.is_wait",
                        scene -> truth(KindFacts.WAITS[scene.event().code()]))
                .number("evt.is_syslog", scene -> truth(isSystemLog(scene)))
                .text("evt.buffer", CallFields::buffer)
                .number("evt.buflen", CallFields::bufferLength)
                .number("evt.count", scene -> 1)
                .number("evt.count.error", CallFields::failed)
                .number("evt.count.error.file", scene -> failedIf(scene, CallFields::isFile, KindFacts.OPENS))
                .number("evt.count.error.net", scene -> failedIf(scene, CallFields::isNet, KindFacts.CONNECTS))
                .number(
                        "evt.count.error.memory",
                        scene -> KindFacts.IS_MEMORY[scene.event().code()] ? failed(scene) : MISSING)
                .number("evt.count.error.other", CallFields::failedOtherwise)
                .number(
                        "evt.count.exit",
                        scene -> KindFacts.IS_EXIT[scene.event().code()] ? 1 : MISSING)
                .number("evt.is_open_read", scene -> truth((openFlags(scene.event()) & READ_ONLY) != 0))
                .number("evt.is_open_write", scene -> truth((openFlags(scene.event()) & WRITE_ONLY) != 0))
                .number("evt.is_open_exec", scene -> truth(opensExecutable(scene.event())))
                .number("evt.is_open_create", scene -> truth(opensNew(scene.event())))
                .text("evt.dir", scene -> KindFacts.IS_EXIT[scene.event().code()] ? "<" : ">")
                .number("evt.latency", _ -> 0)
                .number("evt.latency.s", _ -> 0)
                .number("evt.latency.ns", _ -> 0)
                .number("evt.latency.quantized", _ -> 0)
                .text("evt.latency.human", _ -> "0ns")
                .number("evt.wait_latency", _ -> 0);
    }

    private static long truth(boolean holds) {
        return holds ? 1 : 0;
    }

    private static boolean reads(Scene scene) {
        return KindFacts.READS[scene.event().code()];
    }

    private static boolean writes(Scene scene) {
        return KindFacts.WRITES[scene.event().code()];
    }

    static boolean returns(Scene scene) {
        return KindFacts.RETURNS[scene.event().code()] && scene.event().paramCount() > 0;
    }

    /// The first parameter, whatever it is called, if it has the size of one; else 0.
    static long returned(Event event) {
        int length = event.length(0);
        if (length != Integer.BYTES && length != Long.BYTES) {
            return 0;
        }
        long value = event.number(0);
        return length == Integer.BYTES ? (int) value : value;
    }

    private static String result(Scene scene) {
        if (!returns(scene)) {
            return null;
        }
        long result = returned(scene.event());
        if (result >= 0) {
            return "SUCCESS";
        }
        if (result == Directories.WORKING_DIRECTORY
                && scene.event().type().params().getFirst().name().equals("fd")) {
            return "AT_FDCWD";
        }
        var name = Errno.nameOf(result);
        return name.isEmpty() ? Long.toString(result) : name;
    }

    private static long failed(Scene scene) {
        return returns(scene) ? truth(returned(scene.event()) < 0) : MISSING;
    }

    private static boolean isFile(Descriptor descriptor) {
        return switch (descriptor.kind()) {
            case FILE, FILE_V2, DIRECTORY -> true;
            default -> false;
        };
    }

    private static boolean isNet(Descriptor descriptor) {
        return switch (descriptor.kind()) {
            case IPV4_SOCKET, IPV6_SOCKET, IPV4_SERVER, IPV6_SERVER, UNIX_SOCKET -> true;
            default -> false;
        };
    }

    /// Of calls with such a descriptor; of those that failed to make one.
    private static long failedIf(Scene scene, Predicate<Descriptor> fits, boolean[] makes) {
        var descriptor = scene.descriptor();
        boolean counts = descriptor == null ? makes[scene.event().code()] : fits.test(descriptor);
        return counts ? failed(scene) : MISSING;
    }

    private static long failedOtherwise(Scene scene) {
        var descriptor = scene.descriptor();
        int code = scene.event().code();
        boolean counted = descriptor == null
                ? KindFacts.OPENS[code] || KindFacts.CONNECTS[code] || KindFacts.IS_MEMORY[code]
                : isFile(descriptor) || isNet(descriptor);
        return counted ? MISSING : failed(scene);
    }

    private static boolean isSystemLog(Scene scene) {
        return writes(scene)
                && scene.descriptor() != null
                && scene.descriptor().name().contains("/dev/log");
    }

    private static String buffer(Scene scene) {
        var event = scene.event();
        int place = DATA[event.code()];
        if (place < 0 || place >= event.paramCount()) {
            return null;
        }
        var data = event.raw(place);
        return data == null ? "" : data;
    }

    private static long bufferLength(Scene scene) {
        int code = scene.event().code();
        if (!KindFacts.IS_IO[code] || scene.descriptor() == null || !returns(scene)) {
            return MISSING;
        }
        long result = returned(scene.event());
        return result < 0 ? MISSING : result;
    }

    /// How a file is opened, in the values of capture files; 0 for all other events, and for creat, which Falco does
    /// not count among those that open for writing.
    private static long openFlags(Event event) {
        int code = event.code();
        if (!KindFacts.OPENS[code] || CREATES[code]) {
            return 0;
        }
        long flags = event.number(FLAGS[code]);
        return flags == MISSING ? 0 : flags;
    }

    private static boolean opensNew(Event event) {
        long flags = openFlags(event);
        return (flags & WAS_CREATED) != 0 || (flags & TEMPORARY) != 0 && returned(event) >= 0;
    }

    private static boolean opensExecutable(Event event) {
        int code = event.code();
        boolean makesFile = CREATES[code] || (openFlags(event) & (TEMPORARY | CREATE)) != 0 && !OPENS_BY_HANDLE[code];
        long mode = makesFile ? event.number(MODE[code]) : MISSING;
        return mode != MISSING && (mode & ANYONE_MAY_EXECUTE) != 0;
    }
}
