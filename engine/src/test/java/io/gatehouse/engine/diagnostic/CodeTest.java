// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class CodeTest {
    private static final Path PAGE = Path.of(System.getProperty("gatehouse.root"), "docs/reference/diagnostics.md");

    @Test
    void every_code_is_its_own_and_says_what_why_and_what_to_do() {
        var seen = new HashSet<String>();
        for (var code : Code.values()) {
            assertTrue(code.id().matches("GH-1\\d{3}"), code + " has the id " + code.id());
            assertTrue(seen.add(code.id()), code.id() + " stands twice in the table");
            for (var text : new String[] {code.meaning(), code.why(), code.fix()}) {
                assertFalse(text.isBlank(), code + " leaves something out");
                assertFalse(text.endsWith("."), code + " ends in a full stop: " + text);
            }
        }
    }

    @Test
    void the_table_is_in_the_order_of_its_numbers() {
        String last = "";
        for (var code : Code.values()) {
            assertTrue(code.id().compareTo(last) > 0, code.id() + " stands after " + last);
            last = code.id();
        }
    }

    /// `-Dgatehouse.golden=write` writes the page anew.
    @Test
    void the_committed_reference_lists_every_code() throws IOException {
        var page = page();
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertEquals(page, Files.readString(PAGE), PAGE + " is not what the table gives");
    }

    @Test
    void a_diagnostic_without_a_reason_or_a_way_out_cannot_be_made() {
        var span = new Span(new SourceText("a", "b"), 1, 1, 1);

        assertThrows(IllegalArgumentException.class, () -> Code.NOT_YAML.at(span, "message", " ", "fix"));
        assertThrows(IllegalArgumentException.class, () -> Code.NOT_YAML.at(span, "message", "why", ""));
    }

    private static String page() {
        var page = new StringBuilder("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                <!-- Generated from the table of codes, and a test compares. Change the table, not this page. -->
                # Diagnostics

                A code never changes its meaning. A message may give a more exact reason and remedy than this table.

                | code | severity | meaning | why | what to do |
                | --- | --- | --- | --- | --- |
                """);
        for (var code : Code.values()) {
            page.append("| %s | %s | %s | %s | %s |\n"
                    .formatted(
                            code.id(),
                            code.severity().name().toLowerCase(Locale.ROOT),
                            code.meaning(),
                            code.why(),
                            code.fix()));
        }
        return page.toString();
    }
}
