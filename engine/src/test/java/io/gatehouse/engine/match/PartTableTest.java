// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.match.PartTable.Case;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Many texts looked for at once.
class PartTableTest {
    @Test
    void it_finds_what_looking_for_each_part_finds() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            var parts = new LinkedHashSet<String>();
            for (int n = 1 + random.nextInt(12); n > 0; n--) {
                parts.add(text(random, 1 + random.nextInt(5)));
            }
            var table = new PartTable(parts, Case.COUNTS);
            for (int k = 0; k < 20; k++) {
                var text = text(random, random.nextInt(20));
                var expected = new TreeSet<>(parts);
                expected.removeIf(part -> !text.contains(part));
                assertEquals(
                        expected,
                        found(table, List.copyOf(parts), text),
                        () -> "seed " + seed + " " + parts + " " + text);
            }
        }
    }

    private static String text(Random random, int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append("abc\u00e9".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    @Test
    void a_part_within_a_part_is_found_with_it_and_alone() {
        var parts = List.of("ssh_key", "key", "h_k");
        var table = new PartTable(parts, Case.COUNTS);

        assertEquals(Set.of("ssh_key", "key", "h_k"), found(table, parts, "/a/ssh_key"));
        assertEquals(Set.of("key"), found(table, parts, "ssh-key"));
        assertEquals(Set.of("h_k"), found(table, parts, "ssh_kex"));
    }

    @Test
    void case_is_folded_where_it_does_not_count() {
        var parts = List.of("private", "k\u00e9y");

        assertEquals(Set.of("private"), found(new PartTable(parts, Case.IS_FOLDED), parts, "BEGIN PRIVate"));
        assertEquals(
                Set.of(), found(new PartTable(parts, Case.COUNTS), parts, "BEGIN PRIVate".toUpperCase(Locale.ROOT)));
    }

    @Test
    void so_many_parts_that_the_table_would_be_huge_do_not_fit() {
        var parts = new ArrayList<String>();
        for (int i = 0; i < 3_000; i++) {
            parts.add("part-" + i + "x".repeat(50));
        }

        assertFalse(PartTable.fits(parts));
        assertTrue(PartTable.fits(parts.subList(0, 300)));
    }

    /// Each part is a rule of its own.
    private static Set<String> found(PartTable table, List<String> parts, String text) {
        var masks = new long[table.rowCount()][1];
        for (int row = 0; row < masks.length; row++) {
            for (var part : table.ending(row)) {
                masks[row][0] |= 1L << parts.indexOf(part);
            }
        }
        var found = new long[1];
        assertEquals(table.find(text, new Masks(masks), found), found[0] != 0);
        var names = new TreeSet<String>();
        for (int i = 0; i < parts.size(); i++) {
            if ((found[0] >>> i & 1) != 0) {
                names.add(parts.get(i));
            }
        }
        return names;
    }
}
