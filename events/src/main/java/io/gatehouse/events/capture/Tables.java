// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.capture.Body.Torn;
import io.gatehouse.events.capture.DescriptorEntry.Kind;
import java.util.List;

/// Takes the tables apart that stand before the events.
final class Tables {
    private static final int HOST_NAME_BYTES = 128;
    /// A block is filled up to four bytes; a rest this short is no entry.
    private static final int PADDING = 3;
    /// Recorders before 0.10 wrote an entry of version 9 without two fields in the middle; then no more
    /// than this follows.
    private static final int TAIL_WITHOUT_TTY = 29;

    private Tables() {}

    static void machine(Body body, CaptureVisitor visitor) throws Torn {
        long cpus = body.u32();
        long memory = body.u64();
        long maxPid = body.u64();
        var host = body.text(HOST_NAME_BYTES);
        int nul = host.indexOf('\0');
        long boot = body.remaining() >= 8 ? body.u64() : 0;
        visitor.machine(new MachineEntry(cpus, memory, maxPid, nul < 0 ? host : host.substring(0, nul), boot));
    }

    static void processes(Body body, int version, CaptureVisitor visitor) throws Torn {
        while (body.remaining() > PADDING) {
            if (version < 9) {
                visitor.process(process(body, version));
                continue;
            }
            int length = body.i32();
            int before = body.narrow(length - 4);
            visitor.process(process(body, version));
            body.widen(before);
        }
    }

    private static ProcessEntry process(Body body, int version) throws Torn {
        long tid = body.u64();
        long pid = body.u64();
        long ptid = body.u64();
        long sid = version >= 6 ? body.u64() : -1;
        long vpgid = version >= 8 ? body.u64() : -1;
        var comm = body.text();
        var exe = body.text();
        var exePath = version >= 7 ? body.text() : "";
        var args = body.texts();
        var cwd = body.text();
        long fdLimit = body.u64();
        long flags = body.u32();
        long uid = body.u32();
        long gid = body.u32();
        boolean v2 = version >= 2;
        long vmSize = v2 ? body.u32() : 0;
        long vmRss = v2 ? body.u32() : 0;
        long vmSwap = v2 ? body.u32() : 0;
        long majorFaults = v2 ? body.u64() : 0;
        long minorFaults = v2 ? body.u64() : 0;
        List<String> env = version >= 3 ? body.texts() : List.of();
        long vtid = version >= 4 ? body.u64() : -1;
        long vpid = version >= 4 ? body.u64() : -1;
        List<String> cgroups = version >= 4 ? body.texts() : List.of();
        var root = version >= 5 ? body.text() : "";
        var tail = version >= 9 ? Tail.read(body) : Tail.NONE;
        return new ProcessEntry(
                tid,
                pid,
                ptid,
                sid,
                vpgid,
                tail.pgid,
                vtid,
                vpid,
                comm,
                exe,
                exePath,
                args,
                cwd,
                root,
                env,
                cgroups,
                fdLimit,
                flags,
                uid,
                gid,
                tail.loginUid,
                vmSize,
                vmRss,
                vmSwap,
                majorFaults,
                minorFaults,
                tail.pidNamespaceStart,
                tail.tty,
                tail.writable,
                tail.upperLayer,
                tail.lowerLayer,
                tail.memfd,
                tail.inode,
                tail.ctime,
                tail.mtime,
                tail.inheritable,
                tail.permitted,
                tail.effective);
    }

    /// What version 9 grew bit by bit; an entry ends where its recorder knew no more.
    private record Tail(
            long pidNamespaceStart,
            long tty,
            long loginUid,
            boolean writable,
            long inheritable,
            long permitted,
            long effective,
            boolean upperLayer,
            long inode,
            long ctime,
            long mtime,
            boolean memfd,
            boolean lowerLayer,
            long pgid) {
        private static final long NO_LOGIN = 0xffff_ffffL;
        static final Tail NONE = new Tail(0, 0, NO_LOGIN, false, 0, 0, 0, false, 0, 0, 0, false, false, -1);

        static Tail read(Body body) throws Torn {
            boolean withTty = body.remaining() > TAIL_WITHOUT_TTY;
            return new Tail(
                    withTty && has(body, 8) ? body.u64() : 0,
                    withTty && has(body, 4) ? body.u32() : 0,
                    has(body, 4) ? body.u32() : NO_LOGIN,
                    has(body, 1) && body.u8() != 0,
                    has(body, 8) ? body.u64() : 0,
                    has(body, 8) ? body.u64() : 0,
                    has(body, 8) ? body.u64() : 0,
                    has(body, 1) && body.u8() != 0,
                    has(body, 8) ? body.u64() : 0,
                    has(body, 8) ? body.u64() : 0,
                    has(body, 8) ? body.u64() : 0,
                    has(body, 1) && body.u8() != 0,
                    has(body, 1) && body.u8() != 0,
                    has(body, 8) ? body.u64() : -1);
        }

        private static boolean has(Body body, int bytes) {
            return body.remaining() >= bytes;
        }
    }

