// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Condition.Quantifier;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.rule.ExceptionValue.Many;
import io.gatehouse.engine.rule.ExceptionValue.One;
import io.gatehouse.schemas.field.Field.Source;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Whether the parts of an exception fit together.
final class ExceptionCheck {
    private static final Set<Operator> OF_TEXT = EnumSet.of(
            Operator.EQUAL,
            Operator.NOT_EQUAL,
            Operator.CONTAINS,
            Operator.ICONTAINS,
            Operator.BCONTAINS,
            Operator.STARTSWITH,
            Operator.BSTARTSWITH,
            Operator.ENDSWITH,
            Operator.GLOB,
            Operator.IGLOB,
            Operator.REGEX);
    private static final Set<String> PLAIN = plain();
    private static final Set<String> OF_LISTS = Set.of("in", "intersects", "pmatch");
    private static final Set<String> QUANTIFIED = quantified();

    private ExceptionCheck() {}

    /// An exception that a rule has by itself.
    static void check(ExceptionDraft exception, Optional<Source> source, Entry rule) {
        if (exception.fields.isEmpty()) {
            rule.wrong(
                    Code.EXCEPTION_INCOMPLETE,
                    exception.span,
                    "exception '" + Entry.shown(exception.name) + "' has no fields",
                    exception.where);
            return;
        }
        switch (exception.fields.get()) {
            case One field -> single(exception, field, source, rule);
            case Many fields -> several(exception, fields, source, rule);
        }
    }

    /// Exceptions that are added to a rule: values for those it has, others as new ones.
    static void append(List<ExceptionDraft> added, RuleDraft rule, Optional<Source> source, Entry entry) {
        for (var exception : added) {
            var known = rule.exception(exception.name);
            if (known.isPresent()) {
                fixed(exception.fields, "fields", exception, entry);
                fixed(exception.comps, "comps", exception, entry);
                checkValues(exception, known.get().fields, entry);
                known.get().values.addAll(exception.values);
            } else {
                addNew(exception, source, entry);
                rule.add(exception);
            }
        }
    }

    /// Whether values of this comp stand in parentheses.
    static boolean takesList(String comp) {
        return OF_LISTS.contains(comp) || QUANTIFIED.contains(normal(comp));
    }

    private static void addNew(ExceptionDraft exception, Optional<Source> source, Entry entry) {
        if (exception.fields.isPresent() && exception.values.isEmpty()) {
            entry.wrong(
                    Code.EXCEPTION_INCOMPLETE,
                    exception.span,
                    "exception '" + Entry.shown(exception.name) + "' is new to the rule and has no values",
                    exception.where);
        } else {
            check(exception, source, entry);
        }
    }

    private static void fixed(Optional<ExceptionValue> part, String key, ExceptionDraft exception, Entry entry) {
        part.ifPresent(value -> entry.wrong(
                Code.EXCEPTION_FIXED,
                value.span(),
                "exception '" + Entry.shown(exception.name) + "' has its " + key + " already",
                exception.where));
    }

    private static void single(ExceptionDraft exception, One field, Optional<Source> source, Entry rule) {
        switch (exception.comps.orElse(null)) {
            case null -> {}
            case Many comps ->
                uneven(exception, comps.span(), "'fields' is a single field, so 'comps' must be a single one", rule);
            case One comp -> {
                if (!takesList(comp.text().strip())) {
                    rule.wrong(
                            Code.EXCEPTION_COMPARISON,
                            comp.span(),
                            "'" + Entry.shown(comp.text()) + "' cannot compare a single field",
                            "write in, pmatch, intersects, or one such as 'startswith oneof'",
                            exception.where);
                }
            }
        }
        checkField(exception, field, source, rule);
        checkValues(exception, exception.fields, rule);
    }

