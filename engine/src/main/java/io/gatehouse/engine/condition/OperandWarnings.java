// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.event.ByteText;
import java.util.List;

/// Values that are right, and probably not what was meant.
final class OperandWarnings {
    private static final String MISSING = "<NA>";

    private final FieldNames fields;

    OperandWarnings(FieldNames fields) {
        this.fields = fields;
    }

    void check(Subject subject, Expression.Check check, Literal item, List<Diagnostic> diagnostics) {
        if (check.operator() == Operator.REGEX && isSimple(item.text())) {
            diagnostics.add(Code.SIMPLER_OPERATOR.at(
                    item.span(), "the pattern '" + shown(item.text()) + "' needs no regular expression"));
        }
        if (looksRead(item.text())) {
            diagnostics.add(Code.FIELD_AS_TEXT.at(
                    item.span(), "'" + shown(item.text()) + "' is compared as text, and looks like a field"));
        }
        if (item.text().equals(MISSING) && comparesAudit(subject, check.operator())) {
            diagnostics.add(
                    Code.MISSING_AS_TEXT.at(item.span(), "'" + MISSING + "' is what a missing value is printed as"));
        }
    }

    private boolean looksRead(String text) {
        if (text.indexOf('.') < 0 && !text.endsWith(")")) {
            return false;
        }
        var plain = text.replaceAll("[ \t\r\n]", "");
        return fields.isField(plain) || isCall(plain);
    }

    private static boolean isCall(String text) {
        int open = text.indexOf('(');
        if (open < 0 || !text.endsWith(")") || text.length() < open + 2) {
            return false;
        }
        for (var transformer : Transformer.values()) {
            if (text.startsWith(transformer.word())
                    && open == transformer.word().length()) {
                return true;
            }
        }
        return false;
    }

    /// Old audit rules compare with the text that a missing value once had.
    static boolean comparesAudit(Subject subject, Operator operator) {
        return subject instanceof Subject.Read(var field, var _)
                && (field.name().startsWith("ka.") || field.name().startsWith("jevt."))
                && switch (operator) {
                    case EQUAL, NOT_EQUAL, IN, INTERSECTS, PMATCH -> true;
                    default -> false;
                };
    }

    /// Whether a pattern is plain text, but for anchors and "anything" at its ends.
    private static boolean isSimple(String pattern) {
        int from = pattern.startsWith("^") ? 1 : 0;
        int to = pattern.endsWith("$") && pattern.length() > from ? pattern.length() - 1 : pattern.length();
        from += from == 0 && isAnything(pattern, 0) ? 2 : 0;
        to -= to == pattern.length() && to - 2 >= from && isAnything(pattern, to - 2) ? 2 : 0;
        return pattern.substring(from, to).chars().noneMatch(c -> ".+*?^$()[]{}|\\".indexOf(c) >= 0);
    }

    private static boolean isAnything(String pattern, int at) {
        return at + 1 < pattern.length() && pattern.charAt(at) == '.' && "+*?".indexOf(pattern.charAt(at + 1)) >= 0;
    }

    private static String shown(String text) {
        var readable = ByteText.readable(text);
        return readable.length() > 60 ? readable.substring(0, 60) + "..." : readable;
    }
}
