// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.schemas.event.CallTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes records as the watching programs do: `Records.call("open").by(7, 1, "sh").text(0, "/etc/passwd").record()`.
///
/// A section is appended as often as it is asked for; [#bytes] is the whole record. Addresses of arguments are made up.
public final class Records {
    public static final int UPPER = 1;
    public static final int LOWER = 2;

    private static final long ADDRESS = 0x7ffc_0000_0000L;

    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 17).order(ByteOrder.nativeOrder());

    private Records(int kind, int call) {
        bytes.position(LiveRecord.HEAD_BYTES);
        bytes.putShort(4, (short) kind);
        bytes.putInt(192, call);
        at(1_000_000_000L).by(7, 7, 1, "sh").uid(0, 0).loginuid(-1).cgroup(1);
        started(100, 100, 50).sessions(7, 7, 7, 7).namespaces(0xf0000000, 0xefff_fffc);
        for (int i = 0; i < 6; i++) {
            arg(i, ADDRESS + i * 0x1000L);
        }
    }

    /// The return of a system call, by its name on this machine.
    public static Records call(String name) {
        return call(index(name));
    }

    public static Records call(int index) {
        return new Records(LiveRecord.CALL, index);
    }

    public static Records exec() {
        return new Records(LiveRecord.EXEC, index("execve"));
    }

    /// @param flags the kernel's
    public static Records fork(long flags) {
        return new Records(LiveRecord.FORK, index("clone")).arg(0, flags);
    }

    /// @param code as the kernel keeps it: status in the second byte, signal in the low seven bits
    public static Records exit(int code) {
        return new Records(LiveRecord.EXIT, 0).arg(0, code);
    }

    public static int index(String name) {
        return CallTable.current().all().stream()
                .filter(call -> call.name().equals(name) && call.number() >= 0)
                .findFirst()
                .orElseThrow()
                .number();
    }

    // The head

    /// @param nanos since boot
    public Records at(long nanos) {
        bytes.putLong(8, nanos);
        return this;
    }

    public Records fact(int fact) {
        bytes.putShort(6, (short) (bytes.getShort(6) | fact));
        return this;
    }

    /// By the 32-bit entry, by the number that the call has there.
    public Records compat() {
        var call = CallTable.current().byIndex(bytes.getInt(192));
        bytes.putInt(192, CallTable.COMPAT + call.number32());
        return fact(LiveRecord.FACT_COMPAT);
    }

    /// Of a process; its ids are the same inside.
    public Records by(int pid, int ppid, String comm) {
        return by(pid, pid, ppid, comm);
    }

    public Records by(int tid, int pid, int ppid, String comm) {
        bytes.putInt(48, tid).putInt(52, pid).putInt(56, ppid);
        Arrays.fill(bytes.array(), 200, 216, (byte) 0);
        var name = latin1(comm);
        System.arraycopy(name, 0, bytes.array(), 200, Math.min(name.length, 15));
        return inside(tid, pid);
    }

    /// Ids in its own pid namespace.
    public Records inside(int vtid, int vpid) {
        bytes.putInt(60, vtid).putInt(64, vpid);
        return this;
    }

    public Records started(long nanos, long process, long parent) {
        bytes.putLong(24, nanos).putLong(32, process).putLong(40, parent);
        return this;
    }

    public Records sessions(int sid, int pgid, int vsid, int vpgid) {
        bytes.putInt(68, sid).putInt(72, pgid).putInt(76, vsid).putInt(80, vpgid);
        return this;
    }

    public Records uid(int uid, int gid) {
        bytes.putInt(84, uid).putInt(88, gid);
        return this;
    }

    public Records loginuid(int uid) {
        bytes.putInt(92, uid);
        return this;
    }

    public Records tty(int device) {
        bytes.putInt(96, device);
        return this;
    }

    public Records namespaces(int mount, int pid) {
        bytes.putInt(100, mount).putInt(104, pid);
        return this;
    }

    public Records cpu(int cpu) {
        bytes.putInt(108, cpu);
        return this;
    }

    public Records capabilities(long inheritable, long permitted, long effective) {
        bytes.putLong(112, inheritable).putLong(120, permitted).putLong(128, effective);
        return this;
    }

    public Records cgroup(long key) {
        bytes.putLong(16, key);
        return this;
    }

    public Records result(long result) {
        bytes.putLong(136, result);
        return this;
    }

    public Records arg(int number, long value) {
        bytes.putLong(144 + 8 * number, value);
        return this;
    }

    /// From the first on.
    public Records args(long... values) {
        for (int i = 0; i < values.length; i++) {
            arg(i, values[i]);
        }
        return this;
    }

    // Sections

    public Records section(int tag, byte[] content) {
        return section(tag, content, content.length);
    }

    /// @param whole how long it would be uncut
    public Records section(int tag, byte[] content, int whole) {
        bytes.putShort((short) tag)
                .putShort((short) content.length)
                .putInt(whole)
                .put(content);
        while (bytes.position() % 8 != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }

    /// What an argument points at: a text.
    public Records text(int argument, String text) {
        return section(LiveRecord.ARG + argument, latin1(text + "\0"));
    }

    /// What an argument points at.
    public Records data(int argument, byte[] data) {
        return section(LiveRecord.ARG + argument, data);
    }

    /// What an argument points at: numbers of eight bytes.
    public Records longs(int argument, long... numbers) {
        return data(argument, numbers(8, numbers));
    }

    /// What an argument points at: numbers of four bytes.
    public Records ints(int argument, long... numbers) {
        return data(argument, numbers(4, numbers));
    }

    /// An open file.
    ///
    /// @param place of an argument, or [LiveRecord#RESULT]
    /// @param path from the root; a name without a slash is of an inode that has no path
    /// @param layer 0, [#UPPER], [#LOWER]
    public Records file(int place, int fd, String path, int mode, int device, long inode, int layer) {
        return file(place, fd, path, mode, 0, device, inode, layer);
    }

    /// @param flags of the open file, the kernel's
    public Records file(int place, int fd, String path, int mode, int flags, int device, long inode, int layer) {
        boolean named = path.startsWith("/");
        var file = buffer(48);
        file.putInt(fd).putInt(mode).putInt(device).putInt(flags).putLong(inode).putInt(0);
        file.put((byte) layer).put((byte) 0).put((byte) 0).put((byte) 0);
        file.put(Arrays.copyOf(latin1(named ? "" : path), 16));
        return section(LiveRecord.FILE + place, join(file.array(), named ? names(path) : new byte[0]));
    }

    /// An open socket of the internet: `addresses` have 4 or 16 bytes.
    public Records internet(
            int place, int fd, int type, int protocol, byte[] local, int localPort, byte[] remote, int remotePort) {
        var socket = buffer(72);
        socket.putInt(fd).putShort((short) (local.length == 4 ? 2 : 10)).putShort((short) type);
        socket.put((byte) protocol).put((byte) 1).putShort((short) localPort).putShort((short) remotePort);
        socket.putShort((short) 0).putLong(4242).put(Arrays.copyOf(local, 16)).put(Arrays.copyOf(remote, 16));
        return section(LiveRecord.SOCKET + place, socket.array());
    }

    public Records unix(int place, int fd, long self, long peer, String path) {
        var socket = buffer(72);
        socket.putInt(fd).putShort((short) 1).putShort((short) 1).putLong(16, 4242);
        socket.putLong(56, self).putLong(64, peer);
        return section(LiveRecord.SOCKET + place, join(socket.array(), latin1(path + "\0")));
    }

    public Records cwd(String path) {
        return section(LiveRecord.CWD, names(path));
    }

    public Records root(String path) {
        return section(LiveRecord.ROOT, names(path));
    }

    /// @param path of a memfd without a slash
    public Records program(String path, long inode, int layer, boolean writable, long ctimeNanos, long mtimeNanos) {
        boolean memfd = !path.startsWith("/");
        var program = buffer(96);
        program.putLong(inode)
                .putLong(ctimeNanos)
                .putLong(mtimeNanos)
                .putInt(0x800001)
                .putInt(0100755);
        program.putInt(0).putInt(1).put((byte) layer).put((byte) 0).put((byte) (memfd ? 1 : 0));
        program.put((byte) (writable ? 1 : 0)).putInt(0);
        program.putLong(1024).putLong(4000).putLong(900).putLong(3).putLong(2).putLong(150);
        return section(LiveRecord.EXE, join(program.array(), names(path)));
    }

    public Records words(String... words) {
        return section(LiveRecord.WORDS, list(words));
    }

    public Records environment(String... words) {
        return section(LiveRecord.ENV, list(words));
    }

    public Records asked(String path) {
        return section(LiveRecord.ASKED, latin1(path + "\0"));
    }

    // The whole

    public byte[] bytes() {
        bytes.putInt(0, bytes.position());
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    public LiveRecord record() {
        var record = new LiveRecord();
        var whole = bytes();
        if (!record.begin(whole, whole.length)) {
            throw new IllegalStateException("the record contradicts itself");
        }
        return record;
    }

    // Pieces

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    public static byte[] numbers(int size, long... numbers) {
        var buffer = buffer(size * numbers.length);
        for (long number : numbers) {
            switch (size) {
                case 2 -> buffer.putShort((short) number);
                case 4 -> buffer.putInt((int) number);
                default -> buffer.putLong(number);
            }
        }
        return buffer.array();
    }

    /// `struct sockaddr_in`.
    public static byte[] address(int a, int b, int c, int d, int port) {
        return new byte[] {
            2, 0, (byte) (port >> 8), (byte) port, (byte) a, (byte) b, (byte) c, (byte) d, 0, 0, 0, 0, 0, 0, 0, 0
        };
    }

    /// `struct sockaddr_un`.
    public static byte[] unixAddress(String path) {
        return join(new byte[] {1, 0}, latin1(path + "\0"));
    }

    public static byte[] list(String... words) {
        return latin1(words.length == 0 ? "" : String.join("\0", words) + "\0");
    }

    /// Components from the last to the first, each with its NUL.
    public static byte[] names(String path) {
        var parts = path.split("/");
        var names = new StringBuilder();
        for (int i = parts.length - 1; i >= 0; i--) {
            if (!parts[i].isEmpty()) {
                names.append(parts[i]).append('\0');
            }
        }
        return latin1(names.toString());
    }

    public static byte[] join(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
