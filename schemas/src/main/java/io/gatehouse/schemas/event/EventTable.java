// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Origin;
import io.gatehouse.schemas.event.EventType.Trait;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// All kinds of events, by code.
public final class EventTable {
    private static final String RESOURCE = "events.txt";
    private static final EventTable CURRENT = read();

    private final List<EventType> types;

    private EventTable(List<EventType> types) {
        this.types = List.copyOf(types);
        for (int code = 0; code < types.size(); code++) {
            if (types.get(code).code() != code) {
                throw new IllegalStateException(RESOURCE + ": code " + code + " is missing or out of order");
            }
        }
    }

    public static EventTable current() {
        return CURRENT;
    }

    /// How many codes there are; codes run from 0.
    public int size() {
        return types.size();
    }

    public EventType byCode(int code) {
        return types.get(code);
    }

    public List<EventType> all() {
        return types;
    }

    private static EventTable read() {
        var lines = Resource.lines(RESOURCE);
        return new EventTable(types(lines, named(lines)));
    }

    /// The tables of named values, which stand after the types.
    private static Map<String, List<Param.Named>> named(List<String> lines) {
        var tables = new HashMap<String, List<Param.Named>>();
        List<Param.Named> table = null;
        for (var line : lines) {
            if (line.startsWith("@")) {
                table = new ArrayList<>();
                tables.put(line, table);
            } else if (table != null && line.startsWith("  ")) {
                var words = line.strip().split(" ");
                table.add(new Param.Named(words[0], Long.parseLong(words[1])));
            }
        }
        return tables;
    }

    private static List<EventType> types(List<String> lines, Map<String, List<Param.Named>> tables) {
        var types = new ArrayList<EventType>();
        String[] heading = null;
        var params = new ArrayList<Param>();
        for (var line : lines) {
            if (line.startsWith("  ")) {
                params.add(param(line.strip().split(" "), tables));
            } else if (!line.isEmpty() && line.charAt(0) != '#') {
                if (heading != null) {
                    types.add(type(heading, params));
                    params.clear();
                }
                if (line.charAt(0) == '@') {
                    return types;
                }
                heading = line.split(" ");
            }
        }
        throw new IllegalStateException(RESOURCE + " ends before its tables of values");
    }

    private static EventType type(String[] words, List<Param> params) {
        return new EventType(
                Integer.parseInt(words[0]),
                words[1],
                Direction.valueOf(words[2].toUpperCase(Locale.ROOT)),
                words[3],
                Origin.valueOf(words[4].toUpperCase(Locale.ROOT)),
                traits(words[5]),
                params);
    }

    private static Set<Trait> traits(String list) {
        var traits = EnumSet.noneOf(Trait.class);
        if (!list.equals("-")) {
            Arrays.stream(list.split(",")).map(Trait::valueOf).forEach(traits::add);
        }
        return traits;
    }

    private static Param param(String[] words, Map<String, List<Param.Named>> tables) {
        List<Param.Named> values = List.of();
        int dirfd = -1;
        for (int i = 3; i < words.length; i++) {
            if (words[i].startsWith("@")) {
                values = tables.get(words[i]);
            } else {
                dirfd = Integer.parseInt(words[i].substring("dirfd=".length()));
            }
        }
        return new Param(words[0], ParamType.valueOf(words[1]), Param.Format.valueOf(words[2]), values, dirfd);
    }
}
