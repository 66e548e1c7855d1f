// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/// An entry of a rules file, or a mapping in one, asked for its values. What cannot be given is reported
/// once and absent, and the entry is then broken: it is read on for more that is wrong, and never used.
final class Entry {
    private static final Set<String> TRUE = Set.of("y", "yes", "true", "on");
    private static final Set<String> FALSE = Set.of("n", "no", "false", "off");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");
    private static final long MOST = 0xffff_ffffL;

    private final Node.Mapping mapping;
    private final Lines lines;
    private final Findings findings;
    private Where where;
    private boolean broken;

    Entry(Node.Mapping mapping, Where where, Lines lines, Findings findings) {
        this.mapping = mapping;
        this.where = where;
        this.lines = lines;
        this.findings = findings;
    }

    /// The same entry, once it is known what it is called.
    Entry named(Where name) {
        where = name;
        return this;
    }

    Entry inner(Node.Mapping value, Where inside) {
        return new Entry(value, inside, lines, findings);
    }

    Where where() {
        return where;
    }

    /// Its first line.
    Span span() {
        return mapping.span();
    }

    boolean broken() {
        return broken;
    }

    /// For a part of it that is.
    void breaks() {
        broken = true;
    }

    boolean has(String key) {
        return mapping.get(key).isPresent();
    }

    Optional<Node> value(String key) {
        return mapping.get(key);
    }

    List<Node.Entry> entries() {
        return mapping.entries();
    }

    Span keySpan(String key) {
        for (var entry : mapping.entries()) {
            if (entry.key().equals(key)) {
                return entry.keySpan();
            }
        }
        return span();
    }

    Script script(Node.Text text) {
        return Scripts.of(text, lines);
    }

    Optional<Node.Text> required(String key) {
        if (!has(key)) {
            wrong(Code.RULES_KEY_MISSING, span(), "'" + key + "' is missing", "add '" + key + ": …'", where);
            return Optional.empty();
        }
        return given(key);
    }

    /// A text that may be left out, but not be empty.
    Optional<Node.Text> given(String key) {
        var value = mapping.get(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof Node.Null) {
            wrong(
                    Code.RULES_KEY_MISSING,
                    keySpan(key),
                    "'" + key + "' is empty",
                    "give it a value, or remove it",
                    where);
            return Optional.empty();
        }
        return text(value.get(), "'" + key + "'", where.in("value for", key));
    }

    /// A text that may be left out or be empty.
    String givenOrEmpty(String key) {
        var value = mapping.get(key);
        if (value.isEmpty()
                || value.get() instanceof Node.Null
                || value.get() instanceof Node.Text(var text, var _) && text.isEmpty()) {
            return "";
        }
        return given(key).map(Node.Text::value).orElse("");
    }

    Optional<Boolean> flag(String key) {
        return decoded(key, "true or false", Entry::truth);
    }

    /// A number of 32 bits without a sign.
    Optional<Long> number(String key) {
        return decoded(key, "a whole number from 0 to " + MOST, Entry::whole);
    }

    Optional<Priority> priority() {
        var word = required("priority");
        if (word.isEmpty()) {
            return Optional.empty();
        }
        var priority = Priority.named(word.get().value());
        if (priority.isEmpty()) {
            wrong(
                    Code.RULES_NOT_A_CHOICE,
                    word.get().span(),
                    "there is no priority '" + shown(word.get().value()) + "'",
                    "write one of EMERGENCY ALERT CRITICAL ERROR WARNING NOTICE INFO DEBUG",
                    where.in("rule priority"));
        }
        return priority;
    }

