// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// A rule as the entries so far make it.
final class RuleDraft {
    final String name;
    final Span span;
    final Where where;
    /// As written; it may be one nobody knows.
    final String source;
    final List<Script> condition = new ArrayList<>();
    final List<Script> output = new ArrayList<>();
    final List<String> description = new ArrayList<>();
    final TreeSet<String> tags = new TreeSet<>();
    private final List<ExceptionDraft> exceptions = new ArrayList<>();
    private final Map<String, ExceptionDraft> exceptionsByName = new HashMap<>();
    Priority priority;
    boolean enabled = true;
    boolean capture;
    long captureMillis;
    boolean warnsOfEventTypes = true;
    boolean skipsUnknownFields;
    /// The file that changed it last.
    int lastFile;

    RuleDraft(String name, Span span, Where where, String source, Priority priority) {
        this.name = name;
        this.span = span;
        this.where = where;
        this.source = source;
        this.priority = priority;
    }

    List<ExceptionDraft> exceptions() {
        return exceptions;
    }

    /// Of several with the same name, the first.
    Optional<ExceptionDraft> exception(String exceptionName) {
        return Optional.ofNullable(exceptionsByName.get(exceptionName));
    }

    void add(ExceptionDraft exception) {
        exceptions.add(exception);
        exceptionsByName.putIfAbsent(exception.name, exception);
    }

    void replaceExceptions(List<ExceptionDraft> others) {
        exceptions.clear();
        exceptionsByName.clear();
        others.forEach(this::add);
    }
}
