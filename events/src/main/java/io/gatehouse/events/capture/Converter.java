// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.Enters.Enter;
import io.gatehouse.schemas.event.Conversion;
import io.gatehouse.schemas.event.Conversion.Missing;
import io.gatehouse.schemas.event.Conversion.Source;
import io.gatehouse.schemas.event.ConversionTable;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Trait;
import io.gatehouse.schemas.event.ParamType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Brings events of older recorders into today's form, in which the end of a call tells everything. An
/// event that is already so passes at the price of one look into a table; nothing is allocated for the
/// others either.
final class Converter {
    /// What became of an event.
    enum Outcome {
        EVENT,
        /// The start of a call that is passed on for the state alone.
        ENTER,
        NOTHING
    }

    private enum Need {
        NONE,
        DROP,
        /// Only if it has another number of parameters than today's.
        BY_COUNT,
        ALWAYS
    }

    private static final int MOST_STEPS = 50;
    private static final int MOST_PARAMS = 64;
    /// Room for the longest default.
    private static final int DEFAULT_BYTES = 16;

    private static final Need[] NEEDS =
            EventTable.current().all().stream().map(Converter::need).toArray(Need[]::new);
    private static final int[] TODAY = EventTable.current().all().stream()
            .mapToInt(type -> type.params().size())
            .toArray();

    private final Enters enters = new Enters();
    private final int[] offsets = new int[2 * MOST_PARAMS];
    private final int[] lengths = new int[2 * MOST_PARAMS];
    private byte[] bytes = new byte[1 << 16];
    private int used;
    private long unknown;

    private static Need need(EventType type) {
        if (type.is(Trait.UNUSED)) {
            return Need.DROP;
        }
        boolean enter = type.direction() == Direction.ENTER;
        if (!type.is(Trait.CONVERTER_MANAGED)) {
            return enter && type.is(Trait.OLD_VERSION) ? Need.DROP : Need.NONE;
        }
        return enter || type.is(Trait.OLD_VERSION) ? Need.ALWAYS : Need.BY_COUNT;
    }

    /// Changes the event into today's form, in place.
    Outcome convert(Event event) {
        return switch (NEEDS[event.code()]) {
            case NONE -> Outcome.EVENT;
            case DROP -> Outcome.NOTHING;
            case BY_COUNT -> event.paramCount() == TODAY[event.code()] ? Outcome.EVENT : steps(event);
            case ALWAYS -> steps(event);
        };
    }

    /// Events of a form that no recorder is known to have written; they were left out.
    long unknown() {
        return unknown;
    }

    /// Starts of calls given up to stay within bounds.
    long forgotten() {
        return enters.forgotten();
    }

    /// Another recording begins.
    void reset() {
        enters.clear();
    }

    private Outcome steps(Event event) {
        used = -1; // not copied yet
        for (int step = 0; step < MOST_STEPS; step++) {
            var conversion = ConversionTable.current().find(event.code(), event.paramCount());
            if (conversion == null) {
                unknown++;
                return Outcome.NOTHING;
            }
            switch (conversion.action()) {
                case STORE -> {
                    enters.remember(event);
                    return Outcome.NOTHING;
                }
                case PASS -> {
                    return passed(event);
                }
                case STORE_AND_PASS -> {
                    enters.remember(event);
                    return passed(event);
                }
                case ADD, CHANGE_TYPE -> rewrite(event, conversion);
            }
            var need = NEEDS[event.code()];
            if (need == Need.NONE || need == Need.BY_COUNT && event.paramCount() == TODAY[event.code()]) {
                return Outcome.EVENT;
            }
            if (need == Need.DROP) {
                return Outcome.NOTHING;
            }
        }
        throw new IllegalStateException("conversions.txt goes in a circle at " + event.code());
    }

    /// The ends of calls never pass this way.
    private static Outcome passed(Event event) {
        return event.type().direction() == Direction.ENTER ? Outcome.ENTER : Outcome.EVENT;
    }