    Optional<List<Node.Text>> texts(String key) {
        var value = mapping.get(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        var inside = where.in("value for", key);
        if (!(value.get() instanceof Node.Sequence(var items, var _))) {
            wrongType("'" + key + "'", "a list", value.get(), keySpan(key), inside);
            return Optional.empty();
        }
        var texts = new ArrayList<Node.Text>();
        for (var item : items) {
            if (item instanceof Node.Text text) {
                texts.add(text);
            } else {
                wrongType("an item of '" + key + "'", "a text", item, item.span(), inside.in("list item"));
            }
        }
        return Optional.of(texts);
    }

    Optional<List<Node.Text>> requiredTexts(String key) {
        if (!has(key)) {
            required(key);
        }
        return texts(key);
    }

    /// The mappings of a list.
    List<Entry> mappings(Node list, String what, String kind, Where inside) {
        if (!(list instanceof Node.Sequence(var items, var span))) {
            wrongType(what, "a list", list, list.span(), inside);
            return List.of();
        }
        var mappings = new ArrayList<Entry>();
        for (var item : items) {
            if (item instanceof Node.Mapping inner) {
                mappings.add(inner(inner, inside.in(kind)));
            } else {
                wrongType("each of " + what, "a mapping", item, item.span(), inside.in(kind));
            }
        }
        return mappings;
    }

    void warnOfUnknownKeys(Set<String> known) {
        for (var entry : mapping.entries()) {
            if (!known.contains(entry.key())) {
                var meant = Spelling.nearest(entry.key(), new TreeSet<>(known));
                var message = "unknown key '" + shown(entry.key()) + "'";
                if (meant == null) {
                    findings.report(Code.UNKNOWN_KEY, entry.keySpan(), message, where);
                } else {
                    findings.report(Code.UNKNOWN_KEY, entry.keySpan(), message, "did you mean '" + meant + "'?", where);
                }
            }
        }
    }

    void wrong(Code code, Span span, String message, Where place) {
        wrong(code, span, message, code.fix(), place);
    }

    void wrong(Code code, Span span, String message, String fix, Where place) {
        broken = true;
        findings.report(code, span, message, fix, place);
    }

    void wrongType(String what, String wanted, Node value, Span span, Where place) {
        wrong(Code.RULES_WRONG_TYPE, span, what + " must be " + wanted + ", not " + kind(value), place);
    }

    void warn(Code code, Span span, String message, Where place) {
        findings.report(code, span, message, place);
    }

    void warn(Code code, Span span, String message, String fix, Where place) {
        findings.report(code, span, message, fix, place);
    }

    private Optional<Node.Text> text(Node value, String what, Where place) {
        if (!(value instanceof Node.Text text)) {
            wrongType(what, "a text", value, value.span(), place);
            return Optional.empty();
        }
        if (text.value().isEmpty()) {
            wrong(Code.RULES_WRONG_TYPE, text.span(), what + " must not be an empty text", place);
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private <T> Optional<T> decoded(String key, String wanted, Function<String, Optional<T>> decode) {
        var text = given(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var value = decode.apply(text.get().value());
        if (value.isEmpty()) {
            wrong(
                    Code.RULES_WRONG_TYPE,
                    text.get().span(),
                    "'" + key + "' must be " + wanted + ", not '"
                            + shown(text.get().value()) + "'",
                    where.in("value for", key));
        }
        return value;
    }

    /// As YAML 1.1 has it: lower case, upper case, or the first letter upper.
    private static Optional<Boolean> truth(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        boolean cased = text.equals(lower)
                || text.equals(text.toUpperCase(Locale.ROOT))
                || text.equals(Character.toUpperCase(text.charAt(0)) + lower.substring(1));
        if (!cased) {
            return Optional.empty();
        }
        return TRUE.contains(lower) ? Optional.of(true) : FALSE.contains(lower) ? Optional.of(false) : Optional.empty();
    }

    private static Optional<Long> whole(String text) {
        if (!NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(text);
        return number <= MOST ? Optional.of(number) : Optional.empty();
    }

    private static String kind(Node value) {
        return switch (value) {
            case Node.Mapping _ -> "a mapping";
            case Node.Sequence _ -> "a list";
            case Node.Null _ -> "empty";
            case Node.Text _, Node.Bool _, Node.Number _ -> "a text";
        };
    }

    /// So that a message is never longer than a person reads.
    static String shown(String text) {
        return text.length() > 100 ? text.substring(0, text.offsetByCodePoints(0, 50)) + "…" : text;
    }
}
