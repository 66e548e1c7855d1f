// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;

/// Makes `docs/reference/fields.md` from the catalogue of fields, under the headings of its text.
final class FieldsPage {
    private static final String HEAD = """
            <!-- SPDX-License-Identifier: Apache-2.0 -->
            <!-- Generated from fields.txt, and a test compares. Change that file, not this one. -->
            # Fields

            What conditions and outputs may ask of an event. A check of a field that is missing is false, `!=` too; in
            an output it is `<NA>`. A type with `[]` is a list: `in` asks that every value is in the set, `intersects`
            that one is. A type with `|` is several candidates: a check holds if it holds for one of them.
            """;
    private static final String TABLE = """

            | field | type | sources | meaning |
            | --- | --- | --- | --- |
            """;

    private FieldsPage() {}

    static String page() {
        var out = new StringBuilder(HEAD);
        boolean afterBlank = false;
        for (var line : declaration().lines().toList()) {
            if (afterBlank && line.startsWith("# ")) {
                out.append("\n## ").append(line.substring(2)).append('\n').append(TABLE);
            } else if (!line.isEmpty() && line.charAt(0) != '#') {
                var name = line.substring(0, line.indexOf(' '));
                out.append(row(FieldCatalogue.current().byName(name).orElseThrow()));
            }
            afterBlank = line.isEmpty();
        }
        return out.toString();
    }

    static String declaration() {
        try (var in = FieldCatalogue.class.getResourceAsStream("fields.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String row(Field field) {
        var sources = field.sources().stream()
                .map(source -> source.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(", "));
        var meaning = field.deprecated()
                .map(instead -> "Deprecated: " + instead + ".")
                .orElse(field.help());
        return "| `%s`%s | %s%s | %s | %s |\n"
                .formatted(
                        field.name(),
                        argument(field.argument()),
                        field.type(),
                        shape(field.shape()),
                        sources,
                        meaning.replace("|", "\\|"));
    }

    private static String argument(Field.Argument argument) {
        return switch (argument) {
            case NONE -> "";
            case OPTIONAL -> ", `[…]` may follow";
            case REQUIRED -> "`[…]`";
            case OPTIONAL_INDEX -> ", `[n]` may follow";
            case REQUIRED_KEY -> "`[key]`";
            case REQUIRED_INDEX_OR_KEY -> "`[n or key]`";
        };
    }

    private static String shape(Field.Shape shape) {
        return switch (shape) {
            case ONE -> "";
            case LIST -> "[]";
            case ANY -> "\\|";
        };
    }
}
