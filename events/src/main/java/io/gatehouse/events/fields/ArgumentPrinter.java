// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Addresses;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.Param;
import io.gatehouse.schemas.event.ParamType;
import io.gatehouse.schemas.event.SyscallNames;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Locale;

/// Prints parameters of events as Sysdig does: the value, and what it means where that is more.
final class ArgumentPrinter {
    private static final String NOT_AVAILABLE = "<NA>";
    private static final String NOTHING = "NULL";
    private static final long NO_ACCOUNT = 0xffffffffL;
    private static final int UNIX = 1;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;

    private final TimeText times;
    private final FlagNames[][] flags = flagNames();

    ArgumentPrinter(ZoneId zone) {
        times = new TimeText(zone);
    }

    private static FlagNames[][] flagNames() {
        return EventTable.current().all().stream()
                .map(type -> type.params().stream().map(FlagNames::new).toArray(FlagNames[]::new))
                .toArray(FlagNames[][]::new);
    }

    /// @param text the value: `-2`, `3`, a path as it was written
    /// @param meaning `ENOENT`, `<f>/etc/passwd`, the absolute path; empty if there is none
    record Printed(String text, String meaning) {
        /// What a rule compares with.
        String best() {
            return meaning.isEmpty() ? text : meaning;
        }
    }

    /// What a rule compares with. Names of flags, which rules ask for most, are not made anew.
    ///
    /// @param place of a parameter that the event has
    String best(Scene scene, int place) {
        var event = scene.event();
        var names = switch (event.type().params().get(place).type()) {
            case FLAGS8, FLAGS16, FLAGS32, ENUMFLAGS8, ENUMFLAGS16, ENUMFLAGS32, MODE ->
                event.length(place) == 0
                        ? ""
                        : flags[event.code()][place].text(bits(event, event.offset(place), event.length(place)));
            default -> "";
        };
        return names.isEmpty() ? print(scene, place).best() : names;
    }

    /// @param place of a parameter that the event has
    Printed print(Scene scene, int place) {
        var event = scene.event();
        var param = event.type().params().get(place);
        if (event.length(place) == 0) {
            return plain(empty(param.type()));
        }
        if (param.type() == ParamType.DYN) {
            return variant(scene, place, param);
        }
        return value(scene, place, param, event.offset(place), event.length(place));
    }

    /// What Sysdig prints for a parameter that is not there: one of two texts, for reasons of its history.
    private static String empty(ParamType type) {
        return switch (type) {
            case BYTEBUF, SOCKTUPLE, FDLIST, CHARBUFARRAY, CHARBUF_PAIR_ARRAY, DYN -> NOTHING;
            default -> NOT_AVAILABLE;
        };
    }

    private Printed variant(Scene scene, int place, Param param) {
        var event = scene.event();
        var variants = Variants.of(event.type());
        int variant = event.bytes()[event.offset(place)] & 0xff;
        if (variant >= variants.size()) {
            return plain("INVALID DYNAMIC PARAMETER");
        }
        var inner = variants.get(variant);
        // Sysdig prints the number in the format of the outer parameter.
        var shown = new Param(param.name(), inner.type(), param.format(), inner.values(), -1);
        int length = event.length(place) - 1;
        return length == 0 ? plain(empty(inner.type())) : value(scene, place, shown, event.offset(place) + 1, length);
    }

