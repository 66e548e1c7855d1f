// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.Arrays;

/// What a matcher remembers while it looks at one event, so that nothing is read or decided twice. Of one
/// thread.
///
/// A remembered value counts only with the stamp of the current event, so a new event forgets all in one
/// step.
final class Scratch {
    private static final int LAST_STAMP = Integer.MAX_VALUE >>> 1; // a memo keeps one bit beside it

    /// The current event; from 1.
    int stamp;

    final String[] texts;
    final int[] textStamps;
    final long[] numbers;
    final int[] numberStamps;
    /// The stamp, times two, plus the answer.
    final int[] memos;
    /// The last text that a lookup looked up, and its row: the same string object needs no second search.
    final String[] lookedUp;
    final int[] rows;
    /// The rules of the event's plan that may still match, and those a key has found.
    final long[] open;
    final long[] found;

    Scratch(Slots slots, int words) {
        texts = new String[slots.texts()];
        textStamps = new int[slots.texts()];
        numbers = new long[slots.numbers()];
        numberStamps = new int[slots.numbers()];
        memos = new int[slots.memos()];
        lookedUp = new String[slots.lookups()];
        rows = new int[slots.lookups()];
        open = new long[words];
        found = new long[words];
    }

    void nextEvent() {
        if (stamp == LAST_STAMP) {
            stamp = 0;
            Arrays.fill(textStamps, 0);
            Arrays.fill(numberStamps, 0);
            Arrays.fill(memos, 0);
        }
        stamp++;
    }
}