    private void rewrite(Event event, Conversion conversion) {
        if (used < 0) {
            copyParams(event);
        }
        var type = EventTable.current().byCode(conversion.target());
        int old = event.paramCount();
        for (int i = 0; i < old; i++) {
            offsets[i] = event.offset(i);
            lengths[i] = event.length(i);
        }
        var enter = enterOf(event);
        boolean enterUsed = false;
        int kept = conversion.action() == Conversion.Action.ADD ? old : 0;
        var sources = conversion.sources();
        for (int i = 0; i < sources.size(); i++) { // new parameters are gathered behind the old ones
            var today = type.params().get(kept + i).type();
            enterUsed |= fill(old + i, sources.get(i), today, event, enter);
        }
        if (enterUsed) {
            enter.close();
        }
        event.begin(type.code(), event.number(), event.timeNanos(), event.tid(), event.cpu(), bytes);
        for (int i = old - kept; i < old + sources.size(); i++) {
            event.param(offsets[i], lengths[i]);
        }
    }

    /// What the thread is in the middle of, null if it is another call, whose end was lost.
    private Enter enterOf(Event event) {
        var enter = enters.of(event.tid());
        return enter == null || enter.code() != event.code() - 1 ? null : enter;
    }

    /// @return whether the start of the call was used
    private boolean fill(int at, Source source, ParamType today, Event event, Enter enter) {
        boolean enterUsed = false;
        lengths[at] = 0;
        offsets[at] = 0;
        switch (source) {
            case Source.Old(int param) -> {
                offsets[at] = offsets[param];
                lengths[at] = lengths[param];
            }
            case Source.Enter(int param, var missing) -> {
                if (enter != null && param < enter.paramCount()) {
                    append(at, enter.bytes(), enter.offset(param), enter.length(param));
                    enterUsed = true;
                } else if (missing == Missing.DEFAULT) {
                    appendDefault(at, today);
                }
            }
            case Source.Empty() -> {}
            case Source.Default() -> appendDefault(at, today);
            case Source.Json() -> {
                var json = containerJson(event);
                append(at, json, 0, json.length);
            }
        }
        if (today.isNumber()) {
            lengths[at] = Math.min(lengths[at], today.bytes()); // an older form was wider
        }
        return enterUsed;
    }

    /// To a place of our own, where more can be appended.
    private void copyParams(Event event) {
        used = 0;
        int count = event.paramCount();
        for (int i = 0; i < count; i++) {
            lengths[i] = event.length(i);
            offsets[i] = used;
            reserve(lengths[i]);
            System.arraycopy(event.bytes(), event.offset(i), bytes, used, lengths[i]);
            used += lengths[i];
        }
        event.begin(event.code(), event.number(), event.timeNanos(), event.tid(), event.cpu(), bytes);
        for (int i = 0; i < count; i++) {
            event.param(offsets[i], lengths[i]);
        }
    }

    private void append(int param, byte[] from, int offset, int length) {
        reserve(length);
        System.arraycopy(from, offset, bytes, used, length);
        offsets[param] = used;
        lengths[param] = length;
        used += length;
    }

    private void appendDefault(int param, ParamType type) {
        int length = type == ParamType.IPV6ADDR ? DEFAULT_BYTES : type.bytes();
        reserve(length);
        byte value = type == ParamType.UID || type == ParamType.GID ? (byte) 0xff : 0;
        Arrays.fill(bytes, used, used + length, value);
        offsets[param] = used;
        lengths[param] = length;
        used += length;
    }

    private void reserve(int length) {
        if (bytes.length - used < length) {
            bytes = Arrays.copyOf(bytes, Math.max(used + length, 2 * bytes.length));
        }
    }

    private static byte[] containerJson(Event event) {
        var json = new StringBuilder("{\"id\":\"");
        escape(event.text(0), json);
        json.append("\",\"type\":").append(event.length(1) == 0 ? 0 : event.number(1));
        json.append(",\"name\":\"");
        escape(event.text(2), json);
        json.append("\",\"image\":\"");
        escape(event.text(3), json);
        return json.append("\"}\0").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void escape(String text, StringBuilder json) {
        for (int i = 0; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else {
                json.append(c);
            }
        }
    }
}
