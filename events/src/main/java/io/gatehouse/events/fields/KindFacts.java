// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Origin;
import io.gatehouse.schemas.event.EventType.Trait;
import java.util.Set;
import java.util.function.Predicate;

/// Facts of event types by code, so that readers look them up without searching.
final class KindFacts {
    private static final EventTable TABLE = EventTable.current();

    /// The type that all system calls without one of their own share.
    static final int GENERIC = only("syscall");
    static final int ASYNCHRONOUS = only("asyncevent");
    static final int SWITCH = only("switch");
    static final int PROCINFO = only("procinfo");

    static final boolean[] RETURNS = all(KindFacts::returns);
    static final boolean[] READS = all(type -> type.is(Trait.READS_FROM_FD));
    static final boolean[] WRITES = all(type -> type.is(Trait.WRITES_TO_FD));
    static final boolean[] WAITS = all(type -> type.is(Trait.WAITS));
    static final boolean[] IS_CALL = all(type -> type.origin() == Origin.SYSCALL);
    static final boolean[] IS_META = all(type -> type.origin() == Origin.META);
    static final boolean[] IS_EXIT = all(type -> type.direction() == Direction.EXIT);
    static final boolean[] IS_IO = all(type -> type.category().startsWith("io-"));
    static final boolean[] IS_MEMORY = all(type -> type.category().equals("memory"));
    static final boolean[] HAS_DESCRIPTOR =
            all(type -> type.is(Trait.CREATES_FD) || type.is(Trait.USES_FD) || type.is(Trait.DESTROYS_FD));
    static final boolean[] OPENS = ends("open", "creat", "openat", "openat2", "open_by_handle_at");
    static final boolean[] CONNECTS = ends("accept", "accept4", "connect");

    private KindFacts() {}

    /// A call's end whose first parameter is what it returned. The shared type has none.
    private static boolean returns(EventType type) {
        return type.origin() == Origin.SYSCALL
                && type.direction() == Direction.EXIT
                && !type.name().equals("syscall");
    }

    static boolean[] all(Predicate<EventType> rule) {
        var facts = new boolean[TABLE.size()];
        for (int code = 0; code < facts.length; code++) {
            facts[code] = rule.test(TABLE.byCode(code));
        }
        return facts;
    }

    /// The ends of these calls, in whatever version.
    static boolean[] ends(String... names) {
        var set = Set.of(names);
        return all(type -> type.direction() == Direction.EXIT && set.contains(type.name()));
    }

    /// The place of a parameter by code; -1 where there is none of that name.
    static int[] places(String param) {
        var places = new int[TABLE.size()];
        for (int code = 0; code < places.length; code++) {
            places[code] = TABLE.byCode(code).paramIndex(param);
        }
        return places;
    }

    /// The newest type of a name.
    private static int only(String name) {
        int found = -1;
        for (int code = 0; code < TABLE.size(); code++) {
            var type = TABLE.byCode(code);
            if (type.name().equals(name) && !type.is(Trait.OLD_VERSION) && !type.is(Trait.UNUSED)) {
                found = code;
            }
        }
        if (found < 0) {
            throw new IllegalStateException("no event type is called " + name);
        }
        return found;
    }
}
