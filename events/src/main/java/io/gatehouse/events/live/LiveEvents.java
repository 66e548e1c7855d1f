// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.ParamType;
import io.gatehouse.schemas.event.Source;

/// Makes events of records: what a capture would hold of the same act. Belongs to one thread.
///
/// What the record does not tell is a parameter that is not there; nothing is made up. The event is a view of a buffer
/// that the next one overwrites. Nothing is allocated once the buffer is as long as the longest event.
public final class LiveEvents {
    private static final int EXECVE = 293;
    private static final int EXECVEAT = 331;
    private static final int CLONE = 223;
    private static final int PROCESS_ENDED = 186;
    private static final int NO_REAPER_KNOWN = -1;
    private static final boolean[] BIRTHS = codes(CLONE, 225, 227, 335);
    private static final boolean[] EXECS = codes(EXECVE, EXECVEAT);

    private static final ParamType[][] TYPES = EventTable.current().all().stream()
            .map(type -> type.params().stream().map(param -> param.type()).toArray(ParamType[]::new))
            .toArray(ParamType[][]::new);

    private final ParamBuffer params = new ParamBuffer();
    private final LiveNumbers numbers = new LiveNumbers();
    private final LiveTexts texts = new LiveTexts(params);
    private final LiveVariants variants = new LiveVariants(params);
    private final SocketParams sockets = new SocketParams(params);
    private final Call clone = only(CLONE);
    private final Call execve = only(EXECVE);
    private long bootNanos;
    private long unknown;

    /// @param bootNanos what to add to a record's time to have nanoseconds since 1970
    public LiveEvents(long bootNanos) {
        this.bootNanos = bootNanos;
    }

    private static Call only(int code) {
        return CallTable.current().ofEvent(code).getFirst();
    }

    private static boolean[] codes(int... which) {
        var codes = new boolean[EventTable.current().size()];
        for (int code : which) {
            codes[code] = true;
        }
        return codes;
    }

    /// The clock that counts from 1970 was set.
    public void bootNanos(long nanos) {
        bootNanos = nanos;
    }

    /// Records of calls that the table does not have.
    public long unknown() {
        return unknown;
    }

    /// Makes the event of a record.
    ///
    /// @param number of the event, from 1
    /// @return false if there is nothing to tell: a call nobody knows, or the return of one whose effect is told by
    ///     a record of its own
    public boolean fill(LiveRecord record, Event event, long number) {
        params.clear();
        var call = CallTable.current().byIndex(record.call());
        int code = switch (record.kind()) {
            case LiveRecord.CALL -> returned(record, call);
            case LiveRecord.EXEC -> make(record, call != null && EXECS[call.eventCode()] ? call : execve, 0);
            case LiveRecord.FORK -> make(record, call != null && BIRTHS[call.eventCode()] ? call : clone, 0);
            default -> ended(record);
        };
        if (code < 0) {
            return false;
        }
        event.begin(
                code,
                number,
                record.timeNanos() + bootNanos,
                Integer.toUnsignedLong(record.tid()),
                record.cpu(),
                params.bytes());
        params.into(event);
        return true;
    }

    // By kind of record

    private int returned(LiveRecord record, Call call) {
        if (call == null) {
            unknown++;
            return -1;
        }
        long result = LiveNumbers.result(record);
        // a new program, and the child's side of a birth
        boolean toldByItself = result == 0 && (EXECS[call.eventCode()] || BIRTHS[call.eventCode()]);
        return toldByItself ? -1 : make(record, call, result);
    }

    private int ended(LiveRecord record) {
        int status = (int) record.argument(0);
        int signal = status & 0x7f;
        put(PROCESS_ENDED, status);
        put(PROCESS_ENDED, signal == 0 ? status >> 8 & 0xff : 0);
        put(PROCESS_ENDED, signal);
        put(PROCESS_ENDED, status >> 7 & 1);
        put(PROCESS_ENDED, NO_REAPER_KNOWN);
        return PROCESS_ENDED;
    }

    /// The next parameter of such an event.
    private void put(int code, long value) {
        params.number(value, TYPES[code][params.count()].bytes());
        params.end();
    }

    private int make(LiveRecord record, Call call, long result) {
        var sources = call.params();
        var types = TYPES[call.eventCode()];
        for (int i = 0; i < types.length; i++) {
            put(record, call, sources.get(i), types[i], result);
            params.end();
        }
        return call.eventCode();
    }

    // By form of parameter

    private void put(LiveRecord record, Call call, Source source, ParamType type, long result) {
        switch (source.from().form()) {
            case NUMBER -> {
                if (numbers.read(record, call, source, result)) {
                    params.number(numbers.value(), type.bytes());
                }
            }
            case TEXT, BYTES -> texts.put(record, source, result);
            case ADDRESS -> sockets.address(record, LiveRecord.ARG + source.argument());
            case ENDS -> {
                if (result >= 0 || result == LiveNumbers.IN_PROGRESS) {
                    sockets.ends(record, source);
                }
            }
            case POLLED, VARIANT -> {
                if (source.from() == Source.From.OPTION_VALUE) {
                    sockets.optionValue(record, source);
                } else {
                    variants.put(record, source, result);
                }
            }
            case NOTHING -> {
                // the kernel does not tell
            }
        }
    }
}
