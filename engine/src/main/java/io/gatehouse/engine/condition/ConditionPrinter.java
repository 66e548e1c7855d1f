// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.event.ByteText;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/// Writes an expression down in one spelling, however it was written: every `and` and `or` in parentheses,
/// items separated by a comma and a blank, texts quoted only where they must be.
public final class ConditionPrinter {
    /// What is printed is read as the same expression again.
    private static final ConditionPrinter READABLE = new ConditionPrinter(" ()\"'=,", "[]\"' ", true);
    /// The reference quotes less, so that what it prints cannot always be read again.
    private static final ConditionPrinter REFERENCE = new ConditionPrinter(" \"'=\\", " \"'=\\", false);

    private final String quotedInValue;
    private final String quotedInArgument;
    private final boolean readAgain;

    private ConditionPrinter(String quotedInValue, String quotedInArgument, boolean readAgain) {
        this.quotedInValue = quotedInValue;
        this.quotedInArgument = quotedInArgument;
        this.readAgain = readAgain;
    }

    public static String print(Expression expression) {
        return READABLE.written(expression);
    }

    static String print(Expression.Term term) {
        return READABLE.written(term);
    }

    /// As the reference prints a compiled condition, byte for byte.
    public static String compiled(Expression expression) {
        return REFERENCE.written(expression);
    }

    private String written(Expression expression) {
        return switch (expression) {
            case Expression.And(var terms, var _) -> joined(terms, " and ");
            case Expression.Or(var terms, var _) -> joined(terms, " or ");
            case Expression.Not(Expression.Not inner, var _) when readAgain -> "not (" + written(inner) + ")";
            case Expression.Not(var term, var _) -> "not " + written(term);
            case Expression.Name(var name, var _) -> name;
            case Expression.Check(var left, var operator, var quantifier, var right, var _) ->
                written(left)
                        + " " + operator.word()
                        + quantifier.map(q -> " " + q.word()).orElse("")
                        + (right instanceof Expression.Term.Nothing ? "" : " " + written(right));
        };
    }

    private String joined(List<Expression> terms, String word) {
        var parts = new StringJoiner(word, "(", ")");
        for (var term : terms) { // a loop, for it recurses as deep as conditions nest
            parts.add(written(term));
        }
        return parts.toString();
    }

    private String written(Expression.Term term) {
        return switch (term) {
            case Expression.Term.FieldUse(var name, var argument, var _) -> name + argument(argument);
            case Expression.Term.Call(var transformer, var arguments, var argument, var _) ->
                arguments.stream().map(this::input).collect(Collectors.joining(",", transformer + "(", ")"))
                        + argument(argument);
            case Expression.Term.Group(var terms, var _) ->
                terms.stream().map(this::input).collect(Collectors.joining(",", "(", ")"));
            case Expression.Term.Literal(var text, var _, var _) ->
                text.isEmpty() && !readAgain ? "" : quoted(text, quotedInValue);
            case Expression.Term.Items(var items, var _) ->
                items.stream().map(this::written).collect(Collectors.joining(", ", "(", ")"));
            case Expression.Term.Nothing _ -> "";
        };
    }

    /// Among a transformer's arguments only numbers stand without quotes.
    private String input(Expression.Term term) {
        return readAgain && term instanceof Expression.Term.Literal(var text, var isQuoted, var _) && isQuoted
                ? '"' + escaped(text) + '"'
                : written(term);
    }

    private String argument(Optional<String> argument) {
        return argument.map(text -> "[" + (text.isEmpty() ? "\"\"" : quoted(text, quotedInArgument)) + "]")
                .orElse("");
    }

    private String quoted(String text, String ending) {
        boolean bare = !text.isEmpty()
                && text.chars().noneMatch(c -> ending.indexOf(c) >= 0 || c < ' ')
                && !(readAgain && isBroken(text));
        return bare ? text : '"' + escaped(text) + '"';
    }

    /// Whether it would be another text after it was shown to people.
    private static boolean isBroken(String text) {
        return !ByteText.of(ByteText.readable(text)).equals(text);
    }

    private String escaped(String text) {
        boolean bytes = readAgain && isBroken(text);
        var out = new StringBuilder(text.length() + 2);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                // Before the closing quote even an escaped backslash would keep it from closing.
                case '\\' -> out.append(readAgain && i == text.length() - 1 ? "\\x5c" : "\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || bytes && c >= 0x80) {
                        out.append(String.format("\\x%02x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.toString();
    }
}
