// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// Finds which of many texts lie within a text, in one pass over it, however many there are (Aho and
/// Corasick's automaton). Immutable.
final class PartTable {
    /// Steps of the automaton, four bytes each; above this the parts are better looked for one by one.
    private static final int MOST_STEPS = 1 << 21;
    private static final int BYTES = 256;
    /// The row of a state at whose end no part lies.
    static final int NOTHING = 0;

    enum Case {
        COUNTS,
        IS_FOLDED
    }

    /// Class of each char; class 0 is any char that no part holds.
    private final int[] classes;
    private final int width;
    private final int[] steps;
    private final int[] rows;
    /// For each row the parts that end there.
    private final List<List<String>> ending;

    /// Whether a table of these parts would be of a reasonable size.
    static boolean fits(Collection<String> parts) {
        long chars = parts.stream().mapToLong(String::length).sum();
        long distinct = parts.stream().flatMapToInt(String::chars).distinct().count();
        return (chars + 1) * (distinct + 1) <= MOST_STEPS;
    }

    /// @param parts none of them empty; in lower case if that is folded
    PartTable(Collection<String> parts, Case upperAndLower) {
        classes = classes(parts, upperAndLower);
        width = Arrays.stream(classes).max().orElse(0) + 1;
        var growing = new Growing(parts.stream().mapToInt(String::length).sum() + 1);
        parts.forEach(growing::add);
        growing.link();
        steps = growing.steps;
        rows = growing.rows();
        ending = growing.ending;
    }

    private static int[] classes(Collection<String> parts, Case upperAndLower) {
        var chars = new TreeSet<Character>();
        parts.forEach(part -> part.chars().forEach(c -> chars.add((char) c)));
        var classes = new int[BYTES];
        int next = 1;
        for (char c : chars) {
            classes[c] = next;
            if (upperAndLower == Case.IS_FOLDED && c >= 'a' && c <= 'z') {
                classes[Character.toUpperCase(c)] = next;
            }
            next++;
        }
        return classes;
    }

    int rowCount() {
        return ending.size();
    }

    List<String> ending(int row) {
        return ending.get(row);
    }

    /// Adds to `found` the masks of all parts that lie in the text.
    ///
    /// @return whether there are any
    boolean find(String text, Masks masks, long[] found) {
        boolean any = false;
        int state = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            state = steps[state * width + (c < BYTES ? classes[c] : 0)];
            int row = rows[state];
            if (row != NOTHING) {
                masks.addTo(row, found);
                any = true;
            }
        }
        return any;
    }

    private final class Growing {
        private static final int NONE = -1;
        private final int[] steps;
        private final List<List<String>> parts = new ArrayList<>();
        private final List<List<String>> ending = new ArrayList<>(List.of(List.of()));
        private int size = 1;

        Growing(int most) {
            steps = new int[most * width];
            Arrays.fill(steps, NONE);
            parts.add(new ArrayList<>());
        }

        void add(String part) {
            int state = 0;
            for (int i = 0; i < part.length(); i++) {
                int at = state * width + classes[part.charAt(i)];
                if (steps[at] == NONE) {
                    steps[at] = size++;
                    parts.add(new ArrayList<>());
                }
                state = steps[at];
            }
            parts.get(state).add(part);
        }

        /// Where no char fits, goes on as the longest end of what was read would; breadth first, so that
        /// what a state falls back to is complete before it.
        void link() {
            var fallback = new int[size];
            var open = new ArrayDeque<Integer>();
            for (int c = 0; c < width; c++) {
                if (steps[c] == NONE) {
                    steps[c] = 0;
                } else {
                    open.add(steps[c]);
                }
            }
            while (!open.isEmpty()) {
                int state = open.remove();
                parts.get(state).addAll(parts.get(fallback[state]));
                for (int c = 0; c < width; c++) {
                    int at = state * width + c;
                    int behind = steps[fallback[state] * width + c];
                    if (steps[at] == NONE) {
                        steps[at] = behind;
                    } else {
                        fallback[steps[at]] = behind;
                        open.add(steps[at]);
                    }
                }
            }
        }

        int[] rows() {
            var rows = new int[size];
            for (int state = 0; state < size; state++) {
                if (!parts.get(state).isEmpty()) {
                    rows[state] = ending.size();
                    ending.add(List.copyOf(parts.get(state)));
                }
            }
            return rows;
        }
    }
}
