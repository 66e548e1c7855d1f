// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import io.gatehouse.schemas.event.Conversion.Action;
import io.gatehouse.schemas.event.Conversion.Missing;
import io.gatehouse.schemas.event.Conversion.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How events of older recorders become today's. `conversions.txt` is the text.
public final class ConversionTable {
    private static final String RESOURCE = "conversions.txt";
    private static final ConversionTable CURRENT = new ConversionTable(read());

    private final List<Conversion> all;
    /// By code, then by number of parameters; null where there is none.
    private final Conversion[][] byCode = new Conversion[EventTable.current().size()][];

    private ConversionTable(List<Conversion> all) {
        this.all = List.copyOf(all);
        for (var conversion : all) {
            var row = byCode[conversion.code()] == null ? new Conversion[0] : byCode[conversion.code()];
            row = Arrays.copyOf(row, Math.max(row.length, conversion.params() + 1));
            if (row[conversion.params()] != null) {
                throw new IllegalStateException(
                        RESOURCE + " has two lines for " + conversion.code() + "/" + conversion.params());
            }
            row[conversion.params()] = conversion;
            byCode[conversion.code()] = row;
        }
    }

    public static ConversionTable current() {
        return CURRENT;
    }

    public List<Conversion> all() {
        return all;
    }

    /// The step for an event with so many parameters; null if none is known.
    public Conversion find(int code, int params) {
        var row = byCode[code];
        return row == null || params >= row.length ? null : row[params];
    }

    private static List<Conversion> read() {
        var conversions = new ArrayList<Conversion>();
        for (var line : Resource.lines(RESOURCE)) {
            if (!line.isEmpty() && line.charAt(0) != '#') {
                conversions.add(conversion(line.split(" ")));
            }
        }
        return conversions;
    }

    private static Conversion conversion(String[] words) {
        var key = words[0].split("/");
        int code = Integer.parseInt(key[0]);
        int params = Integer.parseInt(key[1]);
        return switch (words[1]) {
            case "store" -> new Conversion(code, params, Action.STORE, code, List.of());
            case "pass" -> new Conversion(code, params, Action.PASS, code, List.of());
            case "store+pass" -> new Conversion(code, params, Action.STORE_AND_PASS, code, List.of());
            case "add" -> new Conversion(code, params, Action.ADD, code, sources(words, 2));
            case "to" ->
                new Conversion(code, params, Action.CHANGE_TYPE, Integer.parseInt(words[2]), sources(words, 3));
            default -> throw new IllegalStateException(RESOURCE + " knows no action " + words[1]);
        };
    }

    private static List<Source> sources(String[] words, int from) {
        return Arrays.stream(words, from, words.length)
                .map(ConversionTable::source)
                .toList();
    }

    private static Source source(String word) {
        if (word.startsWith("old.")) {
            return new Source.Old(Integer.parseInt(word.substring("old.".length())));
        }
        if (word.startsWith("enter.")) {
            boolean empty = word.endsWith("?");
            int param = Integer.parseInt(word.substring("enter.".length(), word.length() - (empty ? 1 : 0)));
            return new Source.Enter(param, empty ? Missing.EMPTY : Missing.DEFAULT);
        }
        return switch (word) {
            case "empty" -> new Source.Empty();
            case "default" -> new Source.Default();
            case "json" -> new Source.Json();
            default -> throw new IllegalStateException(RESOURCE + " knows no source " + word);
        };
    }
}
