// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import io.gatehouse.schemas.field.FieldType;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SyscallFieldsTest {
    private final SyscallFields fields = new SyscallFields(ZoneOffset.UTC);

    private static List<Field> catalogue() {
        return FieldCatalogue.current().all().stream()
                .filter(field -> field.sources().contains(Source.SYSCALL))
                .toList();
    }

    @Test
    void every_field_of_the_catalogue_is_answered_and_nothing_else() {
        var declared = catalogue().stream().map(Field::name).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(declared, new TreeSet<>(fields.names()));
    }

    @Test
    void a_reader_is_of_the_kind_that_the_type_and_the_shape_of_its_field_ask_for() {
        for (var field : catalogue()) {
            if (field.type() == FieldType.DYNAMIC) {
                continue;
            }
            switch (field.argument()) {
                case NONE -> check(field, Optional.empty());
                case OPTIONAL, OPTIONAL_INDEX -> {
                    check(field, Optional.empty());
                    check(field, Optional.of("1"));
                }
                case REQUIRED, REQUIRED_KEY, REQUIRED_INDEX_OR_KEY -> {
                    check(field, Optional.of("1"));
                    check(field, Optional.of("name"));
                }
            }
        }
    }

    private void check(Field field, Optional<String> argument) {
        boolean many = field.shape() == Shape.LIST || field.shape() == Shape.ANY && argument.isEmpty();
        Class<?> kind = field.type().isText()
                ? many ? Reader.OfTexts.class : Reader.OfText.class
                : many ? Reader.OfNumbers.class : Reader.OfNumber.class;
        assertInstanceOf(kind, fields.bind(field, argument), field.name() + argument);
    }

    @Test
    void a_raw_argument_is_a_number_or_text_as_its_parameter_is() {
        var raw = FieldCatalogue.current().byName("evt.rawarg").orElseThrow();
        assertEquals(Argument.REQUIRED, raw.argument());
        assertInstanceOf(Reader.OfNumber.class, fields.bind(raw, Optional.of("flags")));
        assertInstanceOf(Reader.OfNumber.class, fields.bind(raw, Optional.of("res")));
        assertInstanceOf(Reader.OfText.class, fields.bind(raw, Optional.of("path")));
        assertInstanceOf(Reader.OfText.class, fields.bind(raw, Optional.of("data")));
    }
}
