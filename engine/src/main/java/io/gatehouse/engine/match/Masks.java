// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.Arrays;
import java.util.HashMap;

/// A bit mask over the rules of a plan for every row of a lookup. Rows of equal masks share one. Immutable.
final class Masks {
    private final int width;
    private final int[] starts;
    private final long[] words;

    /// @param masks one for each row, all of one length
    Masks(long[][] masks) {
        width = masks[0].length;
        starts = new int[masks.length];
        var distinct = new HashMap<Mask, Integer>();
        for (int row = 0; row < masks.length; row++) {
            starts[row] = distinct.computeIfAbsent(new Mask(masks[row]), _ -> distinct.size()) * width;
        }
        words = new long[distinct.size() * width];
        distinct.forEach((mask, place) -> System.arraycopy(mask.words, 0, words, place * width, width));
    }

    private record Mask(long[] words) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Mask mask && Arrays.equals(words, mask.words);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }
    }

    /// Closes rules.
    ///
    /// @return whether any is still open
    boolean narrow(int row, long[] open) {
        int start = starts[row];
        long any = 0;
        for (int i = 0; i < width; i++) {
            any |= open[i] &= words[start + i];
        }
        return any != 0;
    }

    void addTo(int row, long[] found) {
        int start = starts[row];
        for (int i = 0; i < width; i++) {
            found[i] |= words[start + i];
        }
    }
}
