// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.field;

import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// All fields, by name, in the order of their text.
public final class FieldCatalogue {
    private static final String RESOURCE = "fields.txt";
    private static final String DEPRECATED = "deprecated:";
    private static final FieldCatalogue CURRENT = read();

    private final Map<String, Field> byName;

    private FieldCatalogue(Map<String, Field> byName) {
        this.byName = byName;
    }

    public static FieldCatalogue current() {
        return CURRENT;
    }

    public Optional<Field> byName(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Collection<Field> all() {
        return byName.values();
    }

    private static FieldCatalogue read() {
        try (var in = FieldCatalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + RESOURCE);
            }
            var fields = new LinkedHashMap<String, Field>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && line.charAt(0) != '#')
                    .map(FieldCatalogue::field)
                    .forEach(field -> {
                        if (fields.put(field.name(), field) != null) {
                            throw new IllegalStateException(RESOURCE + " declares " + field.name() + " twice");
                        }
                    });
            return new FieldCatalogue(fields);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }

    private static Field field(String line) {
        var words = line.split(" +", 5);
        var shape = words[1].endsWith("[]") ? Shape.LIST : words[1].endsWith("|") ? Shape.ANY : Shape.ONE;
        var type = words[1].replaceAll("[^A-Z0-9]", "");
        var sources = Arrays.stream(words[3].split(","))
                .map(source -> Source.valueOf(source.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        boolean deprecated = words[4].startsWith(DEPRECATED);
        return new Field(
                words[0],
                FieldType.valueOf(type),
                shape,
                words[2].equals("-")
                        ? Argument.NONE
                        : Argument.valueOf(words[2].replace('-', '_').toUpperCase(Locale.ROOT)),
                sources,
                words[4],
                deprecated ? Optional.of(words[4].substring(DEPRECATED.length()).strip()) : Optional.empty());
    }
}
