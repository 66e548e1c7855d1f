// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.FieldType;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/// Answers every field of system call events.
public final class SyscallFields implements Readers<Scene> {
    private final FieldTable table = new FieldTable();

    /// @param zone in which times are written as text
    public SyscallFields(ZoneId zone) {
        var printer = new ArgumentPrinter(zone);
        EventFields.into(table);
        TimeFields.into(table, zone);
        CallFields.into(table);
        ArgumentFields.into(table, printer);
        ProcessFields.into(table);
        AncestorFields.into(table);
        LeaderFields.into(table);
        ThreadFields.into(table);
        UserFields.into(table);
        DescriptorFields.into(table, printer);
        ConnectionFields.into(table);
        DescriptorListFields.into(table);
        PathFields.into(table);
        ContainerFields.into(table);
        PodFields.into(table);
        JsonFields.into(table);
    }

    /// A raw argument whose type is settled is read as that.
    @Override
    public Reader<Scene> bind(Field field, Optional<String> argument) {
        return field.name().equals(ArgumentFields.RAW) && field.type() != FieldType.DYNAMIC
                ? ArgumentFields.raw(argument.orElse(""), field.type().isText())
                : table.bind(field.name(), argument);
    }

    /// The names of all fields it answers.
    Set<String> names() {
        return table.names();
    }
}
