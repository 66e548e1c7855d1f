// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// All system calls of Linux, and the event that each becomes. `calls.txt` is the text.
public final class CallTable {
    static final String RESOURCE = "calls.txt";
    /// Added to the number of a call that came by the 32-bit entry.
    public static final int COMPAT = 512;

    private static final int INDEXES = 2 * COMPAT;
    static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final CallTable CURRENT = CallText.read(Resource.lines(RESOURCE), ARM);

    private final List<Call> all;
    private final Call[] byIndex = new Call[INDEXES];
    private final List<List<Call>> byEvent;

    CallTable(List<Call> all) {
        this.all = List.copyOf(all);
        var events = new ArrayList<List<Call>>();
        for (int code = 0; code < EventTable.current().size(); code++) {
            events.add(new ArrayList<>());
        }
        for (var call : all) {
            events.get(call.eventCode()).add(call);
            if (call.number() >= 0) {
                place(call, call.number());
            }
            call.numbers32().forEach(number -> place(call, COMPAT + number));
        }
        byEvent = events.stream().map(List::copyOf).toList();
        claimOnce(call -> List.of(call.numbers().x86()), "x86-64");
        claimOnce(call -> List.of(call.numbers().arm64()), "arm64");
        claimOnce(call -> call.numbers().i386(), "i386");
        claimOnce(call -> call.numbers().arm(), "arm");
    }

    private void place(Call call, int index) {
        if (byIndex[index] != null) {
            throw new IllegalStateException(RESOURCE + " has two calls for " + index);
        }
        byIndex[index] = call;
    }

    /// Of every architecture, as only one of them is looked up here.
    private void claimOnce(Function<Call, List<Integer>> numbers, String architecture) {
        var claims = new String[COMPAT];
        for (var call : all) {
            for (int number : numbers.apply(call)) {
                if (number >= 0 && claims[number] != null) {
                    throw new IllegalStateException("%s: %s and %s are both %d of %s"
                            .formatted(RESOURCE, claims[number], call.name(), number, architecture));
                }
                if (number >= 0) {
                    claims[number] = call.name();
                }
            }
        }
    }

    public static CallTable current() {
        return CURRENT;
    }

    /// In the order of the text; some have no number on this machine.
    public List<Call> all() {
        return all;
    }

    /// Those that this machine has and that become such an event.
    public List<Call> ofEvent(int eventCode) {
        return byEvent.get(eventCode);
    }

    /// @param callIndex the kernel's number, plus [#COMPAT] by the 32-bit entry
    /// @return null if there is no such call
    public Call byIndex(int callIndex) {
        return callIndex < 0 || callIndex >= INDEXES ? null : byIndex[callIndex];
    }

    /// All indexes of a call on this machine.
    public static int[] indexes(Call call) {
        var compat = call.numbers32().stream().mapToInt(number -> COMPAT + number);
        var own = IntStream.of(call.number()).filter(number -> number >= 0);
        return IntStream.concat(own, compat).toArray();
    }
}
