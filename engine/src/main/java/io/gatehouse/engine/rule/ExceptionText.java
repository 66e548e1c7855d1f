// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.rule.ExceptionValue.Many;
import io.gatehouse.engine.rule.ExceptionValue.One;
import java.util.List;

/// The condition of a rule with its exceptions: `(condition) and not …`, one `not` for each exception that has values.
///
/// It is put together as text, as Falco does, since values may be written in quotes of their own and may name lists;
/// every value still knows its place.
final class ExceptionText {
    private final Script.Builder text;
    private final Span place;

    private ExceptionText(Span place) {
        this.place = place;
        this.text = Script.builder(place);
    }

    static Script of(RuleDraft rule) {
        var condition = Scripts.joined(rule.condition, rule.span);
        if (rule.exceptions().stream().allMatch(exception -> exception.values.isEmpty())) {
            return condition;
        }
        var whole = new ExceptionText(rule.span);
        whole.put("(").put(condition).put(")");
        for (var exception : rule.exceptions()) {
            if (!exception.values.isEmpty()) {
                whole.put(" and not ").exception(exception);
            }
        }
        return whole.text.build();
    }

    private void exception(ExceptionDraft exception) {
        put("(");
        switch (exception.fields.orElseThrow()) {
            case One field -> single(field, exception);
            case Many(var fields, var _) -> several(fields, exception);
        }
        put(")");
    }

    /// `field comp (value, value, …)`
    private void single(One field, ExceptionDraft exception) {
        put(field.script()).put(" ");
        exception.comps.ifPresentOrElse(comp -> put(((One) comp).script()), () -> put("in"));
        put(" (");
        items(exception.values);
        put(")");
    }

    /// `(field comp value and field comp value and …) or (…) or …`
    private void several(List<ExceptionValue> fields, ExceptionDraft exception) {
        var comps = exception.comps.map(comp -> ((Many) comp).items()).orElse(List.of());
        boolean first = true;
        for (var values : exception.values) {
            put(first ? "(" : " or (");
            first = false;
            for (int i = 0; i < fields.size(); i++) {
                put(i == 0 ? "" : " and ").put(((One) fields.get(i)).script());
                var comp = comps.isEmpty() ? "=" : ((One) comps.get(i)).text().strip();
                put(" " + comp + " ").value(((Many) values).items().get(i), comp);
            }
            put(")");
        }
    }

    private void value(ExceptionValue value, String comp) {
        switch (value) {
            case Many(var items, var _) -> {
                put("(");
                items(items);
                put(")");
            }
            case One one when !ExceptionCheck.takesList(comp) -> quotedIfBlank(one);
            case One one when one.text().startsWith("(") -> put(one.script());
            case One one -> put("(").put(one.script()).put(")");
        }
    }

    private void items(List<ExceptionValue> values) {
        for (int i = 0; i < values.size(); i++) {
            put(i == 0 ? "" : ", ");
            quotedIfBlank((One) values.get(i)); // a list in a list was refused
        }
    }

    private void quotedIfBlank(One one) {
        boolean blank = one.text().indexOf(' ') >= 0;
        boolean quoted = one.text().startsWith("\"") || one.text().startsWith("'");
        if (blank && !quoted) {
            put("\"").put(one.script()).put("\"");
        } else {
            put(one.script());
        }
    }

    private ExceptionText put(String made) {
        text.made(made, place);
        return this;
    }

    private ExceptionText put(Script part) {
        text.script(part);
        return this;
    }
}