    private Printed value(Scene scene, int place, Param param, int offset, int length) {
        var event = scene.event();
        return switch (param.type()) {
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, PORT ->
                plain(number(event, param, offset, length));
            case FD, FD32 -> descriptor(scene, signed(event, offset, length));
            case PID, PID32 -> process(scene, signed(event, offset, length));
            case ERRNO -> result(signed(event, offset, length));
            case CHARBUF -> plain(text(event, offset, length));
            case FSPATH, FSRELPATH -> path(scene, param, text(event, offset, length));
            case BYTEBUF -> plain(dots(event.bytes(), offset, length));
            case SOCKADDR -> plain(address(event, offset, length));
            case SOCKTUPLE -> plain(tuple(event, offset, length));
            case IPV4ADDR, IPV6ADDR -> plain(internetAddress(event, offset, length));
            case FDLIST -> plain(polled(scene, offset, length));
            case SYSCALLID -> {
                long code = bits(event, offset, length);
                yield new Printed(Long.toString(code), SyscallNames.of(code, -1));
            }
            case SIGTYPE -> {
                long signal = bits(event, offset, length);
                yield new Printed(Long.toString(signal), Signals.nameOf(signal));
            }
            case SIGSET -> plain(Signals.namesOf(bits(event, offset, length)));
            case RELTIME -> span(bits(event, offset, length));
            case ABSTIME -> plain(times.dateWithNanos(bits(event, offset, length)));
            case FLAGS8, FLAGS16, FLAGS32, ENUMFLAGS8, ENUMFLAGS16, ENUMFLAGS32 -> {
                long value = bits(event, offset, length);
                yield new Printed(Long.toString(value), flags[event.code()][place].text(value));
            }
            case MODE -> {
                long value = bits(event, offset, length);
                yield new Printed(number(event, param, offset, length), flags[event.code()][place].text(value));
            }
            case UID -> user(scene, bits(event, offset, length));
            case GID -> group(scene, bits(event, offset, length));
            case CHARBUFARRAY, CHARBUF_PAIR_ARRAY ->
                plain(dots(event.bytes(), offset, withoutEnd(event, offset, length)));
            case DYN -> plain("INVALID DYNAMIC PARAMETER");
        };
    }

    private static Printed plain(String text) {
        return new Printed(text, "");
    }

    private static long bits(Event event, int offset, int length) {
        long value = 0;
        for (int i = Math.min(length, Long.BYTES) - 1; i >= 0; i--) {
            value = value << 8 | event.bytes()[offset + i] & 0xff;
        }
        return value;
    }

    private static long signed(Event event, int offset, int length) {
        int unused = Long.SIZE - 8 * Math.min(length, Long.BYTES);
        return bits(event, offset, length) << unused >> unused;
    }

    /// In decimal, numbers of four and of eight bytes are printed signed whatever they are, as Sysdig does;
    /// hexadecimal ones in capitals.
    private static String number(Event event, Param param, int offset, int length) {
        long bits = bits(event, offset, length);
        return switch (param.format()) {
            case HEX -> Long.toHexString(bits).toUpperCase(Locale.ROOT);
            case OCT -> bits == 0 ? "0" : "0" + Long.toOctalString(bits);
            case DEC, NA ->
                Long.toString(param.type().signed() || length >= Integer.BYTES ? signed(event, offset, length) : bits);
        };
    }

    private static String text(Event event, int offset, int length) {
        int end = offset;
        while (end < offset + length && event.bytes()[end] != 0) {
            end++;
        }
        var text = latin1(event, offset, end - offset);
        return text.equals("(NULL)") ? NOT_AVAILABLE : text;
    }

    private static String latin1(Event event, int offset, int length) {
        return new String(event.bytes(), offset, length, StandardCharsets.ISO_8859_1);
    }

    private static Printed descriptor(Scene scene, long number) {
        var text = Long.toString(number);
        if (scene.task() == null) {
            return plain(text);
        }
        if (number == Directories.WORKING_DIRECTORY) {
            return new Printed(text, "AT_FDCWD");
        }
        if (number < 0) {
            return new Printed(text, Errno.nameOf(number));
        }
        var descriptor = scene.task().descriptor(number);
        if (descriptor == null) {
            return plain(text);
        }
        var transport = descriptor.kind().isInternet()
                ? switch (descriptor.knownTransport()) {
                    case TCP -> "t";
                    case UDP -> "u";
                    case ICMP -> "i";
                    case RAW -> "r";
                    case UNKNOWN, NOT_APPLICABLE -> "";
                }
                : "";
        return new Printed(text, "<" + descriptor.kind().letter() + transport + ">" + descriptor.name());
    }

    private static Printed process(Scene scene, long number) {
        var task = scene.machine().task(number);
        return new Printed(Long.toString(number), task == null ? "" : task.comm());
    }

    private static Printed result(long number) {
        return new Printed(Long.toString(number), number < 0 ? Errno.nameOf(number) : "");
    }

    private static Printed path(Scene scene, Param param, String path) {
        boolean isRelative = !path.isEmpty() && !Directories.isAbsolute(path) && !path.equals(NOT_AVAILABLE);
        return new Printed(path, isRelative && scene.task() != null ? Directories.absolute(scene, param, path) : "");
    }

