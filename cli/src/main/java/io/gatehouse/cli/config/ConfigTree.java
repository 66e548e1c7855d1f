// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.cli.config.KeyCheck.Words;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Values of a configuration by their path, as the kind they must be. What is wrong is told, and counts as not given.
final class ConfigTree {
    private final Mapping root;
    private final List<Diagnostic> diagnostics;

    ConfigTree(Mapping root, List<Diagnostic> diagnostics) {
        this.root = root;
        this.diagnostics = diagnostics;
    }

    /// A value given as nothing is not given.
    Optional<Node> node(String path) {
        Node node = root;
        for (var word : path.split("\\.")) {
            var below = node instanceof Mapping mapping ? mapping.get(word) : Optional.<Node>empty();
            if (below.isEmpty()) {
                return Optional.empty();
            }
            node = below.get();
        }
        return node instanceof Node.Text(var text, var _) && text.isEmpty() ? Optional.empty() : Optional.of(node);
    }

    /// Groups that are no mapping hide all their keys, so they are told.
    void checkGroups() {
        for (var entry : root.entries()) {
            if (ConfigKeys.isGroup(entry.key()) && !(entry.value() instanceof Mapping) && !isNothing(entry.value())) {
                wrongType(entry.key(), "keys and values", entry.value());
            }
        }
    }

    private static boolean isNothing(Node node) {
        return node instanceof Node.Text(var text, var _) && text.isEmpty();
    }

    Optional<Node.Text> text(String path) {
        return node(path).flatMap(node -> text(path, node));
    }

    Optional<Node.Text> text(String what, Node node) {
        if (node instanceof Node.Text text) {
            return Optional.of(text);
        }
        wrongType(what, ConfigKey.Kind.TEXT.words(), node);
        return Optional.empty();
    }

    String text(String path, String otherwise) {
        return text(path).map(Node.Text::value).orElse(otherwise);
    }

    boolean isOn(String path, boolean otherwise) {
        return node(path).flatMap(node -> isOn(path, node)).orElse(otherwise);
    }

    Optional<Boolean> isOn(String what, Node node) {
        if (node instanceof Node.Text(var word, var _) && Words.isSwitch(word)) {
            return Optional.of(Words.isTrue(word));
        }
        wrongType(what, ConfigKey.Kind.SWITCH.words(), node);
        return Optional.empty();
    }

    long integer(String path, long least, long most, long otherwise) {
        var node = node(path);
        if (node.isEmpty()) {
            return otherwise;
        }
        if (!(node.get() instanceof Node.Text(var digits, var span)) || !digits.matches("[+-]?[0-9]{1,18}")) {
            wrongType(path, ConfigKey.Kind.INTEGER.words(), node.get());
            return otherwise;
        }
        long value = Long.parseLong(digits);
        if (value < least || value > most) {
            wrongValue(span, "'" + path + "' is " + value + ", not " + least + " to " + most);
            return otherwise;
        }
        return value;
    }

    double number(String path, double most, double otherwise) {
        var node = node(path);
        if (node.isEmpty()) {
            return otherwise;
        }
        if (!(node.get() instanceof Node.Text(var text, var span))
                || !text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?")) {
            wrongType(path, ConfigKey.Kind.NUMBER.words(), node.get());
            return otherwise;
        }
        double value = Double.parseDouble(text);
        if (value < 0 || value > most) {
            wrongValue(span, "'" + path + "' is " + text + ", not 0 to " + (most == Double.MAX_VALUE ? "any" : most));
            return otherwise;
        }
        return value;
    }

    /// One value stands for a list of one.
    List<Node> items(String path) {
        return switch (node(path).orElse(null)) {
            case null -> List.of();
            case Node.Sequence(var items, var _) -> items;
            case Node.Text text -> List.of(text);
            case Node other -> {
                wrongType(path, ConfigKey.Kind.LIST.words(), other);
                yield List.of();
            }
        };
    }

    List<Node.Text> texts(String path) {
        var texts = new ArrayList<Node.Text>();
        items(path).forEach(item -> text(path, item).ifPresent(texts::add));
        return texts;
    }

    void wrongType(String what, String wanted, Node found) {
        diagnostics.add(
                Code.CONFIG_WRONG_TYPE.at(found.span(), "'" + what + "' is " + kind(found) + ", not " + wanted));
    }

    void wrongValue(Span span, String message) {
        diagnostics.add(Code.CONFIG_WRONG_VALUE.at(span, message));
    }

    void wrongValue(Span span, String message, String fix) {
        diagnostics.add(Code.CONFIG_WRONG_VALUE.at(span, message, fix));
    }

    private static String kind(Node node) {
        return switch (node) {
            case Mapping _ -> "keys and values";
            case Node.Sequence _ -> "a list";
            case Node.Text(var text, var _) -> "'" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "'";
            case Node.Bool(var value, var _) -> "'" + value + "'";
            case Node.Number(var literal, var _) -> "'" + literal + "'";
            case Node.Null _ -> "nothing";
        };
    }
}
