// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.schemas.event.Source;
import io.gatehouse.schemas.event.Source.From;

/// Addresses, ends and options of sockets, in the format's form.
final class SocketParams {
    private static final int UNIX = 1;
    private static final int UNSPECIFIED = 0;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int IPV4_ADDRESS = 8; // struct sockaddr_in up to its padding
    private static final int IPV6_ADDRESS = 24; // struct sockaddr_in6 up to its scope
    private static final int MOST_PATH = 108;

    // struct gh_watch_socket
    private static final int FAMILY = 4;
    private static final int LOCAL_PORT = 10;
    private static final int REMOTE_PORT = 12;
    private static final int LOCAL = 24;
    private static final int REMOTE = 40;
    private static final int SELF = 56;
    private static final int PEER = 64;
    static final int SOCKET_BYTES = 72;

    // setsockopt, getsockopt
    private static final int LEVEL_ARGUMENT = 1;
    private static final int NAME_ARGUMENT = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_LINGER = 13;
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_PEERNAME = 28;
    private static final int SO_ATTACH_BPF = 50;
    private static final int SO_MEMINFO = 55;
    private static final int SO_COOKIE = 57;
    private static final int SO_PEERGROUPS = 59;
    private static final int SO_RCVTIMEO_NEW = 66;
    private static final int SO_SNDTIMEO_NEW = 67;
    private static final int AS_BYTES = 0;
    private static final int AS_ERROR = 1;
    private static final int AS_32 = 2;
    private static final int AS_64 = 3;
    private static final int AS_TIME = 4;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MICRO = 1_000L;

    private final ParamBuffer out;

    SocketParams(ParamBuffer out) {
        this.out = out;
    }

    // Addresses

    /// Puts a `struct sockaddr` of the user's; nothing if it is cut or of a family that the format has no form for.
    void address(LiveRecord record, int tag) {
        int at = record.offset(tag);
        int length = record.length(tag);
        if (length < 2) {
            return;
        }
        switch (record.u16(at)) {
            case IPV4 -> {
                if (length >= IPV4_ADDRESS) {
                    out.number(IPV4, 1);
                    out.bytes(record.bytes(), at + 4, IPV4_BYTES);
                    out.number(port(record, at + 2), 2);
                }
            }
            case IPV6 -> {
                if (length >= IPV6_ADDRESS) {
                    out.number(IPV6, 1);
                    out.bytes(record.bytes(), at + 8, IPV6_BYTES);
                    out.number(port(record, at + 2), 2);
                }
            }
            case UNIX -> {
                out.number(UNIX, 1);
                path(record, at + 2, length - 2);
            }
            default -> {
                // no form for it
            }
        }
    }

    private static int port(LiveRecord record, int at) {
        return (record.bytes()[at] & 0xff) << 8 | record.bytes()[at + 1] & 0xff;
    }

    /// An abstract name loses the NUL it begins with.
    private void path(LiveRecord record, int at, int length) {
        boolean hidden = length > 0 && record.bytes()[at] == 0;
        out.text(record.bytes(), hidden ? at + 1 : at, Math.min(hidden ? length - 1 : length, MOST_PATH));
    }

    // Ends

    /// Puts both ends of a socket; nothing if the kernel did not tell, or if the format has no form for them.
    void ends(LiveRecord record, Source source) {
        int tag = LiveRecord.SOCKET + source.argument();
        if (record.length(tag) < SOCKET_BYTES) {
            return;
        }
        boolean out = source.from() == From.OUTBOUND;
        int at = record.offset(tag);
        int given = given(record, source);
        switch (record.u16(at + FAMILY)) {
            case IPV4 -> internet(record, at, given, IPV4, IPV4_BYTES, out);
            case IPV6 -> internet(record, at, given, IPV6, IPV6_BYTES, out);
            case UNIX -> unix(record, tag, given, out);
            default -> {
                // no form for it
            }
        }
    }

    /// The section with the address that the user gave; -1 without.
    private static int given(LiveRecord record, Source source) {
        if (source.address() < 0) {
            return -1;
        }
        int more = LiveRecord.MORE + source.address();
        int tag = record.has(more) ? more : LiveRecord.ARG + source.address();
        boolean isMessage = source.length() < 0 && tag != more;
        return record.length(tag) < 2 || isMessage ? -1 : tag;
    }