    private static void several(ExceptionDraft exception, Many fields, Optional<Source> source, Entry rule) {
        int count = fields.items().size();
        switch (exception.comps.orElse(null)) {
            case null -> {}
            case One comp -> uneven(exception, comp.span(), "'fields' is a list, so 'comps' must be one", rule);
            case Many comps -> {
                if (comps.items().size() != count) {
                    uneven(
                            exception,
                            comps.span(),
                            counts(count, "comps", comps.items().size()),
                            rule);
                }
                comps.items().forEach(comp -> checkComp(exception, comp, rule));
            }
        }
        fields.items().forEach(field -> checkField(exception, field, source, rule));
        checkValues(exception, exception.fields, rule);
    }

    /// @param fields those the values are for
    private static void checkValues(ExceptionDraft exception, Optional<ExceptionValue> fields, Entry rule) {
        boolean single = fields.orElse(null) instanceof One;
        int count = fields.orElse(null) instanceof Many many ? many.items().size() : 1;
        for (var value : exception.values) {
            switch (value) {
                case One _ when single -> {}
                case One _ -> uneven(exception, value.span(), counts(count, "values", 1), rule);
                case Many _
                when single ->
                    uneven(
                            exception,
                            value.span(),
                            "'fields' is a single field, so each value must be a single one",
                            rule);
                case Many(var items, var _) -> {
                    if (items.size() != count) {
                        uneven(exception, value.span(), counts(count, "values", items.size()), rule);
                    }
                    items.forEach(item -> checkDepth(exception, item, rule));
                }
            }
        }
    }

    private static void checkDepth(ExceptionDraft exception, ExceptionValue value, Entry rule) {
        if (value instanceof Many(var items, var span) && items.stream().anyMatch(Many.class::isInstance)) {
            uneven(exception, span, "a list of values must not hold another list", rule);
        }
    }

    private static String counts(int fields, String what, int others) {
        return "there should be " + fields + " " + what + ", one for each field, not " + others;
    }

    private static void uneven(ExceptionDraft exception, Span span, String message, Entry rule) {
        rule.wrong(Code.EXCEPTION_UNEVEN, span, message, exception.where);
    }

    private static void checkComp(ExceptionDraft exception, ExceptionValue comp, Entry rule) {
        var word = comp instanceof One one ? one.text().strip() : "";
        if (!PLAIN.contains(word) && !QUANTIFIED.contains(normal(word))) {
            rule.wrong(
                    Code.EXCEPTION_COMPARISON,
                    comp.span(),
                    "'" + Entry.shown(word) + "' compares nothing",
                    "write an operator such as =, in, startswith, or one such as 'startswith oneof'",
                    exception.where);
        }
    }

    private static void checkField(
            ExceptionDraft exception, ExceptionValue field, Optional<Source> source, Entry rule) {
        if (!(field instanceof One one)) {
            uneven(exception, field.span(), "each of 'fields' must be a single field", rule);
        } else if (source.isPresent() && !KnownFields.isField(one.script(), source.get())) {
            rule.wrong(
                    Code.EXCEPTION_FIELD,
                    field.span(),
                    "no event of source " + source.get().name().toLowerCase(Locale.ROOT) + " has a field '"
                            + Entry.shown(one.text()) + "'",
                    KnownFields.meant(one.text(), source.get())
                            .map(meant -> "did you mean '" + meant + "'?")
                            .orElse(Code.EXCEPTION_FIELD.fix()),
                    exception.where);
        }
    }

    private static Set<String> plain() {
        var words = new HashSet<String>();
        for (var operator : Operator.values()) {
            if (operator != Operator.EXISTS) {
                words.add(operator.word());
            }
        }
        words.add("==");
        return words;
    }

    private static Set<String> quantified() {
        var words = new HashSet<String>();
        for (var operator : OF_TEXT) {
            for (var quantifier : Quantifier.values()) {
                words.add(operator.word() + " " + quantifier.name().toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }

    private static String normal(String comp) {
        return comp.strip().replaceAll("\\s+", " ").replaceFirst("^== ", "= ");
    }
}
