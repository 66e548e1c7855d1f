// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.schemas.event.Param;
import java.util.List;

/// Names of the flags that a number holds.
///
/// Few numbers are ever seen of one parameter, so their texts are kept; an entry is replaced by another of the same
/// place. Any thread: entries are immutable.
final class FlagNames {
    private static final int REMEMBERED = 32;

    private record Text(long number, String text) {}

    private final List<Param.Named> names;
    private final Kind kind;
    private final Text[] seen = new Text[REMEMBERED];

    enum Kind {
        /// Every bit for itself; each name takes its bits away.
        BITS,
        /// The whole number has a name, or several.
        ENUMERATION,
        /// As bits, up to a name for all of the number.
        MODE
    }

    FlagNames(Param param) {
        names = param.values();
        kind = switch (param.type()) {
            case ENUMFLAGS8, ENUMFLAGS16, ENUMFLAGS32 -> Kind.ENUMERATION;
            case MODE -> Kind.MODE;
            default -> Kind.BITS;
        };
    }

    /// `O_RDONLY|O_CLOEXEC`; empty if nothing in it has a name.
    String text(long number) {
        int place = (Long.hashCode(number * 0x9e3779b97f4a7c15L) & Integer.MAX_VALUE) % REMEMBERED;
        var known = seen[place];
        if (known == null || known.number != number) {
            known = new Text(number, join(number));
            seen[place] = known;
        }
        return known.text;
    }

    private String join(long number) {
        return switch (kind) {
            case ENUMERATION -> enumeration(number);
            case BITS -> bits(number);
            case MODE -> mode(number);
        };
    }

    private String enumeration(long number) {
        var text = new StringBuilder();
        for (var name : names) {
            if (name.value() == number) {
                append(text, name);
            }
        }
        return text.toString();
    }

    private String bits(long number) {
        var text = new StringBuilder();
        long rest = number;
        for (var name : names) {
            if (holds(name, rest, number)) {
                rest &= ~name.value();
                append(text, name);
                if (name.value() == number) {
                    break;
                }
            }
        }
        return text.toString();
    }

    private String mode(long number) {
        var text = new StringBuilder();
        long rest = number;
        for (var name : names) {
            if (name.value() == number) {
                append(text, name);
                break;
            }
            if (holds(name, rest, number)) {
                rest &= ~name.value();
                append(text, name);
            }
        }
        return text.toString();
    }

    /// A name for nothing holds for nothing only.
    private static boolean holds(Param.Named name, long rest, long number) {
        long value = name.value();
        return value == 0 ? number == 0 : rest != 0 && (rest & value) == value;
    }

    private static void append(StringBuilder text, Param.Named name) {
        text.append(text.isEmpty() ? "" : "|").append(name.name());
    }
}
