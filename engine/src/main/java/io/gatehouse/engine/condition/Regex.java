// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.event.ByteText;

/// A regular expression of a rule. It is matched in time linear in the text, whatever the pattern.
final class Regex implements TextTest {
    /// Chars of a pattern.
    static final int MAX_LENGTH = 4096;
    /// Instructions a pattern may become, counted roughly. The work for each char of a text grows with it.
    static final int MAX_SIZE = 20_000;

    /// What RE2/J writes before the pattern for its flag.
    private static final String MULTILINE = "(?m)";

    private final Pattern pattern;

    private Regex(Pattern pattern) {
        this.pattern = pattern;
    }

    static Regex of(String pattern) {
        return new Regex(compile(pattern));
    }

    static void check(String pattern) throws Literals.Unfit {
        if (pattern.length() > MAX_LENGTH) {
            throw unfit("the pattern has " + pattern.length() + " characters, at most " + MAX_LENGTH + " are taken");
        }
        if (RegexSize.of(pattern) > MAX_SIZE) {
            throw unfit("the pattern repeats too much: it stands for more than " + MAX_SIZE + " steps");
        }
        try {
            compile(pattern);
        } catch (PatternSyntaxException wrong) {
            throw unfit("the pattern cannot be read: " + wrong.getDescription()
                    + (wrong.getPattern() == null
                            ? ""
                            : " at '" + wrong.getPattern().replace(MULTILINE, "") + "'"));
        }
    }

    /// A char is a character, so texts with more than ASCII are decoded first. A mark of a line's end
    /// stands at every line's end, as in the reference.
    @Override
    public boolean test(String text) {
        return pattern.matcher(ByteText.readable(text)).matches();
    }

    private static Pattern compile(String pattern) {
        return Pattern.compile(ByteText.readable(pattern), Pattern.MULTILINE);
    }

    private static Literals.Unfit unfit(String message) {
        return new Literals.Unfit(Code.MALFORMED_PATTERN, message, Code.MALFORMED_PATTERN.fix());
    }
}
