// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What glibc's `fnmatch` without flags answers, written down from its documentation.
class FnmatchTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "*, ``, true",
                "``, ``, true",
                "``, a, false",
                "?, /, true",
                "?, ``, false",
                "a*b*c, axxbyyc, true",
                "a*b*c, axxbyy, false",
                "*a*a*, a, false",
                "[a-c]x, bx, true",
                "[a-c]x, dx, false",
                "[!a-c]x, dx, true",
                "[^a-c]x, ax, false",
                "[]a], ], true",
                "[!]a], ], false",
                "[a-], -, true",
                "[-a], -, true",
                "[z-a], b, false",
                "[abc, [abc, true",
                "[, [, true",
                "[[:upper:]]x, Ax, true",
                "[[:upper:][:digit:]], 7, true",
                "[![:space:]], a, true",
                "\\*, *, true",
                "\\*, a, false",
                "[\\]], ], true",
                "a\\, a\\, false",
                "*.?z, x.gz, true",
                "/a/*/c, /a/b/b/c, true"
            })
    void globs_mean_what_fnmatch_means(String glob, String text, boolean fits) {
        assertEquals(fits, Glob.of(glob).test(text), glob + " on " + text);
    }

    @ParameterizedTest
    @CsvSource({"ABC*, abcd, true", "[A-C]x, bX, true", "[a-c]x, BX, true", "abc, ABD, false", "[!a]x, Ax, false"})
    void iglob_folds_the_case_of_letters(String glob, String text, boolean fits) {
        assertEquals(fits, Glob.foldingCase(glob).test(text), glob + " on " + text);
    }
}
