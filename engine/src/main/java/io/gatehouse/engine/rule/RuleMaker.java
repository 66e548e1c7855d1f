// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.ConditionParser;
import io.gatehouse.engine.condition.EventKinds;
import io.gatehouse.engine.condition.Expression;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.condition.Parsed;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.condition.Typer;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.time.Duration;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes rules of drafts, one after the other, so that what they share is worked on once.
final class RuleMaker {
    /// Once the place for container fields; it is nothing today.
    private static final String CONTAINER_INFO = "%container.info";
    /// What a rule may use though nothing has it, if it says so.
    private static final Set<String> UNKNOWN =
            Set.of(Code.NO_SUCH_FIELD.id(), Code.FIELD_OF_OTHER_SOURCE.id(), Code.UNKNOWN_EVENT_TYPE.id());

    private final Definitions definitions;
    private final RulesOptions options;
    private final Lists lists;
    private final MacroTable macros;
    private final Findings findings;
    private final Sizes sizes = new Sizes();
    private final Map<Source, Typer> typers = new EnumMap<>(Source.class);
    private final Set<String> listsUsed = new HashSet<>();

    RuleMaker(Definitions definitions, RulesOptions options, Lists lists, MacroTable macros, Findings findings) {
        this.definitions = definitions;
        this.options = options;
        this.lists = lists;
        this.macros = macros;
        this.findings = findings;
    }

    /// A rule and what is told of it.
    record Made(Rule rule, RuleDetails details) {}

    /// Nothing if the rule is left out, or wrong, which is then told.
    Optional<Made> make(RuleDraft draft, int position) {
        var source = definitions.source(draft.source);
        if (source.isEmpty() || definitions.isBroken(draft.name)) {
            return Optional.empty();
        }
        var output = Scripts.joined(draft.output, draft.span);
        var format = format(draft, output, source.get());
        var script = ExceptionText.of(draft);
        var parsed = parse(draft, script);
        var names = parsed.expression().map(MacroTable::names).orElse(List.of());
        var resolved = parsed.expression().flatMap(expression -> resolve(draft, expression, names));
        var condition = resolved.flatMap(expression -> type(draft, expression, source.get()));
        if (format.isEmpty() || condition.isEmpty()) {
            return Optional.empty();
        }
        warnOfLaterFiles(draft, names);
        var kinds = kinds(draft, condition.get(), source.get());
        var rule = rule(draft, position, source.get(), condition.get(), kinds, output);
        return Optional.of(new Made(rule, details(draft, resolved.get(), format.get(), names, parsed.listsUsed())));
    }

    /// Lists that conditions of rules name.
    Set<String> listsUsed() {
        return listsUsed;
    }

    private Parsed parse(RuleDraft draft, Script script) {
        var parsed = ConditionParser.parse(script, lists);
        listsUsed.addAll(parsed.listsUsed());
        var where = expression(draft);
        parsed.diagnostics().forEach(diagnostic -> findings.report(diagnostic, where));
        return parsed;
    }

    private Optional<Expression> resolve(RuleDraft draft, Expression expression, List<Expression.Name> names) {
        var resolved = macros.resolve(expression, names, draft.where);
        if (resolved.isPresent() && !sizes.allow(resolved.get())) {
            findings.report(
                    Code.EXPANSION_TOO_LARGE,
                    draft.span,
                    "with its macros and lists, rule '" + Entry.shown(draft.name) + "' is too large",
                    draft.where.in("condition expression"));
            return Optional.empty();
        }
        return resolved;
    }

    private Optional<Condition> type(RuleDraft draft, Expression expression, Source source) {
        var typer = typers.computeIfAbsent(source, known -> new Typer(FieldCatalogue.current(), known));
        var typed = typer.type(expression);
        var where = expression(draft);
        return accept(draft, typed.diagnostics(), where) ? typed.condition() : Optional.empty();
    }

