// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Condition.And;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Not;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Or;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventKindsTest {
    private static final Span HERE = new Span(new SourceText("t", "x"), 1, 1, 1);
    private static final Condition OPEN = type("open");
    private static final Condition CLOSE = type("close");
    private static final Condition BASH = check("proc.name", Operator.EQUAL, new Operand.Text("bash"));
    private static final Condition NEVER = check("evt.num", Operator.EQUAL, new Operand.Number(0));

    @Test
    void async_events_are_always_among_them() {
        assertEquals(List.of("asyncevent", "open"), kinds(OPEN));
        assertEquals(List.of("asyncevent"), kinds(NEVER));
    }

    @Test
    void a_condition_without_a_type_may_hold_for_all() {
        assertEquals(EventKinds.all(), EventKinds.of(BASH));
        assertEquals(EventKinds.all(), EventKinds.of(new Not(BASH)));
        assertEquals(EventKinds.all(), EventKinds.of(new Not(NEVER)));
        assertEquals(EventKinds.all(), EventKinds.of(new Or(List.of(OPEN, BASH))));
    }

    @Test
    void and_narrows_or_widens_not_turns_round() {
        assertEquals(List.of("asyncevent", "open"), kinds(new And(List.of(OPEN, BASH))));
        assertEquals(List.of("asyncevent"), kinds(new And(List.of(OPEN, CLOSE))));
        assertEquals(List.of("asyncevent", "close", "open"), kinds(new Or(List.of(OPEN, CLOSE))));
        assertEquals(List.of("asyncevent", "open"), kinds(new Not(new Not(OPEN))));
        var neither = EventKinds.of(new Not(new Or(List.of(OPEN, CLOSE))));
        assertEquals(EventKinds.all().cardinality() - 2, neither.cardinality());
        // not (open and bash): anything, for an open by another program satisfies it
        assertEquals(EventKinds.all(), EventKinds.of(new Not(new And(List.of(OPEN, BASH)))));
    }

    @Test
    void a_call_without_a_code_of_its_own_comes_as_the_generic_event() {
        assertEquals(List.of("asyncevent", "syscall"), kinds(type("gettid")));
        assertEquals(
                List.of("asyncevent", "open", "syscall"),
                kinds(check("evt.type", Operator.IN, new Operand.Texts(Set.of("open", "gettid")))));
    }

    /// Another generic call satisfies it, so the generic code stays.
    @Test
    void not_being_one_generic_call_leaves_the_others() {
        assertEquals(EventKinds.all(), EventKinds.of(new Not(type("gettid"))));
    }

    @Test
    void no_start_of_a_call_and_nothing_unused_reaches_rules() {
        var all = EventKinds.all();
        for (var type : EventTable.current().all()) {
            if (type.name().equals("open")) {
                assertEquals(type.code() == 3, all.get(type.code()), type.toString());
            }
        }
    }

    @Test
    void a_number_no_event_has_makes_a_condition_never_true() {
        for (var never : List.of(
                NEVER,
                number(Operator.LESS, 1),
                number(Operator.LESS_OR_EQUAL, 0),
                check("evt.num", Operator.IN, new Operand.Numbers(Set.of(0L))),
                new Not(number(Operator.GREATER_OR_EQUAL, 1)),
                new Not(number(Operator.NOT_EQUAL, 0)),
                new And(List.of(OPEN, CLOSE)))) {
            assertTrue(EventKinds.isNever(never), never.toString());
        }
        for (var possible : List.of(OPEN, new Not(NEVER), number(Operator.GREATER, 0), number(Operator.EQUAL, 1))) {
            assertFalse(EventKinds.isNever(possible), possible.toString());
        }
    }

    /// The reference counts starts and ends of calls, and old kinds: two for most names.
    @Test
    void a_condition_is_broad_if_more_than_a_hundred_codes_satisfy_it() {
        assertTrue(EventKinds.isBroad(BASH));
        assertTrue(EventKinds.isBroad(new Not(OPEN)));
        assertFalse(EventKinds.isBroad(OPEN));
        assertFalse(EventKinds.isBroad(NEVER));
        var names = EventTable.current().all().stream()
                .filter(type ->
                        type.direction() == EventType.Direction.EXIT && type.origin() == EventType.Origin.SYSCALL)
                .map(EventType::name)
                .distinct()
                .toList();
        assertFalse(EventKinds.isBroad(
                check("evt.type", Operator.IN, new Operand.Texts(Set.copyOf(names.subList(2, 32))))));
        assertTrue(EventKinds.isBroad(
                check("evt.type", Operator.IN, new Operand.Texts(Set.copyOf(names.subList(2, 62))))));
    }

    @Test
    void a_kind_may_be_asked_by_name_or_code() {
        var one = new Operand.Number(1);
        assertEquals(List.of("asyncevent", "open"), kinds(kind("open", one)));
        assertEquals(List.of("asyncevent", "open"), kinds(kind("3", one)));
        assertEquals(EventKinds.of(new Not(OPEN)), EventKinds.of(kind("open", new Operand.Number(0))));
        assertEquals(EventKinds.of(new Not(OPEN)), EventKinds.of(new Not(kind("3", one))));
    }

    private static Condition kind(String argument, Operand operand) {
        var field = FieldCatalogue.current().byName("evt.type.is").orElseThrow();
        return new Check(new Subject.Read(field, Optional.of(argument)), Operator.EQUAL, operand, HERE);
    }

    private static Condition number(Operator operator, long number) {
        return check("evt.num", operator, new Operand.Number(number));
    }

    private static List<String> kinds(Condition condition) {
        return EventKinds.names(EventKinds.of(condition));
    }

    private static Condition type(String name) {
        return check("evt.type", Operator.EQUAL, new Operand.Text(name));
    }

    private static Condition check(String field, Operator operator, Operand operand) {
        return new Check(
                new Subject.Read(FieldCatalogue.current().byName(field).orElseThrow(), Optional.empty()),
                operator,
                operand,
                HERE);
    }
}
