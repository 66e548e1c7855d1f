// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One record of the watching programs, read where it lies. A view that is filled again; belongs to one thread.
///
/// The layout is `bpf/include/watch.h`. A record that contradicts itself is refused by [#begin], so that
/// everything else here may trust it.
public final class LiveRecord {
    public static final int CALL = 1;
    public static final int EXEC = 2;
    public static final int FORK = 3;
    public static final int EXIT = 4;

    public static final int FACT_URING = 0x1;
    public static final int FACT_COMPAT = 0x2;
    public static final int FACT_UNREAD = 0x4;
    public static final int FACT_CUT = 0x8;
    public static final int FACT_CGROUP_NEW = 0x10;
    public static final int FACT_KERNEL_THREAD = 0x20;
    public static final int FACT_REAPER = 0x40;

    /// Plus the number of an argument.
    public static final int ARG = 0;
    /// Plus the number of an argument, or [#RESULT].
    public static final int FILE = 8;
    /// Plus the number of an argument, or [#RESULT].
    public static final int SOCKET = 16;
    public static final int CWD = 24;
    public static final int ROOT = 25;
    public static final int EXE = 26;
    public static final int WORDS = 27;
    public static final int ENV = 28;
    public static final int ASKED = 29;
    public static final int SIEVE_KEY = 30;
    /// Plus the number of an argument.
    public static final int MORE = 32;
    public static final int TAGS = 40;
    /// The place of the result beside those of the arguments.
    public static final int RESULT = 6;

    public static final int HEAD_BYTES = 216;
    private static final int SECTION_BYTES = 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());

    private byte[] bytes = new byte[0];
    private final int[] offsets = new int[TAGS];
    private final int[] lengths = new int[TAGS];
    private final int[] wholes = new int[TAGS];

    /// Starts over with another record.
    ///
    /// @param record from its first byte on; read, never changed
    /// @return whether the record is one: whole, and with sections that end where they should
    public boolean begin(byte[] record, int length) {
        bytes = record;
        Arrays.fill(offsets, -1);
        Arrays.fill(lengths, 0);
        if (length < HEAD_BYTES || length > record.length || u32(0) != length || kind() < CALL || kind() > EXIT) {
            return false;
        }
        int at = HEAD_BYTES;
        while (at + SECTION_BYTES <= length) {
            int tag = u16(at);
            int size = u16(at + 2);
            int end = at + SECTION_BYTES + (size + 7 & ~7);
            if (end > length) {
                return false;
            }
            if (tag < TAGS) { // another is of a newer program, and its reader is not here
                offsets[tag] = at + SECTION_BYTES;
                lengths[tag] = size;
                wholes[tag] = u32(at + 4);
            }
            at = end;
        }
        return at == length;
    }

    public int kind() {
        return u16(4);
    }

    public boolean is(int fact) {
        return (u16(6) & fact) != 0;
    }

    /// On the clock that counts from boot.
    public long timeNanos() {
        return i64(8);
    }

    public long cgroup() {
        return i64(16);
    }

    public long startNanos() {
        return i64(24);
    }

    public long processStartNanos() {
        return i64(32);
    }

    public long parentStartNanos() {
        return i64(40);
    }

    public int tid() {
        return u32(48);
    }

    public int pid() {
        return u32(52);
    }

    public int parentPid() {
        return u32(56);
    }

    public int virtualTid() {
        return u32(60);
    }

    public int virtualPid() {
        return u32(64);
    }

    public int sessionId() {
        return u32(68);
    }

    public int processGroupId() {
        return u32(72);
    }

    public int virtualSessionId() {
        return u32(76);
    }

    public int virtualProcessGroupId() {
        return u32(80);
    }

    /// Of four bytes, so negative where the number is above 2^31.
    public int uid() {
        return u32(84);
    }

    public int gid() {
        return u32(88);
    }

    public int loginuid() {
        return u32(92);
    }

    public int tty() {
        return u32(96);
    }

    public int mountNamespace() {
        return u32(100);
    }

    public int pidNamespace() {
        return u32(104);
    }

    public int cpu() {
        return u32(108);
    }

    public long capInheritable() {
        return i64(112);
    }

    public long capPermitted() {
        return i64(120);
    }

    public long capEffective() {
        return i64(128);
    }

    public long result() {
        return i64(136);
    }

    public long argument(int number) {
        return i64(144 + 8 * number);
    }

    /// The kernel's number of the system call, plus 512 where it came by the 32-bit entry.
    public int call() {
        return u32(192);
    }

    /// Counts the programs that the task and those before it ran: another number, another program.
    public int execId() {
        return u32(196);
    }

    /// Text is bytes, see `engine.event`.
    public String comm() {
        return text(200, 16);
    }

    // Sections

    public boolean has(int tag) {
        return offsets[tag] >= 0;
    }

    /// Where a section's bytes start in [#bytes]; -1 if it is not there.
    public int offset(int tag) {
        return offsets[tag];
    }

    /// 0 if it is not there.
    public int length(int tag) {
        return lengths[tag];
    }

    /// How long it would be had it not been cut.
    public int wholeLength(int tag) {
        return wholes[tag];
    }

    public byte[] bytes() {
        return bytes;
    }

    public int u16(int at) {
        return (short) SHORT.get(bytes, at) & 0xffff;
    }

    public int u32(int at) {
        return (int) INT.get(bytes, at);
    }

    public long i64(int at) {
        return (long) LONG.get(bytes, at);
    }

    /// Up to a NUL.
    public String text(int at, int most) {
        int end = at;
        while (end < at + most && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
    }
}
