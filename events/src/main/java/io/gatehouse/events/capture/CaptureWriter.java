// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.DescriptorEntry.Kind;
import io.gatehouse.schemas.event.EventType.Trait;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/// Writes a capture in today's blocks, as Sysdig and Falco read them.
///
/// It takes what a [CaptureReader] tells, in that order, so one can be put behind the other. Entries of a
/// table are gathered into one block while they follow each other. A stream that fails is an
/// [UncheckedIOException].
public final class CaptureWriter implements CaptureVisitor, Closeable {
    public enum Packing {
        NONE,
        GZIP
    }

    private static final int MAGIC = 0x1A2B3C4D;
    private static final int MAJOR = 1;
    private static final int MINOR = 2;
    private static final int BUFFER = 1 << 16;
    /// A list goes on in another block from here on.
    private static final int LIST_BYTES = 8 << 20;
    /// What fits into an event block that is not large, by the readers' buffers.
    private static final int SMALL_BYTES = (1 << 16) - 64;

    private static final int HEADER_BYTES = 26;
    private static final int HOST_NAME_BYTES = 128;

    /// Readers refuse a file with longer texts in its tables.
    private static final int MOST_PATH = 1024;

    private static final int MOST_LIST = 4096;
    private static final int MOST_NAME = 255;
    private static final int MOST_VALUE = 0xffff;

    private static final int NO_BLOCK = 0;

    private final OutputStream out;
    private final Block block = new Block();
    private int open = NO_BLOCK;
    /// Of the descriptors in the open block.
    private long openTid;
    private long written;
    private boolean begun;

    private CaptureWriter(OutputStream out) {
        this.out = out;
    }

    /// Begins a capture; the stream is closed with it.
    public static CaptureWriter to(OutputStream out, Packing packing) throws IOException {
        return new CaptureWriter(
                switch (packing) {
                    case NONE -> new BufferedOutputStream(out, BUFFER);
                    case GZIP -> new BufferedOutputStream(new GZIPOutputStream(out, BUFFER), BUFFER);
                });
    }

    /// Bytes so far, before packing.
    public long written() {
        return written + (open == NO_BLOCK ? 0 : block.length());
    }

    @Override
    public void section() {
        finishList();
        block.u32(MAGIC).u16(MAJOR).u16(MINOR).u64(-1);
        write(BlockType.SECTION_HEADER);
        begun = true;
    }

    @Override
    public void machine(MachineEntry machine) {
        list(BlockType.MACHINE);
        block.u32(machine.cpus())
                .u64(machine.memoryBytes())
                .u64(machine.maxPid())
                .fixed(machine.hostName(), HOST_NAME_BYTES)
                .u64(machine.bootNanos())
                .u64(0)
                .u64(0)
                .u64(0);
        finishList();
    }

    @Override
    public void process(ProcessEntry process) {
        list(BlockType.PROCESSES_V9);
        int at = block.length();
        block.u32(0)
                .u64(process.tid())
                .u64(process.pid())
                .u64(process.ptid())
                .u64(process.sid())
                .u64(process.vpgid())
                .text(process.comm(), MOST_PATH)
                .text(process.exe(), MOST_PATH)
                .text(process.exePath(), MOST_PATH)
                .texts(process.args(), MOST_LIST)
                .text(process.cwd(), MOST_PATH)
                .u64(process.fdLimit())
                .u32(process.flags())
                .u32(process.uid())
                .u32(process.gid())
                .u32(process.vmSizeKb())
                .u32(process.vmRssKb())
                .u32(process.vmSwapKb())
                .u64(process.majorFaults())
                .u64(process.minorFaults())
                .texts(process.env(), MOST_LIST)
                .u64(process.vtid())
                .u64(process.vpid())
                .texts(process.cgroups(), MOST_LIST)
                .text(process.root(), MOST_PATH)
                .u64(process.pidNamespaceStartNanos())
                .u32(process.tty())
                .u32(process.loginUid())
                .flag(process.exeWritable())
                .u64(process.capInheritable())
                .u64(process.capPermitted())
                .u64(process.capEffective())
                .flag(process.exeUpperLayer())
                .u64(process.exeInode())
                .u64(process.exeCtimeNanos())
                .u64(process.exeMtimeNanos())
                .flag(process.exeFromMemfd())
                .flag(process.exeLowerLayer())
                .u64(process.pgid());
        block.lengthAt(at, block.length() - at);
    }

    @Override
    public void descriptor(DescriptorEntry descriptor) {
        if (open == BlockType.DESCRIPTORS_V2 && openTid != descriptor.tid()) {
            finishList();
        }
        list(BlockType.DESCRIPTORS_V2);
        if (block.length() == 0) {
            openTid = descriptor.tid();
            block.u64(openTid);
        }
        int at = block.length();
        block.u32(0).u64(descriptor.number()).u64(descriptor.inode()).u8(descriptor.kind());
        target(descriptor);
        block.lengthAt(at, block.length() - at);
    }