    private Optional<OutputFormat> format(RuleDraft draft, Script script, Source source) {
        var read = OutputFormat.parse(script, source);
        return accept(draft, read.diagnostics(), draft.where.in(Where.OUTPUT))
                ? read.format().map(OutputFormat::lenient)
                : Optional.empty();
    }

    /// Reports what was found, and says whether the rule can be made. A rule that may be left out when something does
    /// not exist is, with a warning.
    private boolean accept(RuleDraft draft, List<Diagnostic> diagnostics, Where where) {
        var unknown = diagnostics.stream()
                .filter(diagnostic -> UNKNOWN.contains(diagnostic.code()))
                .findFirst();
        if (draft.skipsUnknownFields && unknown.isPresent()) {
            findings.report(
                    Code.SKIPPED_UNKNOWN_FIELD,
                    unknown.get().span(),
                    unknown.get().message() + ", so rule '" + Entry.shown(draft.name) + "' is left out",
                    where);
            return false;
        }
        for (var diagnostic : diagnostics) {
            boolean containerInfo = diagnostic.code().equals(Code.OUTPUT_CONTAINER_INFO.id());
            findings.report(diagnostic, containerInfo ? draft.where : where);
        }
        return diagnostics.stream().noneMatch(diagnostic -> diagnostic.severity() == Severity.ERROR);
    }

    private BitSet kinds(RuleDraft draft, Condition condition, Source source) {
        var kinds = EventKinds.of(condition);
        if (source == Source.SYSCALL && draft.warnsOfEventTypes && kinds.cardinality() > EventKinds.BROAD) {
            findings.report(
                    Code.EVERY_EVENT,
                    draft.condition.getFirst().span(0, 1),
                    "rule '" + Entry.shown(draft.name) + "' is asked for " + kinds.cardinality() + " kinds of events",
                    "say which by 'evt.type', or write 'warn_evttypes: false'",
                    draft.where);
        }
        return kinds;
    }

    /// There each file is compiled when it is read, and must be complete with those before it.
    private void warnOfLaterFiles(RuleDraft draft, List<Expression.Name> names) {
        for (var name : names) {
            var macro = definitions.macros.get(name.name());
            if (macro != null && macro.firstFile > draft.lastFile) {
                findings.report(
                        Code.LATER_FILE,
                        name.span(),
                        "macro '" + Entry.shown(macro.name) + "' is defined only in a later file, "
                                + Entry.shown(macro.span.source().name()),
                        draft.where.in("condition expression"));
            }
        }
    }

    private Rule rule(RuleDraft draft, int position, Source source, Condition condition, BitSet kinds, Script output) {
        return new Rule(
                draft.name,
                position,
                source,
                String.join(" ", draft.description),
                condition,
                kinds,
                output.text().strip().replace(CONTAINER_INFO, ""),
                draft.priority,
                List.copyOf(draft.tags),
                options.enables(draft),
                draft.span,
                draft.capture ? Optional.of(Duration.ofMillis(draft.captureMillis)) : Optional.empty());
    }

    private RuleDetails details(
            RuleDraft draft,
            Expression expression,
            OutputFormat format,
            List<Expression.Name> names,
            Set<String> listsNamed) {
        return new RuleDetails(
                Scripts.joined(draft.condition, draft.span).text(),
                expression,
                format,
                names.stream().map(Expression.Name::name).distinct().sorted().toList(),
                listsNamed.stream().sorted().toList(),
                draft.exceptions().stream().map(exception -> exception.name).toList(),
                draft.exceptions().stream()
                        .filter(exception -> !exception.values.isEmpty())
                        .flatMap(exception -> fields(exception).stream())
                        .distinct()
                        .sorted()
                        .toList());
    }

    private static List<String> fields(ExceptionDraft exception) {
        return switch (exception.fields.orElseThrow()) {
            case ExceptionValue.One one -> List.of(one.text());
            case ExceptionValue.Many(var items, var _) ->
                items.stream().map(item -> ((ExceptionValue.One) item).text()).toList();
        };
    }

    private static Where expression(RuleDraft draft) {
        return draft.where.in("rule condition").in("condition expression");
    }
}