    private void internet(LiveRecord record, int at, int given, int family, int size, boolean outbound) {
        int port = record.u16(at + REMOTE_PORT);
        var remoteIn = record.bytes();
        int remoteAt = at + REMOTE;
        // one that is not connected has no other end but the one it was told to send to, or heard from
        int least = family == IPV4 ? IPV4_ADDRESS : IPV6_ADDRESS;
        if (port == 0
                && given >= 0
                && record.length(given) >= least
                && isOf(family, record.u16(record.offset(given)))) {
            port = port(record, record.offset(given) + 2);
            remoteAt = record.offset(given) + (family == IPV4 ? 4 : 8);
        }
        out.number(family, 1);
        if (outbound) {
            out.bytes(record.bytes(), at + LOCAL, size);
            out.number(record.u16(at + LOCAL_PORT), 2);
        }
        out.bytes(remoteIn, remoteAt, size);
        out.number(port, 2);
        if (!outbound) {
            out.bytes(record.bytes(), at + LOCAL, size);
            out.number(record.u16(at + LOCAL_PORT), 2);
        }
    }

    /// The kernel sends to an address of no family by an IPv4 socket as if it said IPv4, for old programs' sake.
    private static boolean isOf(int family, int given) {
        return given == family || family == IPV4 && given == UNSPECIFIED;
    }

    private void unix(LiveRecord record, int tag, int given, boolean outbound) {
        int at = record.offset(tag);
        out.number(UNIX, 1);
        out.number(record.i64(at + (outbound ? PEER : SELF)), Long.BYTES);
        out.number(record.i64(at + (outbound ? SELF : PEER)), Long.BYTES);
        int length = record.length(tag) - SOCKET_BYTES;
        boolean unnamed = length == 0 || length == 1 && record.bytes()[at + SOCKET_BYTES] == 0;
        if (unnamed && given >= 0 && record.u16(record.offset(given)) == UNIX) {
            path(record, record.offset(given) + 2, record.length(given) - 2);
        } else {
            path(record, at + SOCKET_BYTES, length);
        }
    }

    // Options

    /// The number of an option by the format, which knows those of the socket level alone.
    static long option(LiveRecord record, Source source) {
        boolean known = (int) record.argument(LEVEL_ARGUMENT) == SOL_SOCKET;
        int name = (int) record.argument(source.argument());
        int old = name == SO_RCVTIMEO_NEW ? SO_RCVTIMEO : name == SO_SNDTIMEO_NEW ? SO_SNDTIMEO : name;
        return known ? source.values().toFormat(old) : 0;
    }

    void optionValue(LiveRecord record, Source source) {
        int tag = LiveRecord.ARG + source.argument();
        if (!record.has(tag)) {
            return;
        }
        int at = record.offset(tag);
        int length = record.length(tag);
        int as = (int) record.argument(LEVEL_ARGUMENT) == SOL_SOCKET
                ? form((int) record.argument(NAME_ARGUMENT))
                : AS_BYTES;
        boolean compat = record.is(LiveRecord.FACT_COMPAT);
        if (as == AS_TIME && length >= 16) {
            time(record.i64(at), record.i64(at + 8));
        } else if (as == AS_TIME && compat && length >= 8) {
            time(record.u32(at), record.u32(at + 4));
        } else if (as == AS_64 && length >= 8) {
            out.number(AS_64, 1);
            out.number(record.i64(at), 8);
        } else if (as == AS_ERROR && length >= 4) {
            out.number(AS_ERROR, 1);
            out.number(-(long) record.u32(at), 8);
        } else if (as == AS_32 && length >= 4) {
            out.number(AS_32, 1);
            out.number(record.u32(at), 4);
        } else {
            out.number(AS_BYTES, 1);
            out.bytes(record.bytes(), at, length);
        }
    }

    private void time(long seconds, long micros) {
        out.number(AS_TIME, 1);
        out.number(seconds * NANOS_PER_SECOND + micros * NANOS_PER_MICRO, 8);
    }

    private static int form(int name) {
        return switch (name) {
            case SO_ERROR -> AS_ERROR;
            case SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVTIMEO_NEW, SO_SNDTIMEO_NEW -> AS_TIME;
            case SO_COOKIE -> AS_64;
            case SO_LINGER, SO_PEERCRED, SO_ATTACH_FILTER, SO_PEERNAME, SO_ATTACH_BPF, SO_MEMINFO, SO_PEERGROUPS ->
                AS_BYTES;
            default -> name > 0 && name < SO_PEERGROUPS ? AS_32 : AS_BYTES;
        };
    }
}
