// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.FileFacts;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.events.KernelEvent.Actor;
import io.gatehouse.events.KernelEvent.Detail;
import io.gatehouse.schemas.alert.Alert.Ancestor;
import io.gatehouse.schemas.alert.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Reads `struct gh_event`. Copies everything: the record's memory goes back to the kernel after the call.
public final class EventDecoder {
    private static final int OVERLAY = 0x0001;
    private static final int UPPER = 0x0002;
    private static final int ROOT = 0x0004;
    private static final int UNLINKED = 0x0008;
    private static final int PATH_CUT = 0x0010;
    private static final int ARGS_CUT = 0x0020;
    private static final int ARGS_UNREAD = 0x0040;
    private static final int HOST_MOUNTS = 0x0080;

    // include/linux/socket.h
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final Verdict[] VERDICTS = Verdict.values();

    private EventDecoder() {}

    /// Empty where the record is not one that this agent knows: of another size or with an unknown code.
    public static Optional<KernelEvent> decode(ByteBuffer data, int at, int length) {
        if (length < Wire.Event.SIZE) {
            return Optional.empty();
        }
        var act = Act.ofCode(Short.toUnsignedInt(data.getShort(at + Wire.Event.ACT)));
        int verdict = data.get(at + Wire.Event.VERDICT);
        if (act.isEmpty() || verdict < 0 || verdict >= VERDICTS.length) {
            return Optional.empty();
        }
        int facts = Short.toUnsignedInt(data.getShort(at + Wire.Event.FACTS));
        var path = path(data, at + Wire.Event.PATH, data.getInt(at + Wire.Event.PATH_LEN));
        var exe = path(data, at + Wire.Event.EXE, data.getInt(at + Wire.Event.EXE_LEN));
        var words = words(data, at + Wire.Event.ARGS, data.getInt(at + Wire.Event.ARGS_LEN), Wire.ARGS_CAPACITY);
        boolean named = act.get() == Act.NAMED_CHANGE;
        return Optional.of(new KernelEvent(
                data.getLong(at + Wire.Event.TIME_NS),
                act.get(),
                VERDICTS[verdict],
                backend(data.get(at + Wire.Event.BACKEND)),
                data.getLong(at + Wire.Event.SCOPE),
                data.getInt(at + Wire.Event.SLOT),
                data.getInt(at + Wire.Event.RULES),
                violated(data, at),
                detail(data, at + Wire.Event.DETAIL),
                actor(data, at),
                file(data, at, facts),
                (facts & HOST_MOUNTS) != 0,
                path,
                (facts & PATH_CUT) == 0,
                act.get() == Act.EXEC || act.get() == Act.STRANGER ? path : exe,
                named ? List.of() : words,
                (facts & (ARGS_CUT | ARGS_UNREAD)) == 0,
                named && !words.isEmpty() ? words.getFirst() : "",
                data.getInt(at + Wire.Event.SYSCALL)));
    }

    private static Backend backend(int code) {
        return switch (code) {
            case 1 -> Backend.LSM;
            case 3 -> Backend.CGROUP;
            default -> Backend.TRACEPOINT;
        };
    }

    private static List<Integer> violated(ByteBuffer data, int at) {
        var masks = new ArrayList<>(Collections.nCopies(Wire.RULE_COUNT, 0));
        int count = Math.clamp(data.getInt(at + Wire.Event.VIOLATION_COUNT), 0, Wire.Violation.MAX);
        for (int i = 0; i < count; i++) {
            int violation = at + Wire.Event.VIOLATIONS + i * Wire.Violation.SIZE;
            int rule = data.getInt(violation + Wire.Violation.RULE);
            if (rule >= 0 && rule < Wire.RULE_COUNT) {
                masks.set(rule, data.getInt(violation + Wire.Violation.POLICIES));
            }
        }
        return masks;
    }

    private static Detail detail(ByteBuffer data, int at) {
        int family = Short.toUnsignedInt(data.getShort(at + Wire.Detail.FAMILY));
        int number = data.getInt(at + Wire.Detail.NUMBER);
        if (family == 0) {
            return number == 0 ? Detail.NONE : new Detail(number, 0, 0, "", 0, 0);
        }
        return new Detail(
                number,
                family,
                Short.toUnsignedInt(data.getShort(at + Wire.Detail.PORT)),
                address(data, at + Wire.Detail.ADDRESS, family),
                Short.toUnsignedInt(data.getShort(at + Wire.Detail.TYPE)),
                Short.toUnsignedInt(data.getShort(at + Wire.Detail.PROTOCOL)));
    }

    private static String address(ByteBuffer data, int at, int family) {
        if (family != AF_INET && family != AF_INET6) {
            return "";
        }
        var bytes = new byte[family == AF_INET ? 4 : 16];
        data.get(at, bytes);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // of another length than 4 and 16
        }
    }

    private static Actor actor(ByteBuffer data, int at) {
        int count = Math.min(data.get(at + Wire.Event.ANCESTOR_COUNT), Wire.ANCESTORS);
        var parents = new ArrayList<Ancestor>(Math.max(0, count));
        for (int i = 0; i < count; i++) {
            int ancestor = at + Wire.Event.ANCESTORS + i * Wire.Ancestor.SIZE;
            parents.add(new Ancestor(
                    text(data, ancestor + Wire.Ancestor.COMM, Wire.COMM),
                    Integer.toUnsignedLong(data.getInt(ancestor + Wire.Ancestor.TGID))));
        }
        return new Actor(
                data.getInt(at + Wire.Event.TGID),
                data.getLong(at + Wire.Event.START_NS),
                data.getInt(at + Wire.Event.TID),
                Integer.toUnsignedLong(data.getInt(at + Wire.Event.UID)),
                Integer.toUnsignedLong(data.getInt(at + Wire.Event.GID)),
                text(data, at + Wire.Event.COMM, Wire.COMM),
                parents);
    }

    private static FileFacts file(ByteBuffer data, int at, int facts) {
        return new FileFacts(
                data.getInt(at + Wire.Event.DEV),
                data.getLong(at + Wire.Event.INO),
                data.getInt(at + Wire.Event.GENERATION),
                (facts & OVERLAY) != 0,
                (facts & UPPER) != 0,
                (facts & ROOT) != 0,
                (facts & UNLINKED) != 0);
    }

    /// The kernel wrote names from the file upwards; read downwards they are the path.
    private static String path(ByteBuffer data, int at, int length) {
        var names = words(data, at, length, Wire.PATH_CAPACITY);
        return names.isEmpty() ? "" : "/" + String.join("/", names.reversed());
    }

    private static List<String> words(ByteBuffer data, int at, int length, int capacity) {
        int end = at + Math.clamp(length, 0, capacity);
        var words = new ArrayList<String>();
        int start = at;
        for (int i = at; i < end; i++) {
            if (data.get(i) == 0) {
                words.add(bytes(data, start, i));
                start = i + 1;
            }
        }
        if (start < end) {
            words.add(bytes(data, start, end)); // cut before its NUL
        }
        return words;
    }

    private static String text(ByteBuffer data, int at, int capacity) {
        int end = at;
        while (end < at + capacity && data.get(end) != 0) {
            end++;
        }
        return bytes(data, at, end);
    }

    private static String bytes(ByteBuffer data, int from, int to) {
        var bytes = new byte[to - from];
        data.get(from, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