    private void target(DescriptorEntry descriptor) {
        switch (descriptor.kind()) {
            case Kind.IPV4_SOCKET, Kind.IPV6_SOCKET -> {
                int bytes = descriptor.kind() == Kind.IPV4_SOCKET ? 4 : 16;
                block.fixed(descriptor.sourceAddress(), bytes)
                        .fixed(descriptor.destinationAddress(), bytes)
                        .u16(descriptor.sourcePort())
                        .u16(descriptor.destinationPort())
                        .u8(descriptor.protocol());
            }
            case Kind.IPV4_SERVER, Kind.IPV6_SERVER -> {
                int bytes = descriptor.kind() == Kind.IPV4_SERVER ? 4 : 16;
                block.fixed(descriptor.sourceAddress(), bytes)
                        .u16(descriptor.sourcePort())
                        .u8(descriptor.protocol());
            }
            case Kind.UNIX_SOCKET ->
                block.u64(descriptor.source()).u64(descriptor.destination()).text(descriptor.name(), MOST_PATH);
            case Kind.FILE_V2 ->
                block.u32(descriptor.openFlags())
                        .text(descriptor.name(), MOST_PATH)
                        .u32(descriptor.device());
            default -> block.text(descriptor.name(), MOST_PATH);
        }
    }

    @Override
    public void account(AccountEntry account) {
        list(BlockType.ACCOUNTS_V2);
        int at = block.length();
        switch (account) {
            case AccountEntry.User(long uid, long gid, var name, var home, var shell) ->
                block.u32(0)
                        .u8(AccountEntry.USER)
                        .u32(uid)
                        .u32(gid)
                        .text(name, MOST_NAME)
                        .text(home, MOST_PATH)
                        .text(shell, MOST_PATH);
            case AccountEntry.Group(long gid, var name) ->
                block.u32(0).u8(AccountEntry.GROUP).u32(gid).text(name, MOST_NAME);
        }
        block.lengthAt(at, block.length() - at);
    }

    @Override
    public void networkInterface(InterfaceEntry networkInterface) {
        list(BlockType.INTERFACES_V2);
        int at = block.length();
        int bytes = networkInterface.address().length();
        int nameLength = Math.min(networkInterface.name().length(), MOST_NAME);
        block.u32(0)
                .u16(networkInterface.type())
                .u16(nameLength)
                .fixed(networkInterface.address(), bytes)
                .fixed(networkInterface.mask(), bytes)
                .fixed(networkInterface.broadcast(), bytes);
        if (networkInterface.tellsSpeed()) {
            block.u64(networkInterface.bitsPerSecond());
        }
        block.fixed(networkInterface.name(), nameLength);
        block.lengthAt(at, block.length() - at - 4); // here alone the length does not count itself
    }

    @Override
    public boolean event(Event event) {
        write(event, 0);
        return true;
    }

    /// Readers take it into their state and show it to nobody.
    @Override
    public void stateOnly(Event event) {
        write(event, CaptureReader.STATE_ONLY);
    }

    private void write(Event event, int flags) {
        finishList();
        begin();
        block.u16(event.cpu());
        if (flags != 0) {
            block.u32(flags);
        }
        boolean wide = event.type().is(Trait.LARGE_PAYLOAD);
        int count = event.paramCount();
        int most = wide ? Integer.MAX_VALUE : MOST_VALUE;
        int length = HEADER_BYTES + (wide ? 4 : 2) * count;
        for (int i = 0; i < count; i++) {
            length += Math.min(event.length(i), most);
        }
        block.u64(event.timeNanos())
                .u64(event.tid())
                .u32(length)
                .u16(event.code())
                .u32(count);
        for (int i = 0; i < count; i++) {
            if (wide) {
                block.u32(event.length(i));
            } else {
                block.u16(Math.min(event.length(i), most));
            }
        }
        for (int i = 0; i < count; i++) {
            block.raw(event.bytes(), event.offset(i), Math.min(event.length(i), most));
        }
        write(blockType(flags != 0, wide || length > SMALL_BYTES));
    }

    private static int blockType(boolean withFlags, boolean large) {
        if (withFlags) {
            return large ? BlockType.EVENT_V2_LARGE_FLAGS : BlockType.EVENT_V2_FLAGS;
        }
        return large ? BlockType.EVENT_V2_LARGE : BlockType.EVENT_V2;
    }

    /// Goes on with a list, or begins it.
    private void list(int type) {
        begin();
        if (open != type || block.length() > LIST_BYTES) {
            finishList();
            open = type;
        }
    }

    private void finishList() {
        if (open != NO_BLOCK) {
            int type = open;
            open = NO_BLOCK;
            write(type);
        }
    }

    private void begin() {
        if (!begun) {
            section();
        }
    }

    private void write(int type) {
        try {
            written += block.writeTo(out, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Hands everything to the stream and packs no more until then; for one who wants to read along.
    public void flush() throws IOException {
        finishList();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        try (out) {
            begin();
            finishList();
        }
    }
}
