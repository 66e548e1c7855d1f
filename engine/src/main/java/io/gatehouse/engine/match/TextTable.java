// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.Arrays;
import java.util.Collection;

/// Texts to rows: one row for each text that rules name in full, and for any other text one row for its
/// longest start (or end) that rules name.
///
/// Immutable.
final class TextTable {
    private static final int LENGTHS = Long.SIZE - 1;

    /// Which way a text is read when its start is looked for.
    enum Direction {
        FROM_START,
        FROM_END
    }

    private final String[] names;
    private final int[] rows;
    /// Bit n: some name has n chars; the last bit stands for all longer ones.
    private final long lengths;
    private final Trie trie;

    /// @param names their rows are `firstRow`, `firstRow + 1` …
    /// @param trie its nodes tell the rows of all other texts
    TextTable(Collection<String> names, int firstRow, Trie trie) {
        int size = Integer.highestOneBit(Math.max(names.size(), 1) * 2) * 2; // between a quarter and half full
        this.names = new String[size];
        this.rows = new int[size];
        this.trie = trie;
        long seen = 0;
        int row = firstRow;
        for (var name : names) {
            int at = place(name);
            this.names[at] = name;
            this.rows[at] = row++;
            seen |= 1L << Math.min(name.length(), LENGTHS);
        }
        this.lengths = seen;
    }

    int row(String text) {
        if ((lengths >>> Math.min(text.length(), LENGTHS) & 1) != 0) {
            int at = place(text);
            if (names[at] != null) {
                return rows[at];
            }
        }
        return trie.row(text);
    }

    /// Where a text is, or else where it would be put.
    private int place(String text) {
        int hash = text.hashCode();
        int at = (hash ^ hash >>> 15) & names.length - 1;
        while (names[at] != null && !names[at].equals(text)) {
            at = at + 1 & names.length - 1;
        }
        return at;
    }

    /// The beginnings, or ends, that rules name, as a tree with a char on each edge. Node 0 is the root.
    static final class Trie {
        private final Direction direction;
        private final char[][] edges;
        private final int[][] children;
        private final int[] rows;

        private Trie(Direction direction, char[][] edges, int[][] children, int[] rows) {
            this.direction = direction;
            this.edges = edges;
            this.children = children;
            this.rows = rows;
        }

        /// @param starts each with a row of its own, counted from `firstRow` in this order; the first is
        /// the empty text
        static Trie of(Direction direction, Collection<String> starts, int firstRow) {
            var growing = new Growing();
            int row = firstRow;
            for (var start : starts) {
                growing.add(direction, start, row++);
            }
            growing.inherit(0, growing.rows[0]);
            return new Trie(direction, growing.edges, growing.children, growing.rows);
        }

        int row(String text) {
            int length = text.length();
            int node = 0;
            for (int i = 0; i < length; i++) {
                char next = text.charAt(direction == Direction.FROM_START ? i : length - 1 - i);
                int child = child(edges[node], next);
                if (child < 0) {
                    break;
                }
                node = children[node][child];
            }
            return rows[node];
        }

        private static int child(char[] edges, char next) {
            for (int i = 0; i < edges.length; i++) {
                if (edges[i] == next) {
                    return i;
                }
            }
            return -1;
        }

        private static final class Growing {
            private static final int NONE = -1;
            private char[][] edges = {{}};
            private int[][] children = {{}};
            private int[] rows = {NONE};
            private int size = 1;

            void add(Direction direction, String start, int row) {
                int node = 0;
                for (int i = 0; i < start.length(); i++) {
                    char next = start.charAt(direction == Direction.FROM_START ? i : start.length() - 1 - i);
                    int child = child(edges[node], next);
                    if (child < 0) {
                        child = edges[node].length;
                        edges[node] = Arrays.copyOf(edges[node], child + 1);
                        children[node] = Arrays.copyOf(children[node], child + 1);
                        edges[node][child] = next;
                        children[node][child] = newNode();
                    }
                    node = children[node][child];
                }
                rows[node] = row;
            }

            private int newNode() {
                if (size == rows.length) {
                    edges = Arrays.copyOf(edges, size * 2);
                    children = Arrays.copyOf(children, size * 2);
                    rows = Arrays.copyOf(rows, size * 2);
                }
                edges[size] = new char[0];
                children[size] = new int[0];
                rows[size] = NONE;
                return size++;
            }

            /// A node that no start ends at means what the longest start on the way to it means.
            void inherit(int root, int row) {
                // a child is always younger than its parent, so one pass in order of age will do
                rows[root] = row;
                for (int node = 0; node < size; node++) {
                    for (int child : children[node]) {
                        if (rows[child] == NONE) {
                            rows[child] = rows[node];
                        }
                    }
                }
            }
        }
    }
}
