// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.schemas.event.Conversion.Action;
import io.gatehouse.schemas.event.Conversion.Source;
import io.gatehouse.schemas.event.EventType.Trait;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class ConversionTableTest {
    private final EventTable events = EventTable.current();

    @Test
    void every_step_is_of_a_type_that_a_reader_changes_and_leads_to_todays_number_of_parameters_or_on() {
        for (var step : ConversionTable.current().all()) {
            assertTrue(events.byCode(step.code()).is(Trait.CONVERTER_MANAGED), step.toString());
            if (step.action() == Action.ADD || step.action() == Action.CHANGE_TYPE) {
                int params = step.sources().size() + (step.action() == Action.ADD ? step.params() : 0);
                assertTrue(leadsOn(step.target(), params), step.toString());
            }
        }
    }

    @Test
    void a_source_names_a_parameter_that_is_there() {
        for (var step : ConversionTable.current().all()) {
            for (var source : step.sources()) {
                switch (source) {
                    case Source.Old(int param) -> assertTrue(param < step.params(), step.toString());
                    case Source.Enter(int param, var _) ->
                        assertTrue(
                                param < events.byCode(step.code() - 1).params().size(), step.toString());
                    case Source.Empty _, Source.Default _, Source.Json _ -> {}
                }
            }
        }
    }

    @Test
    void every_older_end_of_a_call_that_is_in_use_has_a_way_to_today() {
        var known = new HashSet<Integer>();
        ConversionTable.current().all().forEach(step -> known.add(step.code()));
        for (var type : events.all()) {
            if (type.is(Trait.OLD_VERSION) && type.is(Trait.CONVERTER_MANAGED) && !type.is(Trait.UNUSED)) {
                assertTrue(known.contains(type.code()), type.code() + " " + type.name());
            }
        }
    }

    @Test
    void the_table_is_what_it_was_counted_to_be() {
        assertEquals(253, ConversionTable.current().all().size());
        assertEquals(
                541,
                ConversionTable.current().all().stream()
                        .mapToInt(step -> step.sources().size())
                        .sum());
    }

    private boolean leadsOn(int code, int params) {
        var type = events.byCode(code);
        return params == type.params().size() && !type.is(Trait.OLD_VERSION)
                || ConversionTable.current().find(code, params) != null;
    }
}