    static void descriptors(Body body, boolean withLength, CaptureVisitor visitor) throws Torn {
        long tid = body.u64();
        while (body.remaining() > PADDING) {
            if (!withLength) {
                visitor.descriptor(descriptor(body, tid));
                continue;
            }
            int length = body.i32();
            int before = body.narrow(length - 4);
            visitor.descriptor(descriptor(body, tid));
            body.widen(before);
        }
    }

    private static DescriptorEntry descriptor(Body body, long tid) throws Torn {
        long number = body.u64();
        long inode = body.u64();
        int kind = body.u8();
        return switch (kind) {
            case Kind.IPV4_SOCKET -> socket(body, tid, number, inode, kind, 4);
            case Kind.IPV6_SOCKET -> socket(body, tid, number, inode, kind, 16);
            case Kind.IPV4_SERVER -> server(body, tid, number, inode, kind, 4);
            case Kind.IPV6_SERVER -> server(body, tid, number, inode, kind, 16);
            case Kind.UNIX_SOCKET -> {
                long source = body.u64();
                long destination = body.u64();
                yield new DescriptorEntry(
                        tid, number, inode, kind, body.text(), 0, 0, 0, null, 0, null, 0, source, destination);
            }
            case Kind.FILE_V2 -> {
                long flags = body.u32();
                var path = body.text();
                long device = body.remaining() >= 4 ? body.u32() : 0;
                yield new DescriptorEntry(tid, number, inode, kind, path, flags, device, 0, null, 0, null, 0, 0, 0);
            }
            default -> new DescriptorEntry(tid, number, inode, kind, body.text(), 0, 0, 0, null, 0, null, 0, 0, 0);
        };
    }

    private static DescriptorEntry socket(Body body, long tid, long number, long inode, int kind, int addressBytes)
            throws Torn {
        var source = body.text(addressBytes);
        var destination = body.text(addressBytes);
        int sourcePort = body.u16();
        int destinationPort = body.u16();
        int protocol = body.u8();
        return new DescriptorEntry(
                tid, number, inode, kind, "", 0, 0, protocol, source, sourcePort, destination, destinationPort, 0, 0);
    }

    private static DescriptorEntry server(Body body, long tid, long number, long inode, int kind, int addressBytes)
            throws Torn {
        var address = body.text(addressBytes);
        int port = body.u16();
        int protocol = body.u8();
        return new DescriptorEntry(tid, number, inode, kind, "", 0, 0, protocol, address, port, null, 0, 0, 0);
    }

    static void interfaces(Body body, boolean withLength, CaptureVisitor visitor) throws Torn {
        while (body.remaining() > PADDING) {
            int before = withLength ? body.narrow(body.i32()) : -1;
            visitor.networkInterface(networkInterface(body));
            if (withLength) {
                body.widen(before);
            }
        }
    }

    private static InterfaceEntry networkInterface(Body body) throws Torn {
        int type = body.u16();
        int nameLength = body.u16();
        int bytes = switch (type) {
            case InterfaceEntry.IPV4, InterfaceEntry.IPV4_NO_SPEED -> 4;
            case InterfaceEntry.IPV6, InterfaceEntry.IPV6_NO_SPEED -> 16;
            default -> throw new Torn("an interface is of the unknown type " + type);
        };
        var address = body.text(bytes);
        var mask = body.text(bytes);
        var broadcast = body.text(bytes);
        boolean withSpeed = type == InterfaceEntry.IPV4 || type == InterfaceEntry.IPV6;
        long speed = withSpeed ? body.u64() : 0;
        return new InterfaceEntry(type, body.text(nameLength), address, mask, broadcast, speed);
    }

    static void accounts(Body body, boolean withLength, CaptureVisitor visitor) throws Torn {
        while (body.remaining() > PADDING) {
            int before = withLength ? body.narrow(body.i32() - 4) : -1;
            visitor.account(account(body));
            if (withLength) {
                body.widen(before);
            }
        }
    }

    private static AccountEntry account(Body body) throws Torn {
        int type = body.u8();
        return switch (type) {
            case AccountEntry.USER ->
                new AccountEntry.User(body.u32(), body.u32(), body.text(), body.text(), body.text());
            case AccountEntry.GROUP -> new AccountEntry.Group(body.u32(), body.text());
            default -> throw new Torn("an account is of the unknown type " + type);
        };
    }
}
