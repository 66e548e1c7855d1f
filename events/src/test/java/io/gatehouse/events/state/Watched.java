// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Trait;
import io.gatehouse.schemas.event.ParamType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A state that is fed events written by hand: `exit("open", 7, 3, "/etc/passwd", …)`.
public final class Watched {
    final State state;
    private long number;
    private long timeNanos = 1_000_000_000L;

    public Watched() {
        this(Limits.DEFAULT);
    }

    Watched(Limits limits) {
        state = new State(limits);
    }

    Machine machine() {
        return state.machine();
    }

    Task task(long tid) {
        return machine().task(tid);
    }

    public void passTime(long nanos) {
        timeNanos += nanos;
    }

    public long timeNanos() {
        return timeNanos;
    }

    /// The end of a call, in today's form; parameters in order: numbers, texts, bytes, null for one that is not there.
    public Scene exit(String name, long tid, Object... params) {
        return apply(type(name, Direction.EXIT), tid, params);
    }

    public Scene enter(String name, long tid, Object... params) {
        return apply(type(name, Direction.ENTER), tid, params);
    }

    private Scene apply(EventType type, long tid, Object... params) {
        return state.apply(event(type, ++number, timeNanos++, tid, params));
    }

    /// An event of today's form, for those who apply it themselves.
    public static Event event(String name, Direction direction, long timeNanos, long tid, Object... params) {
        return event(type(name, direction), 1, timeNanos, tid, params);
    }

    private static Event event(EventType type, long number, long timeNanos, long tid, Object... params) {
        var bytes = new ByteArrayOutputStream();
        var event = new Event();
        var offsets = new int[params.length + 1];
        for (int i = 0; i < params.length; i++) {
            bytes.writeBytes(bytes(type.params().get(i).type(), params[i]));
            offsets[i + 1] = bytes.size();
        }
        event.begin(type.code(), number, timeNanos, tid, 0, bytes.toByteArray());
        for (int i = 0; i < params.length; i++) {
            event.param(offsets[i], offsets[i + 1] - offsets[i]);
        }
        return event;
    }

    private static byte[] bytes(ParamType type, Object value) {
        return switch (value) {
            case null -> new byte[0];
            case byte[] raw -> raw;
            case String text -> (type == ParamType.BYTEBUF ? text : text + "\0").getBytes(StandardCharsets.ISO_8859_1);
            case Number number -> little(number.longValue(), type.bytes());
            default -> throw new IllegalArgumentException(value + " for " + type);
        };
    }

    public static byte[] little(long value, int size) {
        var bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >> 8 * i);
        }
        return bytes;
    }

    private static EventType type(String name, Direction direction) {
        return EventTable.current().all().stream()
                .filter(type -> type.name().equals(name) && type.direction() == direction)
                .filter(type -> !type.is(Trait.UNUSED))
                .filter(type -> direction == Direction.ENTER || !type.is(Trait.OLD_VERSION))
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    // What is there from the start

    /// A process `comm` with a shell's arguments and a home directory.
    public Watched withProcess(long pid, long ppid, String comm) {
        return withTask(pid, pid, ppid, comm, 0, List.of());
    }

    Watched withThread(long tid, long pid, long ppid, String comm) {
        return withTask(tid, pid, ppid, comm, Task.CLONE_THREAD | Task.CLONE_FILES, List.of());
    }

    public Watched withProcessIn(long pid, long ppid, String comm, String... cgroups) {
        return withTask(pid, pid, ppid, comm, 0, List.of(cgroups));
    }

    private Watched withTask(long tid, long pid, long ppid, String comm, int flags, List<String> cgroups) {
        state.inventory()
                .process(new ProcessEntry(
                        tid,
                        pid,
                        ppid,
                        1,
                        pid,
                        pid,
                        tid,
                        pid,
                        comm,
                        "/bin/" + comm,
                        "/bin/" + comm,
                        List.of("-c", "x"),
                        "/home",
                        "/",
                        List.of("PATH=/bin", "HOME=/home"),
                        cgroups,
                        1024,
                        flags,
                        0,
                        0,
                        0xffffffffL,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        false,
                        false,
                        false,
                        false,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0));
        return this;
    }

    // Frequent events

    /// Clone as the parent sees it.
    Scene cloneAsParent(long tid, long child, int flags) {
        return exit("clone", tid, cloneParams(child, "sh", tid, tid, 1, flags, tid, tid));
    }

    /// Clone as the child sees it.
    Scene cloneAsChild(long tid, long pid, long ppid, int flags, long vtid, long vpid) {
        return exit("clone", tid, cloneParams(0, "sh", tid, pid, ppid, flags, vtid, vpid));
    }

    private static Object[] cloneParams(
            long result, String comm, long tid, long pid, long ppid, int flags, long vtid, long vpid) {
        return new Object[] {
            result,
            "/bin/" + comm,
            "-c\0x\0",
            tid,
            pid,
            ppid,
            "",
            1024,
            1,
            2,
            3,
            4,
            5,
            comm,
            "cpu=/\0",
            flags,
            1000,
            1000,
            vtid,
            vpid,
            0
        };
    }

    Scene execve(long tid, long ppid, String path, String args) {
        var comm = path.substring(path.lastIndexOf('/') + 1);
        return exit(
                "execve",
                tid,
                0,
                path,
                args,
                tid,
                tid,
                ppid,
                "",
                1024,
                1,
                2,
                3,
                4,
                5,
                comm,
                "cpu=/\0",
                "A=1\0B= 2 \0",
                34816,
                tid,
                1000,
                3,
                1,
                2,
                4,
                99,
                10,
                20,
                1000,
                path,
                tid,
                1000,
                path);
    }

    Scene end(long tid) {
        return enter("procexit", tid, 0, 0, 0, 0, -1);
    }

    // Addresses as events hold them

    static byte[] ipv4(int a, int b, int c, int d, int port) {
        return join(new byte[] {2, (byte) a, (byte) b, (byte) c, (byte) d}, little(port, 2));
    }

    static byte[] tuple(byte[] source, byte[] destination) {
        return join(source, Arrays.copyOfRange(destination, 1, destination.length));
    }

    static byte[] ipv6(int last, int port) {
        var bytes = new byte[17];
        bytes[0] = 10;
        bytes[1] = (byte) 0xfe;
        bytes[2] = (byte) 0x80;
        bytes[16] = (byte) last;
        return join(bytes, little(port, 2));
    }

    static byte[] unixPair(long source, long destination, String path) {
        return join(
                join(join(new byte[] {1}, little(source, 8)), little(destination, 8)),
                (path + "\0").getBytes(StandardCharsets.ISO_8859_1));
    }

    static byte[] join(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
