// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Expression.Term.Literal;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The lists, macros and conditions of rules files, as plainly as they can be had: what overrides and
/// exceptions do is not known here.
final class RulesFiles {
    record Rule(String name, Source source, Resolved resolved, Typed typed) {}

    private final Map<String, List<Literal>> lists = new HashMap<>();
    private final Map<String, Expression> macros = new LinkedHashMap<>();
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Map<Source, Typer> typers = new EnumMap<>(Source.class);
    private final MacroResolver resolver = new MacroResolver(macros);

    static RulesFiles read(Path... files) {
        var read = new RulesFiles();
        var documents = new ArrayList<Node.Mapping>();
        for (var file : files) {
            try {
                var reading = YamlReader.read(new SourceText(file.toString(), Files.readString(file)));
                read.diagnostics.addAll(reading.diagnostics());
                reading.documents()
                        .forEach(document ->
                                ((Node.Sequence) document).items().forEach(item -> documents.add((Node.Mapping) item)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        documents.forEach(read::list);
        documents.forEach(read::macro);
        documents.forEach(read::rule);
        return read;
    }

    List<Rule> rules() {
        return rules;
    }

    List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    private void list(Node.Mapping document) {
        text(document, "list").ifPresent(name -> {
            var items = new ArrayList<Literal>();
            for (var node : ((Node.Sequence) document.get("items").orElseThrow()).items()) {
                var item = text(node);
                items.addAll(
                        lists.containsKey(item)
                                ? lists.get(item)
                                : List.of(Lists.item(item, node.span(), diagnostics::add)));
            }
            lists.put(name, items);
        });
    }

    private void macro(Node.Mapping document) {
        text(document, "macro").ifPresent(name -> parse(document).ifPresent(macro -> macros.put(name, macro)));
    }

    private void rule(Node.Mapping document) {
        if (text(document, "rule").isEmpty() || document.get("condition").isEmpty()) {
            return;
        }
        parse(document).ifPresent(condition -> {
            var source =
                    text(document, "source").orElse("syscall").equals("k8s_audit") ? Source.K8S_AUDIT : Source.SYSCALL;
            var resolved = resolver.resolve(condition);
            diagnostics.addAll(resolved.diagnostics());
            var typer = typers.computeIfAbsent(source, s -> new Typer(FieldCatalogue.current(), s));
            var typed = resolved.expression().map(typer::type).orElseGet(() -> new Typed(Optional.empty(), List.of()));
            diagnostics.addAll(typed.diagnostics());
            rules.add(new Rule(text(document, "rule").get(), source, resolved, typed));
        });
    }

    private Optional<Expression> parse(Node.Mapping document) {
        var node = document.get("condition").orElseThrow();
        var parsed = ConditionParser.parse(Script.made(text(node), node.span()), new Lists(lists));
        diagnostics.addAll(parsed.diagnostics());
        return parsed.expression();
    }

    private static Optional<String> text(Node.Mapping document, String key) {
        return document.get(key).map(RulesFiles::text);
    }

    private static String text(Node node) {
        return switch (node) {
            case Node.Text(var value, var _) -> value;
            case Node.Number(var literal, var _) -> literal;
            case Node.Bool(var value, var _) -> Boolean.toString(value);
            case Node.Null _, Node.Mapping _, Node.Sequence _ -> "";
        };
    }
}
