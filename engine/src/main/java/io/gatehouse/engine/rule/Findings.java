// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is found while one compilation runs. The same thing at the same place is told once, also if many rules meet it
/// in a macro; and of a flood so much is kept as a person can read.
final class Findings {
    static final int MOST_ERRORS = 1000;
    static final int MOST_WARNINGS = 10_000;

    private final Map<SourceText, Integer> order = new IdentityHashMap<>();
    private final Set<Place> told = new HashSet<>();
    private final Map<Severity, List<Finding>> kept = new HashMap<>();

    /// @param files in the order in which their findings are to stand
    Findings(List<SourceText> files) {
        files.forEach(file -> order.putIfAbsent(file, order.size()));
        kept.put(Severity.ERROR, new ArrayList<>());
        kept.put(Severity.WARNING, new ArrayList<>());
    }

    void report(Code code, Span span, String message, Where where) {
        report(code.at(span, message), where);
    }

    void report(Code code, Span span, String message, String fix, Where where) {
        report(code.at(span, message, fix), where);
    }

    void report(Diagnostic diagnostic, Where where) {
        if (full(diagnostic.severity())) {
            return;
        }
        var span = diagnostic.span();
        var place = new Place(diagnostic.code(), order(diagnostic), span.line(), span.column(), diagnostic.message());
        if (told.add(place)) {
            kept.get(diagnostic.severity())
                    .add(new Finding(diagnostic, UpstreamCodes.of(diagnostic, where), where.items()));
        }
    }

    boolean hasErrors() {
        return !kept.get(Severity.ERROR).isEmpty();
    }

    /// Whether so many errors are known that looking for more serves nobody.
    boolean enough() {
        return full(Severity.ERROR);
    }

    /// In the order of the files and of their text.
    List<Finding> inOrder() {
        var all = new ArrayList<>(kept.get(Severity.ERROR));
        all.addAll(kept.get(Severity.WARNING));
        all.sort(Comparator.comparingInt((Finding finding) -> order(finding.diagnostic()))
                .thenComparingInt(finding -> finding.diagnostic().span().line())
                .thenComparingInt(finding -> finding.diagnostic().span().column()));
        return all;
    }

    private boolean full(Severity severity) {
        return kept.get(severity).size() >= (severity == Severity.ERROR ? MOST_ERRORS : MOST_WARNINGS);
    }

    private int order(Diagnostic diagnostic) {
        return order.getOrDefault(diagnostic.span().source(), Integer.MAX_VALUE);
    }

    private record Place(String code, int file, int line, int column, String message) {}
}
