// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import java.util.Collection;
import java.util.Locale;

/// Guesses which of some known words was meant.
public final class Spelling {
    private static final int LONGEST_WORD = 64;

    private Spelling() {}

    /// The known word nearest to a written one, null where none is near: at most a third of its letters may differ.
    public static String nearest(String written, Collection<String> known) {
        if (written.length() > LONGEST_WORD) {
            return null;
        }
        String nearest = null;
        int least = Math.max(1, written.length() / 3) + 1;
        for (var word : known) {
            int distance = distance(written.toLowerCase(Locale.ROOT), word.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = word;
            }
        }
        return nearest;
    }

    /// Letters to add, drop, change or swap with their neighbour.
    static int distance(String a, String b) {
        var table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                table[i][j] = i == 0 ? j : j == 0 ? i : step(table, a, b, i, j);
            }
        }
        return table[a.length()][b.length()];
    }

    private static int step(int[][] table, String a, String b, int i, int j) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(Math.min(table[i - 1][j], table[i][j - 1]) + 1, table[i - 1][j - 1] + change);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, table[i - 2][j - 2] + 1) : least;
    }
}
