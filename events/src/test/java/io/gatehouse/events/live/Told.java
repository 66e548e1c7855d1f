// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A record written by hand: a head of a plain task of root on the host, changed as needed, and sections.
final class Told {
    static final long BOOTED = 1_700_000_000_000_000_000L;

    int kind;
    int facts;
    long timeNanos = 50_000_000_000L;
    long cgroup = 1;
    long startNanos = 1_000_000_000L;
    long processStartNanos = 1_000_000_000L;
    long parentStartNanos = 5_000_000L;
    int tid;
    int pid;
    int ppid = 1;
    int vtid;
    int vpid;
    int vsid = 1;
    int vpgid = 1;
    int uid;
    int gid;
    int loginuid = -1;
    int tty;
    long capabilities = 0x1ffffffffffL;
    long result;
    String comm = "sh";
    int execId;
    private final ByteArrayOutputStream sections = new ByteArrayOutputStream();

    Told(int kind, int tid) {
        this.kind = kind;
        this.tid = tid;
        pid = tid;
        vtid = tid;
        vpid = tid;
    }

    static Told call(int tid) {
        return new Told(LiveRecord.CALL, tid);
    }

    Told started(long nanos) {
        startNanos = nanos;
        if (tid == pid) {
            processStartNanos = nanos;
        }
        return this;
    }

    Told threadOf(int process, long itsStartNanos) {
        pid = process;
        vpid = process;
        processStartNanos = itsStartNanos;
        return this;
    }

    Told parent(int process, long itsStartNanos) {
        ppid = process;
        parentStartNanos = itsStartNanos;
        return this;
    }

    Told uid(int user) {
        uid = user;
        return this;
    }

    Told execId(int count) {
        execId = count;
        return this;
    }

    Told comm(String name) {
        comm = name;
        return this;
    }

    Told cgroup(long key) {
        cgroup = key;
        return this;
    }

    Told fact(int fact) {
        facts |= fact;
        return this;
    }

    Told at(long nanos) {
        timeNanos = nanos;
        return this;
    }

    Told inside(int virtualTid, int virtualPid) {
        vtid = virtualTid;
        vpid = virtualPid;
        return this;
    }

    /// The place of an argument, or [LiveRecord#RESULT].
    Told file(int place, int fd, int mode, long ino, String path) {
        return section(LiveRecord.FILE + place, join(file(fd, mode, ino, "", 0), names(path)));
    }

    Told anonymous(int place, int fd, String name) {
        return section(LiveRecord.FILE + place, file(fd, 0, 7, name, 0));
    }

    Told memory(int place, int fd, long ino, String name) {
        return section(LiveRecord.FILE + place, join(file(fd, 0x8000, ino, "", 1), bytes(name + "\0")));
    }

    private static byte[] file(int fd, int mode, long ino, String anonymous, int unlinked) {
        var file = ByteBuffer.allocate(48).order(ByteOrder.nativeOrder());
        file.putInt(fd).putInt(mode).putInt(8 << 20 | 1).putInt(2).putLong(ino).putInt(0);
        file.put((byte) 0).put((byte) unlinked).put((byte) 0).put((byte) 0).put(bytes(anonymous));
        return file.array();
    }

    Told socket(int place, int fd, int family, int type, int state, long ino, Object... ends) {
        var socket = ByteBuffer.allocate(72).order(ByteOrder.nativeOrder());
        socket.putInt(fd).putShort((short) family).putShort((short) type);
        socket.put((byte) (type == 1 ? 6 : 17)).put((byte) state);
        socket.putShort((short) (int) ends[1]).putShort((short) (int) ends[3]).putShort((short) 0);
        socket.putLong(ino);
        socket.position(24).put((byte[]) ends[0]);
        socket.position(40).put((byte[]) ends[2]);
        return section(LiveRecord.SOCKET + place, socket.array());
    }

    Told unix(int place, int fd, int state, long ino, long self, long peer, String path) {
        var socket = ByteBuffer.allocate(72).order(ByteOrder.nativeOrder());
        socket.putInt(fd).putShort((short) 1).putShort((short) 1).put((byte) 0).put((byte) state);
        socket.position(16).putLong(ino).position(56).putLong(self).putLong(peer);
        return section(LiveRecord.SOCKET + place, join(socket.array(), bytes(path + "\0")));
    }

    Told cwd(String path) {
        return section(LiveRecord.CWD, names(path));
    }

    Told root(String path) {
        return section(LiveRecord.ROOT, names(path));
    }

    Told section(int tag, byte[] content) {
        var head = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        head.putShort((short) tag).putShort((short) content.length).putInt(content.length);
        sections.writeBytes(head.array());
        sections.writeBytes(content);
        while (sections.size() % 8 != 0) {
            sections.write(0);
        }
        return this;
    }

    /// Of a path, as the kernel's walk finds them: from the file up.
    static byte[] names(String path) {
        var parts = new ArrayList<>(List.of(path.split("/")));
        parts.removeIf(String::isEmpty);
        Collections.reverse(parts);
        return bytes(String.join("\0", parts) + (parts.isEmpty() ? "" : "\0"));
    }

    LiveRecord record() {
        int size = LiveRecord.HEAD_BYTES + sections.size();
        var bytes = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        bytes.putInt(size).putShort((short) kind).putShort((short) facts);
        bytes.putLong(timeNanos).putLong(cgroup);
        bytes.putLong(startNanos).putLong(processStartNanos).putLong(parentStartNanos);
        bytes.putInt(tid).putInt(pid).putInt(ppid).putInt(vtid).putInt(vpid);
        bytes.putInt(1).putInt(1).putInt(vsid).putInt(vpgid);
        bytes.putInt(uid)
                .putInt(gid)
                .putInt(loginuid)
                .putInt(tty)
                .putInt(1)
                .putInt(1)
                .putInt(0);
        bytes.putLong(0).putLong(capabilities).putLong(capabilities).putLong(result);
        bytes.position(196).putInt(execId);
        bytes.position(200).put(bytes(comm));
        bytes.position(LiveRecord.HEAD_BYTES).put(sections.toByteArray());
        var record = new LiveRecord();
        if (!record.begin(bytes.array(), size)) {
            throw new IllegalStateException("no record");
        }
        return record;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] ipv4(int a, int b, int c, int d) {
        return new byte[] {(byte) a, (byte) b, (byte) c, (byte) d};
    }

    private static byte[] join(byte[] one, byte[] other) {
        var both = new ByteArrayOutputStream();
        both.writeBytes(one);
        both.writeBytes(other);
        return both.toByteArray();
    }
}
