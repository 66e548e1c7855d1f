// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Origin;
import io.gatehouse.schemas.event.EventType.Trait;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Which kinds of events can satisfy a condition: an upper bound, exact for what a condition says of
/// `evt.type`.
///
/// A rule is asked about these events only. Everything that is not about the type may hold for any event,
/// but for a number no event has.
public final class EventKinds {
    /// A condition that more kinds than this can satisfy costs on nearly every event.
    public static final int BROAD = 100;

    private static final EventTable TABLE = EventTable.current();
    private static final EventKinds REACHING_RULES = new EventKinds(EventKinds::reachesRules);
    /// Every code there is, starts of calls and old ones too. The reference counts these.
    private static final EventKinds EVERY_CODE = new EventKinds(_ -> true);

    private final BitSet all;
    private final Map<String, BitSet> byName;
    /// System calls without a code of their own share one.
    private final BitSet generic;

    private EventKinds(Predicate<EventType> counted) {
        this.all = TABLE.all().stream()
                .filter(counted)
                .mapToInt(EventType::code)
                .collect(BitSet::new, BitSet::set, BitSet::or);
        this.byName = byName(all);
        this.generic = byName.get("syscall");
    }

    /// The codes of the events that can satisfy it, and of the event that carries what plugins tell, under
    /// names of their own, so that no condition rules it out.
    public static BitSet of(Condition condition) {
        var kinds = REACHING_RULES.possible(condition, true);
        kinds.or(REACHING_RULES.byName.get("asyncevent"));
        return kinds;
    }

    /// Whether it can hold for so many kinds that it costs on nearly every event. Kinds are counted as the
    /// reference does, so that the same rules are warned of.
    public static boolean isBroad(Condition condition) {
        return EVERY_CODE.possible(condition, true).cardinality() > BROAD;
    }

    /// Whether what it says of evt.type and evt.num cannot be true together.
    public static boolean isNever(Condition condition) {
        return REACHING_RULES.possible(condition, true).isEmpty();
    }

    /// Every kind that reaches rules: what ends (exits) and what is no call at all.
    public static BitSet all() {
        return REACHING_RULES.everything();
    }

    /// The codes of a type's name, empty if no event has it.
    public static BitSet named(String name) {
        return (BitSet) REACHING_RULES.byName.getOrDefault(name, new BitSet()).clone();
    }

    /// The names of these kinds, in alphabetical order.
    public static List<String> names(BitSet kinds) {
        return kinds.stream()
                .mapToObj(code -> TABLE.byCode(code).name())
                .distinct()
                .sorted()
                .toList();
    }

    private BitSet possible(Condition condition, boolean holds) {
        return switch (condition) {
            case Condition.And(var terms) -> holds ? common(terms, true) : united(terms, false);
            case Condition.Or(var terms) -> holds ? united(terms, true) : common(terms, false);
            case Condition.Not(var term) -> possible(term, !holds);
            case Condition.Check check -> check(check, holds);
        };
    }

    private BitSet common(List<Condition> terms, boolean holds) {
        var kinds = everything();
        for (var term : terms) {
            kinds.and(possible(term, holds));
        }
        return kinds;
    }

    private BitSet united(List<Condition> terms, boolean holds) {
        var kinds = new BitSet();
        for (var term : terms) {
            kinds.or(possible(term, holds));
        }
        return kinds;
    }

    private BitSet check(Condition.Check check, boolean holds) {
        if (!(check.subject() instanceof Subject.Read(var field, var argument))) {
            return everything();
        }
        return switch (field.name()) {
            case "evt.type" -> ofType(check, holds);
            case "evt.type.is" ->
                argument.map(kind -> ofKind(check, kind, holds)).orElseGet(this::everything);
            case "evt.num" -> (holds ? Numbered.never(check) : Numbered.always(check)) ? new BitSet() : everything();
            default -> everything();
        };
    }

    private BitSet ofType(Condition.Check check, boolean holds) {
        var wanted = literals(check.operand());
        return switch (check.operator()) {
            case EQUAL, IN, INTERSECTS -> wanted.isEmpty() ? everything() : either(wanted, holds);
            case NOT_EQUAL -> wanted.isEmpty() ? everything() : either(wanted, !holds);
            case EXISTS -> holds ? everything() : new BitSet();
            default -> everything();
        };
    }

    private BitSet either(Set<String> names, boolean holds) {
        var kinds = new BitSet();
        boolean generic = false;
        for (var name : names) {
            var named = byName.get(name);
            if (named == null) {
                generic = true;
            } else {
                kinds.or(named);
            }
        }
        if (holds) {
            if (generic) {
                kinds.or(this.generic);
            }
            return kinds;
        }
        var others = everything();
        others.andNot(kinds);
        return others;
    }

    /// `evt.type.is[open] = 1`, or a code in place of the name.
    private BitSet ofKind(Condition.Check check, String kind, boolean holds) {
        if (check.operator() != Operator.EQUAL || !(check.operand() instanceof Operand.Number(var number))) {
            return everything();
        }
        var kinds = new BitSet();
        if (byName.containsKey(kind)) {
            kinds.or(byName.get(kind));
        } else if (kind.matches("[0-9]{1,9}")) {
            kinds.set(Integer.parseInt(kind));
            kinds.and(all);
        }
        if (holds == (number != 0)) {
            return kinds;
        }
        var others = everything();
        others.andNot(kinds);
        return others;
    }

    /// What is known of evt.num: it starts at 1. `evt.num = 0` is how rules files write "never".
    private static final class Numbered {
        static boolean never(Condition.Check check) {
            return switch (check.operand()) {
                case Operand.Number(long number) ->
                    switch (check.operator()) {
                        case EQUAL, LESS_OR_EQUAL -> number == 0;
                        case LESS -> number == 0 || number == 1;
                        default -> false;
                    };
                case Operand.Numbers(var numbers) -> numbers.isEmpty() || numbers.equals(Set.of(0L));
                default -> false;
            };
        }

        static boolean always(Condition.Check check) {
            return check.operand() instanceof Operand.Number(long number)
                    && switch (check.operator()) {
                        case NOT_EQUAL, GREATER -> number == 0;
                        case GREATER_OR_EQUAL -> number == 0 || number == 1;
                        default -> false;
                    };
        }
    }

    private BitSet everything() {
        return (BitSet) all.clone();
    }

    private static Set<String> literals(Operand operand) {
        return switch (operand) {
            case Operand.Text(var text) -> Set.of(text);
            case Operand.Texts(var texts) -> texts;
            default -> Set.of();
        };
    }

    /// An event whose start says more than its end, as a scheduler switch, is an enter event and reaches
    /// rules; a call's start does not.
    private static boolean reachesRules(EventType type) {
        return !type.is(Trait.UNUSED)
                && !type.is(Trait.OLD_VERSION)
                && (type.direction() == Direction.EXIT || type.origin() != Origin.SYSCALL);
    }

    private static Map<String, BitSet> byName(BitSet all) {
        var byName = new HashMap<String, BitSet>();
        for (var type : TABLE.all()) {
            if (all.get(type.code())) {
                byName.computeIfAbsent(type.name(), _ -> new BitSet()).set(type.code());
            }
        }
        return byName;
    }
}
