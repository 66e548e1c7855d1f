// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts the environment into a configuration: `${NAME}` in any value; `$${NAME}` means the text
/// `${NAME}`. What is put in is not looked into again.
final class Variables {
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\$?)\\{([^}]*)}");

    private final Function<String, Optional<String>> environment;
    private final List<Diagnostic> diagnostics;

    /// @param diagnostics takes what is not set
    Variables(Function<String, Optional<String>> environment, List<Diagnostic> diagnostics) {
        this.environment = environment;
        this.diagnostics = diagnostics;
    }

    Node put(Node node) {
        return switch (node) {
            case Node.Mapping(var entries, var span) -> {
                var put = new ArrayList<Node.Entry>();
                entries.forEach(each -> put.add(new Node.Entry(each.key(), each.keySpan(), put(each.value()))));
                yield new Node.Mapping(put, span);
            }
            case Node.Sequence(var items, var span) ->
                new Node.Sequence(items.stream().map(this::put).toList(), span);
            case Node.Text text -> new Node.Text(put(text), text.span());
            case Node.Bool _, Node.Number _, Node.Null _ -> node;
        };
    }

    private String put(Node.Text text) {
        return VARIABLE.matcher(text.value())
                .replaceAll(
                        found -> Matcher.quoteReplacement(meaning(found.group(1).isEmpty(), found.group(2), text)));
    }

    private String meaning(boolean variable, String name, Node.Text text) {
        if (!variable) {
            return "${" + name + "}";
        }
        var value = environment.apply(name);
        if (value.isEmpty()) {
            diagnostics.add(Code.CONFIG_UNSET_VARIABLE.at(text.span(), "the variable '" + name + "' is not set"));
        }
        return value.orElse("");
    }
}
