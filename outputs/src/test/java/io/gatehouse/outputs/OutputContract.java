// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every output must hold. One subclass per output.
abstract class OutputContract {
    abstract Output open(LineFormat format) throws IOException;

    /// Everything that arrived.
    abstract String arrived() throws IOException;

    /// From now on every write fails.
    abstract void breakDown() throws IOException;

    abstract void repair() throws IOException;

    private static final List<Entry> ENTRIES = List.of(
            new Entry.Raised(Alerts.full()),
            new Entry.Raised(Alerts.bare()),
            new Entry.Raised(Alerts.hostile("\u001b[0m\n\u2028\ud800")),
            Alerts.suppressed(),
            new Entry.Matched(Alerts.match("cat", "")),
            Alerts.suppressedMatches(),
            Alerts.lost());

    @ParameterizedTest
    @EnumSource
    void every_entry_arrives_as_one_line_in_order(LineFormat format) throws IOException {
        var expected = new StringBuilder();
        try (var output = open(format)) {
            for (var entry : ENTRIES) {
                output.write(entry);
                expected.append(format.line(entry)).append('\n');
                assertEquals(expected.toString(), arrived(), "at once, not at the close");
            }
        }
        assertEquals(expected.toString(), arrived());
    }

    @Test
    void a_failed_write_is_told_and_the_same_entry_can_be_tried_again() throws IOException {
        try (var output = open(LineFormat.TEXT)) {
            output.write(ENTRIES.get(0));
            breakDown();
            for (var i = 0; i < 3; i++) {
                assertThrows(IOException.class, () -> output.write(ENTRIES.get(1)));
            }
            repair();
            output.write(ENTRIES.get(1));
            output.write(ENTRIES.get(3));
        }
        var expected = new ArrayList<String>();
        for (var i : List.of(0, 1, 3)) {
            expected.add(LineFormat.TEXT.line(ENTRIES.get(i)));
        }
        assertEquals(expected, arrived().lines().toList());
    }

    @Test
    void an_entry_that_was_given_up_does_not_hurt_the_next() throws IOException {
        try (var output = open(LineFormat.JSON)) {
            breakDown();
            assertThrows(IOException.class, () -> output.write(ENTRIES.get(0)));
            repair();
            output.write(ENTRIES.get(1));
        }
        assertEquals(
                List.of(LineFormat.JSON.line(ENTRIES.get(1))), arrived().lines().toList());
    }

    @Test
    void its_name_is_fit_for_a_message() throws IOException {
        try (var output = open(LineFormat.TEXT)) {
            assertFalse(output.name().isBlank());
            assertTrue(output.name().lines().count() == 1);
        }
    }
}
