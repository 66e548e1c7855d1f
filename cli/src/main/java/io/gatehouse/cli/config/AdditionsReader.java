// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import io.gatehouse.engine.format.ExtraFields;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.format.OutputAdditions.Addition;
import io.gatehouse.engine.format.OutputAdditions.ExtraField;
import io.gatehouse.engine.format.OutputAdditions.Match;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// `append_output` and `static_fields`: what is added to the outputs of rules.
final class AdditionsReader {
    private static final List<String> KEYS = List.of("match", "extra_output", "extra_fields", "suggested_output");

    private final ConfigTree tree;
    private final List<Diagnostic> diagnostics;

    AdditionsReader(ConfigTree tree, List<Diagnostic> diagnostics) {
        this.tree = tree;
        this.diagnostics = diagnostics;
    }

    OutputAdditions read() {
        var additions = new ArrayList<Addition>();
        if (tree.node("append_output").isEmpty()) {
            suggest(Match.EVERY_RULE, additions); // rules' own outputs do not say which container it was
        }
        for (var item : tree.items("append_output")) {
            if (item instanceof Mapping addition) {
                read(addition, additions);
            } else {
                tree.wrongType("append_output", "keys and values", item);
            }
        }
        var constants = constants();
        if (!constants.isEmpty()) {
            additions.add(new Addition(Match.EVERY_RULE, "", constants));
        }
        return new OutputAdditions(additions);
    }

    private void read(Mapping item, List<Addition> additions) {
        for (var entry : item.entries()) {
            if (!KEYS.contains(entry.key())) {
                tree.wrongValue(entry.keySpan(), "append_output says '" + entry.key() + "', not one of " + KEYS);
            }
        }
        var match = match(item);
        if (match.isEmpty()) {
            return;
        }
        var text = item.get("extra_output").flatMap(node -> tree.text("append_output.extra_output", node));
        text.ifPresent(node -> check(
                match.get(),
                of -> OutputFormat.parse(Script.made(node.value(), node.span()), of)
                        .diagnostics()));
        var fields = fields(item);
        check(match.get(), of -> ExtraFields.parse(fields, item.span(), of).diagnostics());
        if (text.isPresent() || !fields.isEmpty()) {
            additions.add(new Addition(match.get(), text.map(Node.Text::value).orElse(""), fields));
        }
        if (item.get("suggested_output")
                .flatMap(node -> tree.isOn("append_output.suggested_output", node))
                .orElse(false)) {
            suggest(match.get(), additions);
        }
    }

    private static void suggest(Match match, List<Addition> additions) {
        if (match.source().orElse(Source.SYSCALL) == Source.SYSCALL) {
            var syscalls = new Match(match.rule(), Optional.of(Source.SYSCALL), match.tags());
            OutputAdditions.suggested()
                    .additions()
                    .forEach(each -> additions.add(new Addition(syscalls, each.text(), each.fields())));
        }
    }

    /// Empty where it is wrong, or for rules of a source that there is not.
    private Optional<Match> match(Mapping item) {
        var node = item.get("match").orElse(null);
        if (node == null) {
            return Optional.of(Match.EVERY_RULE);
        }
        if (!(node instanceof Mapping match)) {
            tree.wrongType("append_output.match", "keys and values", node);
            return Optional.empty();
        }
        for (var entry : match.entries()) {
            if (!List.of("rule", "source", "tags").contains(entry.key())) {
                tree.wrongValue(
                        entry.keySpan(),
                        "append_output matches by 'rule', 'source' and 'tags', not '" + entry.key() + "'");
            }
        }
        var rule = match.get("rule")
                .flatMap(each -> tree.text("append_output.match.rule", each))
                .map(Node.Text::value);
        var word = match.get("source").flatMap(each -> tree.text("append_output.match.source", each));
        var source = word.flatMap(each -> source(each.value()));
        if (word.isPresent() && source.isEmpty()) {
            tree.wrongValue(
                    word.get().span(), "there is no source '" + word.get().value() + "' here");
            return Optional.empty();
        }
        return Optional.of(new Match(rule, source, tags(match)));
    }

    private Set<String> tags(Mapping match) {
        var tags = new HashSet<String>();
        switch (match.get("tags").orElse(null)) {
            case null -> {}
            case Node.Sequence(var items, var _) ->
                items.forEach(
                        item -> tree.text("append_output.match.tags", item).ifPresent(tag -> tags.add(tag.value())));
            case Node other -> tree.wrongType("append_output.match.tags", "a list of texts", other);
        }
        return tags;
    }

    private static Optional<Source> source(String word) {
        for (var source : Source.values()) {
            if (source.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    private Map<String, ExtraField> fields(Mapping item) {
        var fields = new LinkedHashMap<String, ExtraField>();
        switch (item.get("extra_fields").orElse(null)) {
            case null -> {}
            case Node.Sequence(var items, var _) -> items.forEach(field -> add(field, fields));
            case Node other -> tree.wrongType("append_output.extra_fields", "a list", other);
        }
        return fields;
    }

    /// A field's name, or one key with a format.
    private void add(Node field, Map<String, ExtraField> fields) {
        switch (field) {
            case Node.Text(var name, var _) -> fields.put(name, new ExtraField.Raw());
            case Mapping(var entries, var _)
            when entries.size() == 1 -> {
                var entry = entries.getFirst();
                if (fields.containsKey(entry.key())) {
                    tree.wrongValue(entry.keySpan(), "extra_fields gives '" + entry.key() + "' twice");
                }
                tree.text("append_output.extra_fields", entry.value())
                        .ifPresent(format -> fields.put(entry.key(), new ExtraField.Formatted(format.value())));
            }
            default -> tree.wrongType("append_output.extra_fields", "a field, or one key with a format", field);
        }
    }

    /// What matches rules of every source may fit only some of them; it is wrong if it fits none.
    private void check(Match match, Function<Source, List<Diagnostic>> parse) {
        var first = parse.apply(match.source().orElse(Source.SYSCALL));
        boolean fits = match.source().isEmpty()
                && List.of(Source.values()).stream()
                        .anyMatch(source ->
                                parse.apply(source).stream().noneMatch(each -> each.severity() == Severity.ERROR));
        if (!fits) {
            diagnostics.addAll(first);
        }
    }

    private Map<String, ExtraField> constants() {
        var constants = new LinkedHashMap<String, ExtraField>();
        switch (tree.node("static_fields").orElse(null)) {
            case null -> {}
            case Mapping(var entries, var _) -> entries.forEach(entry -> constant(entry, constants));
            case Node other -> tree.wrongType("static_fields", "keys and values", other);
        }
        return constants;
    }

    private void constant(Node.Entry entry, Map<String, ExtraField> constants) {
        tree.text("static_fields." + entry.key(), entry.value()).ifPresent(value -> {
            if (value.value().contains("%")) {
                tree.wrongValue(value.span(), "a constant holds '%', which begins a field");
            }
            constants.put("static." + entry.key(), new ExtraField.Formatted(value.value()));
        });
    }
}
