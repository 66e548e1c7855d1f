// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.document;

import io.gatehouse.engine.diagnostic.Span;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.events.ScalarEvent;

/// What a YAML scalar means to Kubernetes. Quoted is always text; a plain date is text too.
sealed interface Scalar {
    record Value(Make make) implements Scalar {}

    record NotFinite() implements Scalar {}

    record UnsupportedTag(String tag) implements Scalar {}

    interface Make {
        Node at(Span span);
    }

    Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
    Set<String> TRUE = Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
    Set<String> FALSE = Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
    Set<String> NOT_FINITE = Set.of(
            ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN");
    Pattern NUMBER = Pattern.compile("[-+]?(0x[0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+"
            + "|(\\.[0-9][0-9_]*|[0-9][0-9_]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?)");

    static Scalar of(ScalarEvent event) {
        var text = event.getValue();
        var tag = event.getTag();
        if (tag == null) {
            return event.isPlain() ? plain(text) : text(text);
        }
        return switch (tag) {
            case "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp" -> text(text);
            case "tag:yaml.org,2002:null" -> NULL.contains(text) ? plain(text) : new UnsupportedTag(tag);
            case "tag:yaml.org,2002:bool" ->
                TRUE.contains(text) || FALSE.contains(text) ? plain(text) : new UnsupportedTag(tag);
            case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float" ->
                NOT_FINITE.contains(text) || NUMBER.matcher(text).matches() ? plain(text) : new UnsupportedTag(tag);
            default -> new UnsupportedTag(tag);
        };
    }

    private static Scalar plain(String text) {
        if (NULL.contains(text)) {
            return new Value(Node.Null::new);
        }
        if (TRUE.contains(text)) {
            return new Value(span -> new Node.Bool(true, span));
        }
        if (FALSE.contains(text)) {
            return new Value(span -> new Node.Bool(false, span));
        }
        if (NOT_FINITE.contains(text)) {
            return new NotFinite();
        }
        if (NUMBER.matcher(text).matches()) {
            return new Value(span -> new Node.Number(text, span));
        }
        return text(text);
    }

    private static Scalar text(String text) {
        return new Value(span -> new Node.Text(text, span));
    }
}
