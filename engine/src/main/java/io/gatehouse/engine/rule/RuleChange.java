// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one entry changes of a rule defined before. Absent is left as it is.
final class RuleChange {
    final String name;
    final Span span;
    final Where where;
    /// As written, empty if it is not.
    final String source;
    Optional<Script> condition = Optional.empty();
    Optional<Script> output = Optional.empty();
    Optional<String> description = Optional.empty();
    Optional<List<String>> tags = Optional.empty();
    Optional<List<ExceptionDraft>> exceptions = Optional.empty();
    Optional<Priority> priority = Optional.empty();
    Optional<Boolean> enabled = Optional.empty();
    Optional<Boolean> capture = Optional.empty();
    Optional<Long> captureMillis = Optional.empty();
    Optional<Boolean> warnsOfEventTypes = Optional.empty();
    Optional<Boolean> skipsUnknownFields = Optional.empty();

    RuleChange(String name, Span span, Where where, String source) {
        this.name = name;
        this.span = span;
        this.where = where;
        this.source = source;
    }

    boolean isEmpty() {
        return List.of(
                        condition,
                        output,
                        description,
                        tags,
                        exceptions,
                        priority,
                        enabled,
                        capture,
                        captureMillis,
                        warnsOfEventTypes,
                        skipsUnknownFields)
                .stream()
                .allMatch(Optional::isEmpty);
    }

    /// Puts what is given behind what is there. Exceptions are the caller's.
    void append(RuleDraft rule) {
        condition.filter(script -> !script.text().isEmpty()).ifPresent(rule.condition::add);
        output.filter(script -> !script.text().isEmpty()).ifPresent(rule.output::add);
        description.filter(text -> !text.isEmpty()).ifPresent(rule.description::add);
        tags.ifPresent(rule.tags::addAll);
    }

    /// Puts what is given in the place of what is there.
    void replace(RuleDraft rule) {
        condition.ifPresent(script -> set(rule.condition, List.of(script)));
        output.ifPresent(script -> set(rule.output, List.of(script)));
        description.ifPresent(text -> set(rule.description, List.of(text)));
        exceptions.ifPresent(rule::replaceExceptions);
        tags.ifPresent(list -> {
            rule.tags.clear();
            rule.tags.addAll(list);
        });
        priority.ifPresent(value -> rule.priority = value);
        enabled.ifPresent(value -> rule.enabled = value);
        capture.ifPresent(value -> rule.capture = value);
        captureMillis.ifPresent(value -> rule.captureMillis = value);
        warnsOfEventTypes.ifPresent(value -> rule.warnsOfEventTypes = value);
        skipsUnknownFields.ifPresent(value -> rule.skipsUnknownFields = value);
    }

    private static <T> void set(List<T> list, List<T> items) {
        var copy = new ArrayList<>(items);
        list.clear();
        list.addAll(copy);
    }
}
