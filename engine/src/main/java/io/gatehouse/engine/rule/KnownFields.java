// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.ConditionParser;
import io.gatehouse.engine.condition.Expression;
import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.Optional;

/// Whether a text outside of a condition could stand at the left of a check.
final class KnownFields {
    private KnownFields() {}

    static boolean isField(Script text, Source source) {
        var check = Script.builder(text.span(0, 1))
                .script(text)
                .made(" exists", text.span(0, 1))
                .build();
        return ConditionParser.parse(check, Lists.NONE).expression().orElse(null)
                        instanceof Expression.Check(var left, var _, var _, var _, var _)
                && exists(left, source);
    }

    static Optional<String> meant(String written, Source source) {
        var names = FieldCatalogue.current().all().stream()
                .filter(field -> field.sources().contains(source))
                .map(Field::name)
                .toList();
        return Optional.ofNullable(Spelling.nearest(written, names));
    }

    private static boolean exists(Term term, Source source) {
        return switch (term) {
            case Term.FieldUse(var name, var _, var _) ->
                FieldCatalogue.current()
                        .byName(name)
                        .filter(field -> field.sources().contains(source))
                        .isPresent();
            case Term.Call(var _, var arguments, var _, var _) ->
                arguments.stream().allMatch(argument -> exists(argument, source));
            case Term.Group(var terms, var _) -> terms.stream().allMatch(inner -> exists(inner, source));
            case Term.Literal _, Term.Items _, Term.Nothing _ -> true;
        };
    }
}
