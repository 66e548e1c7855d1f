// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpstreamCodesTest {
    private static final Path PAGE = Path.of(System.getProperty("gatehouse.root"), "docs/reference/falco-codes.md");
    private static final Span SPAN = new Span(new SourceText("a", "b"), 1, 1, 1);
    /// Of other readers.
    private static final Set<Code> NEVER =
            Set.of(Code.NOT_JSON, Code.DUPLICATE_KEY, Code.UNSUPPORTED_TAG, Code.NOT_FINITE);
    /// All that Falco gives for the text of a file.
    private static final Set<String> FALCO = Set.of(
            "LOAD_ERR_YAML_PARSE",
            "LOAD_ERR_YAML_VALIDATE",
            "LOAD_ERR_COMPILE_CONDITION",
            "LOAD_ERR_COMPILE_OUTPUT",
            "LOAD_ERR_VALIDATE",
            "LOAD_UNKNOWN_SOURCE",
            "LOAD_UNSAFE_NA_CHECK",
            "LOAD_NO_EVTTYPE",
            "LOAD_UNKNOWN_FILTER",
            "LOAD_UNUSED_MACRO",
            "LOAD_UNUSED_LIST",
            "LOAD_UNKNOWN_ITEM",
            "LOAD_DEPRECATED_ITEM",
            "LOAD_APPEND_NO_VALUES",
            "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
            "LOAD_INVALID_MACRO_NAME",
            "LOAD_INVALID_LIST_NAME",
            "LOAD_COMPILE_CONDITION",
            "LOAD_UNKNOWN_KEY");

    @Test
    void every_code_of_falco_is_given_and_no_other() {
        var given = codes().stream()
                .map(UpstreamCodesTest::upstream)
                .filter(code -> !code.isEmpty())
                .toList();
        assertTrue(FALCO.containsAll(given), () -> "unknown: " + given);
        var output = UpstreamCodes.of(Code.NO_SUCH_FIELD.at(SPAN, "m"), Where.CONTENT.in("rule output"));
        assertEquals("LOAD_ERR_COMPILE_OUTPUT", output.orElseThrow());
        for (var code : FALCO) {
            assertTrue(given.contains(code) || code.equals("LOAD_ERR_COMPILE_OUTPUT"), () -> code + " is never given");
        }
    }

    /// `-Dgatehouse.golden=write` writes the page anew.
    @Test
    void the_committed_page_lists_every_code() throws IOException {
        var page = page();
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(PAGE, page);
        }
        assertEquals(page, Files.readString(PAGE), PAGE + " is not what the table gives");
    }

    private static String page() {
        var page = new StringBuilder("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                <!-- Generated from the table of codes, and a test compares. Change the table, not this page. -->
                # Our codes and Falco's

                What is found in rules files, under both codes. An unknown field in an output is `LOAD_ERR_COMPILE_OUTPUT` there. Where
                Falco has no code, only Gatehouse tells it.

                | code | Falco | severity | meaning |
                | --- | --- | --- | --- |
                """);
        for (var code : codes()) {
            var upstream = upstream(code);
            page.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            code.id(),
                            upstream.isEmpty() ? "" : "`" + upstream + "`",
                            code.severity().name().toLowerCase(Locale.ROOT),
                            code.meaning()));
        }
        return page.toString();
    }

    private static List<Code> codes() {
        return Arrays.stream(Code.values())
                .filter(code -> code.id().startsWith("GH-12") || code.id().startsWith("GH-10"))
                .filter(code -> !NEVER.contains(code))
                .toList();
    }

    private static String upstream(Code code) {
        return UpstreamCodes.of(code.at(SPAN, "m"), Where.CONTENT.in("rule condition"))
                .orElse("");
    }
}