    /// Bytes that are no printable ASCII become dots.
    private static String dots(byte[] bytes, int offset, int length) {
        var text = new byte[length];
        for (int i = 0; i < length; i++) {
            byte b = bytes[offset + i];
            text[i] = b >= ' ' && b <= '~' ? b : (byte) '.';
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /// A list of texts ends with a NUL that separates nothing.
    private static int withoutEnd(Event event, int offset, int length) {
        return event.bytes()[offset + length - 1] == 0 ? length - 1 : length;
    }

    private static String address(Event event, int offset, int length) {
        int family = event.bytes()[offset] & 0xff;
        return switch (family) {
            case UNIX -> text(event, offset + 1, length - 1);
            case IPV4 -> length < 7 ? "INVALID IPv4" : endpoint(event, offset + 1, 4);
            case IPV6 -> length < 19 ? "INVALID IPv6" : endpoint(event, offset + 1, 16);
            default -> "family " + family;
        };
    }

    private static String endpoint(Event event, int offset, int size) {
        return Addresses.endpoint(latin1(event, offset, size), (int) bits(event, offset + size, Short.BYTES));
    }

    private static String tuple(Event event, int offset, int length) {
        int family = event.bytes()[offset] & 0xff;
        return switch (family) {
            case UNIX -> length < 18 ? "INVALID PATH" : unixTuple(event, offset, length);
            case IPV4 -> length < 13 ? "INVALID IPv4" : tuple(event, offset + 1, 4, 0);
            case IPV6 -> length < 37 ? "INVALID IPv6" : ipv6Tuple(event, offset + 1);
            default -> "family " + family;
        };
    }

    private static String unixTuple(Event event, int offset, int length) {
        return Long.toHexString(bits(event, offset + 1, Long.BYTES))
                + "->" + Long.toHexString(bits(event, offset + 9, Long.BYTES))
                + " " + text(event, offset + 17, length - 17);
    }

    /// Two IPv4 addresses in the form of IPv6 ones are written as what they are.
    private static String ipv6Tuple(Event event, int offset) {
        boolean mapped =
                Addresses.isMapped(latin1(event, offset, 16)) && Addresses.isMapped(latin1(event, offset + 18, 16));
        return mapped ? tuple(event, offset, 16, 12) : tuple(event, offset, 16, 0);
    }

    /// @param skip how many leading bytes of an address are left out
    private static String tuple(Event event, int offset, int size, int skip) {
        int second = offset + size + Short.BYTES;
        return Addresses.tuple(
                latin1(event, offset + skip, size - skip),
                (int) bits(event, offset + size, Short.BYTES),
                latin1(event, second + skip, size - skip),
                (int) bits(event, second + size, Short.BYTES));
    }

    private static String internetAddress(Event event, int offset, int length) {
        return length == 4 || length == 16 ? Addresses.text(latin1(event, offset, length)) : NOT_AVAILABLE;
    }

    /// `4:p1 7:f3`: the number, the kind of descriptor, the awaited events in hexadecimal.
    private static String polled(Scene scene, int offset, int length) {
        var list = new StringBuilder();
        PolledDescriptors.forEach(scene.event(), offset, length, (number, events) -> {
            var descriptor = scene.task() == null ? null : scene.task().descriptor(number);
            list.append(list.isEmpty() ? "" : " ")
                    .append(Long.toUnsignedString(number))
                    .append(':')
                    .append(descriptor == null ? "?" : descriptor.kind().letter())
                    .append(Integer.toHexString(events));
        });
        return list.toString();
    }

    private static Printed span(long nanos) {
        return nanos == -1
                ? plain("none")
                : new Printed(
                        Long.toUnsignedString(nanos),
                        Decimal.sixDigits(unsigned(nanos) / TimeText.NANOS_PER_SECOND) + "s");
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : (bits >>> 1) * 2.0;
    }

    private static Printed user(Scene scene, long id) {
        if (id == NO_ACCOUNT) {
            return new Printed("-1", "<NONE>");
        }
        var user = scene.task() == null
                ? null
                : scene.machine().accounts().user(scene.task().containerId(), id);
        return new Printed(
                Integer.toString((int) id), user == null || user.name().isEmpty() ? NOT_AVAILABLE : user.name());
    }

    private static Printed group(Scene scene, long id) {
        if (id == NO_ACCOUNT) {
            return new Printed("-1", "<NONE>");
        }
        var group = scene.task() == null
                ? null
                : scene.machine().accounts().group(scene.task().containerId(), id);
        return new Printed(
                Integer.toString((int) id), group == null || group.name().isEmpty() ? NOT_AVAILABLE : group.name());
    }
}
