// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas;

import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Trait;
import io.gatehouse.schemas.event.Param;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Makes `docs/reference/events.md` from the event table: what `evt.type` may name and `evt.arg` may ask for.
final class EventsPage {
    private static final String HEAD = """
            <!-- SPDX-License-Identifier: Apache-2.0 -->
            <!-- Generated from events.txt, and a test compares. Change that file, not this one. -->
            # Events

            What `evt.type` may name, and the parameters that `evt.arg[…]` and `evt.rawarg[…]` may ask for. Only ends of
            calls reach rules; an event that older recorders wrote otherwise is read in the form that stands here. A
            parameter in *italics* has named values: flags, or one of several.

            | evt.type | category | code | parameters |
            | --- | --- | --- | --- |
            """;

    private EventsPage() {}

    static String page() {
        var byName = new TreeMap<String, List<EventType>>();
        for (var type : EventTable.current().all()) {
            if (reachesRules(type)) {
                byName.computeIfAbsent(type.name(), name -> new ArrayList<>()).add(type);
            }
        }
        var out = new StringBuilder(HEAD);
        byName.values().forEach(types -> types.forEach(type -> out.append(row(type))));
        return out.toString();
    }

    private static boolean reachesRules(EventType type) {
        boolean starts = type.direction() == Direction.ENTER && type.origin() == EventType.Origin.SYSCALL;
        return !starts && !type.is(Trait.OLD_VERSION) && !type.is(Trait.UNUSED);
    }

    private static String row(EventType type) {
        var params = type.params().stream().map(EventsPage::param).collect(Collectors.joining(", "));
        return "| `%s` | %s | %d | %s |\n".formatted(type.name(), type.category(), type.code(), params);
    }

    private static String param(Param param) {
        var name = param.values().isEmpty() ? "`" + param.name() + "`" : "*`" + param.name() + "`*";
        return name + " " + param.type().name().toLowerCase(Locale.ROOT);
    }
}
