// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.engine.format.OutputFormat.Missing;
import io.gatehouse.engine.format.OutputFormat.Part;
import io.gatehouse.engine.format.OutputFormat.Use;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Tells for one event how each part of a condition came out. For people who ask about one event: it is as
/// slow as the plain evaluator, which it asks. Belongs to the thread of its readers.
public final class Explainer<E> {
    private final Readers<E> readers;

    public Explainer(Readers<E> readers) {
        this.readers = new BoundReaders<>(readers);
    }

    public Explanation explain(Condition condition, E event) {
        return switch (condition) {
            case Condition.And(var terms) -> {
                var parts = explain(terms, event);
                yield new Explanation.All(parts.stream().allMatch(Explanation::holds), parts);
            }
            case Condition.Or(var terms) -> {
                var parts = explain(terms, event);
                yield new Explanation.Any(parts.stream().anyMatch(Explanation::holds), parts);
            }
            case Condition.Not(var term) -> {
                var part = explain(term, event);
                yield new Explanation.Not(!part.holds(), part);
            }
            case Condition.Check check ->
                new Explanation.Checked(PlainEvaluator.holds(check, event, readers), check, values(check, event));
        };
    }

    private List<Explanation> explain(List<Condition> terms, E event) {
        return terms.stream().map(term -> explain(term, event)).toList();
    }

    private List<Explanation.Value> values(Condition.Check check, E event) {
        var fields = new LinkedHashSet<Subject.Read>();
        addFields(check.subject(), fields);
        if (check.operand() instanceof Operand.Of(var other)) {
            addFields(other, fields);
        }
        var values = new ArrayList<Explanation.Value>();
        for (var field : fields) {
            values.add(value(field, event));
        }
        return values;
    }

    private static void addFields(Subject subject, Set<Subject.Read> into) {
        switch (subject) {
            case Subject.Read read -> into.add(read);
            case Subject.Apply apply -> apply.arguments().forEach(argument -> addFields(argument, into));
            case Subject.Group group -> group.subjects().forEach(part -> addFields(part, into));
            case Subject.Constant _ -> {}
        }
    }

    /// As an output would show it.
    private Explanation.Value value(Subject.Read field, E event) {
        var name = CheckText.of(field);
        var format = new OutputFormat(
                Missing.DROPS_THE_LINE, List.of(new Part.Value(field, 0, List.of(new Use(name, field)))));
        return new Explanation.Value(name, new Formatter<>(format, readers, Buffers.DOTS).line(event));
    }
}
