// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.schemas.field.Field.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The output of a rule, read: text and values in turn.
///
/// @param missing what becomes of an event that lacks a value
/// @param parts in the order of the text
public record OutputFormat(Missing missing, List<Part> parts) {
    public OutputFormat {
        parts = List.copyOf(parts);
    }

    public enum Missing {
        /// The line is dropped. So formats are understood that do not begin with `*`.
        DROPS_THE_LINE,
        /// `<NA>` stands in its place. The outputs of rules are always so.
        IS_SHOWN
    }

    public sealed interface Part {
        /// @param bytes as bytes, see `engine.event`
        record Text(String bytes) implements Part {}

        /// @param width to cut or to fill up to, in bytes; 0 for the value as it is
        /// @param fields the fields read for it, by key; of a transformer, those within
        record Value(Subject subject, int width, List<Use> fields) implements Part {
            public Value {
                fields = List.copyOf(fields);
            }
        }
    }

    /// A field that is used, and its name among `output_fields`.
    public record Use(String key, Subject.Read field) {}

    /// @param format what could be understood; none where something is wrong with it
    /// @param diagnostics errors and warnings, in the order of the text
    public record Parsed(Optional<OutputFormat> format, List<Diagnostic> diagnostics) {
        public Parsed {
            diagnostics = List.copyOf(diagnostics);
        }
    }

    /// @param output as written in the rules file
    /// @param source whose fields may be used
    public static Parsed parse(Script output, Source source) {
        return new OutputParser(output, source).parse();
    }

    /// The same format, with `<NA>` for what is missing: how rules are printed, whatever their output begins with.
    public OutputFormat lenient() {
        return new OutputFormat(Missing.IS_SHOWN, parts);
    }

    /// The fields it uses, each once, in the order of the text.
    public List<Use> fields() {
        Map<String, Use> uses = new LinkedHashMap<>();
        for (var part : parts) {
            if (part instanceof Part.Value value) {
                value.fields().forEach(use -> uses.putIfAbsent(use.key(), use));
            }
        }
        return List.copyOf(uses.values());
    }
}
