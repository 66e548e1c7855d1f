// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.cli.config.ConfigKey.Fate;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Tells keys nobody knows, and what is asked for and not kept. A key is told only where its value asks for something:
/// a file as Falco ships it names every key there is.
final class KeyCheck {
    private final List<Diagnostic> diagnostics;
    private final List<String> notKept = new ArrayList<>();

    private KeyCheck(List<Diagnostic> diagnostics) {
        this.diagnostics = diagnostics;
    }

    /// @param diagnostics takes unknown keys
    /// @return `key: why`, in the order of the text
    static List<String> notKept(Mapping root, List<Diagnostic> diagnostics) {
        var check = new KeyCheck(diagnostics);
        check.group("", root);
        return check.notKept;
    }

    private void group(String path, Mapping group) {
        var known = group.entries().stream().filter(entry -> knows(path, entry)).toList();
        if (ConfigKeys.at(path + ".enabled").isPresent() && !asks(group)) {
            return; // switched off as a whole: nothing in it asks for anything
        }
        if (ConfigKeys.at(path + ".enabled").map(ConfigKey::fate).orElse(null) instanceof Fate.NotKept(var why, var _)
                && !path.equals("libs_logger")) {
            notKept.add(path + ": " + why);
            return;
        }
        for (var entry : known) {
            var below = below(path, entry.key());
            ConfigKeys.at(below).ifPresent(key -> tell(key, entry.value()));
            if (ConfigKeys.isGroup(below) && entry.value() instanceof Mapping nested) {
                group(below, nested);
            }
        }
    }

    private boolean knows(String path, Node.Entry entry) {
        var below = below(path, entry.key());
        if (ConfigKeys.at(below).isPresent() || ConfigKeys.isGroup(below)) {
            return true;
        }
        var nearest = Spelling.nearest(entry.key(), ConfigKeys.words(path));
        var message = "unknown key '" + below + "'";
        diagnostics.add(
                nearest == null
                        ? Code.CONFIG_UNKNOWN_KEY.at(entry.keySpan(), message)
                        : Code.CONFIG_UNKNOWN_KEY.at(
                                entry.keySpan(), message, "did you mean '" + below(path, nearest) + "'?"));
        return false;
    }

    private static String below(String path, String word) {
        return path.isEmpty() ? word : path + "." + word;
    }

    private static boolean asks(Mapping group) {
        return group.get("enabled").map(KeyCheck::text).map(Words::isTrue).orElse(false);
    }

    private void tell(ConfigKey key, Node value) {
        if (key.fate() instanceof Fate.NotKept(var why, var harmless) && !harmless.contains(text(value))) {
            notKept.add(key.path() + ": " + why);
        }
    }

    /// A value as the table of keys writes it: `false`, `[]`, or the items of a list by name.
    private static String text(Node value) {
        return switch (value) {
            case Node.Text(var text, var _) -> Words.isSwitch(text) ? Boolean.toString(Words.isTrue(text)) : text;
            case Node.Sequence(var items, var _) ->
                items.isEmpty() ? "[]" : items.stream().map(KeyCheck::name).collect(Collectors.joining(","));
            case Mapping _ -> "{}";
            case Node.Bool(var bool, var _) -> Boolean.toString(bool);
            case Node.Number(var literal, var _) -> literal;
            case Node.Null _ -> "";
        };
    }

    private static String name(Node item) {
        return switch (item) {
            case Mapping mapping -> mapping.get("name").map(KeyCheck::text).orElse("");
            default -> text(item);
        };
    }

    /// Words that stand for a switch.
    static final class Words {
        private static final List<String> TRUE = List.of("true", "yes", "on", "y");
        private static final List<String> FALSE = List.of("false", "no", "off", "n");

        private Words() {}

        static boolean isSwitch(String word) {
            return isTrue(word) || FALSE.contains(word.toLowerCase(Locale.ROOT));
        }

        static boolean isTrue(String word) {
            return TRUE.contains(word.toLowerCase(Locale.ROOT));
        }
    }
}
