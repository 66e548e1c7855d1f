// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.format.OutputAdditions.ExtraField;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The fields that a rule's alerts get besides those of its output, read.
///
/// @param byKey only those that could be understood
public record ExtraFields(Map<String, Extra> byKey, List<Diagnostic> diagnostics) {
    public static final ExtraFields NONE = new ExtraFields(Map.of(), List.of());

    public ExtraFields {
        byKey = Map.copyOf(byKey);
        diagnostics = List.copyOf(diagnostics);
    }

    public enum Kind {
        FORMATTED,
        RAW
    }

    public record Extra(Kind kind, OutputFormat format) {}

    /// @param place of the additions in the configuration
    public static ExtraFields parse(Map<String, ExtraField> fields, Span place, Source source) {
        var byKey = new LinkedHashMap<String, Extra>();
        var diagnostics = new ArrayList<Diagnostic>();
        fields.forEach((key, field) -> {
            var kind = field instanceof ExtraField.Raw ? Kind.RAW : Kind.FORMATTED;
            var text = switch (field) {
                case ExtraField.Raw() -> "%" + key;
                case ExtraField.Formatted(var format) -> format;
            };
            var parsed = OutputFormat.parse(Script.made(text, place), source);
            parsed.format().ifPresent(format -> byKey.put(key, new Extra(kind, format.lenient())));
            diagnostics.addAll(parsed.diagnostics());
        });
        return new ExtraFields(byKey, diagnostics);
    }
}
