// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import io.gatehouse.schemas.event.Call.Numbers;
import io.gatehouse.schemas.event.Call.Options;
import io.gatehouse.schemas.event.Call.Sieve;
import io.gatehouse.schemas.event.Source.From;
import io.gatehouse.schemas.event.Source.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads `calls.txt`; its head explains the form.
final class CallText {
    private static final int LONG = 8;
    private static final int CALL_COLUMNS = 6;

    private final boolean arm;
    private final Map<String, KernelValues.Written> tables = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private CallText(boolean arm) {
        this.arm = arm;
        var names = SyscallNames.all();
        for (int id = 0; id < names.size(); id++) {
            ids.putIfAbsent(names.get(id), id);
        }
    }

    static CallTable read(List<String> lines, boolean arm) {
        var text = new CallText(arm);
        String heading = null;
        var body = new ArrayList<String>();
        for (var line : lines) {
            if (line.startsWith("  ")) {
                body.addAll(List.of(line.strip().split(" +")));
                body.add("\n");
            } else if (!line.isEmpty() && line.charAt(0) != '#') {
                text.add(heading, body);
                body.clear();
                heading = line;
            }
        }
        text.add(heading, body);
        return new CallTable(text.calls);
    }

    private void add(String heading, List<String> body) {
        if (heading == null) {
            return;
        }
        var words = heading.split(" +");
        try {
            switch (words[0]) {
                case "bits" -> tables.put(words[1], new KernelValues.Written(true, values(body), null));
                case "values" ->
                    tables.put(
                            words[1],
                            new KernelValues.Written(false, values(body), words.length > 2 ? words[3] : null));
                default -> calls.add(call(words, body));
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException(CallTable.RESOURCE + ": " + heading, e);
        }
    }

    // Tables of values

    /// `NAME value` each line, and the value on arm64 where it is another.
    private Map<String, Long> values(List<String> body) {
        var values = new LinkedHashMap<String, Long>();
        var line = new ArrayList<String>();
        for (var word : body) {
            if (word.equals("\n")) {
                values.put(line.get(0), Long.decode(line.get(arm && line.size() > 2 ? 2 : 1)));
                line.clear();
            } else {
                line.add(word);
            }
        }
        return values;
    }

    // Calls

    private Call call(String[] words, List<String> body) {
        var numbers = new Numbers(number(words[1]), number(words[2]), numbers(words[3]), numbers(words[4]));
        boolean generic = words[5].equals("-");
        int event = generic ? Call.GENERIC : Integer.parseInt(words[5]);
        String function = null;
        var sieve = Sieve.NONE;
        int sieveArgument = 0;
        boolean alwaysCwd = false;
        int id = ids.getOrDefault(words[0], 0);
        for (int i = CALL_COLUMNS; i < words.length; i++) {
            var option = words[i].split("[=:]");
            switch (option[0]) {
                case "fn" -> function = option[1];
                case "id" -> id = ids.get(option[1]);
                case "cwd" -> alwaysCwd = true;
                case "sieve" -> {
                    sieve = Sieve.valueOf(option[1].toUpperCase(Locale.ROOT));
                    sieveArgument = Integer.parseInt(option[2]);
                }
                default -> throw new IllegalStateException("no option is called " + option[0]);
            }
        }
        var params = generic && body.isEmpty() ? List.of("ID=call.id", "nativeID=call.number") : body;
        return new Call(
                words[0],
                numbers,
                event,
                id,
                sources(EventTable.current().byCode(event), params),
                new Options(function, sieve, sieveArgument, alwaysCwd));
    }

    private static int number(String word) {
        return word.equals("-") ? -1 : Integer.parseInt(word);
    }

    private static List<Integer> numbers(String word) {
        return word.equals("-")
                ? List.of()
                : Arrays.stream(word.split(",")).map(Integer::valueOf).toList();
    }

    // Sources

    private List<Source> sources(EventType type, List<String> body) {
        var sources = new ArrayList<Source>();
        for (var word : body) {
            if (word.equals("\n")) {
                continue;
            }
            if (sources.size() == type.params().size()) {
                throw new IllegalStateException("event " + type.code() + " has no parameter " + word);
            }
            var param = type.params().get(sources.size());
            if (!word.startsWith(param.name() + "=")) {
                throw new IllegalStateException(word + " stands where " + param.name() + " should");
            }
            var source = source(word.substring(param.name().length() + 1), param);
            if (!source.from().form().fits(param.type())) {
                throw new IllegalStateException(word + " does not fit " + param.type());
            }
            sources.add(source);
        }
        if (sources.size() < type.params().size()) {
            throw new IllegalStateException(
                    "no source of " + type.params().get(sources.size()).name() + " of event " + type.code());
        }
        return sources;
    }

    private Source source(String text, Param param) {
        var words = text.split(":");
        boolean table = words[0].startsWith("@");
        var from = table ? From.VALUES : From.valueOf(words[0].replace('.', '_').toUpperCase(Locale.ROOT));
        var values = table ? table(words[0].substring(1)).of(param) : values(from, param);
        int argument = -1;
        var word = Word.REGISTER;
        if (words.length > 1) {
            int plus = words[1].indexOf('+');
            argument = argument(plus < 0 ? words[1] : words[1].substring(0, plus));
            word = plus < 0 ? Word.REGISTER : word(words[1].substring(plus + 1));
        }
        int length = -1;
        int address = -1;
        int bit = 0;
        switch (from) {
            case DATA, VECTOR, ADDRESS, OPTION_VALUE -> length = length(words[2]);
            case OUTBOUND, INBOUND -> {
                address = words.length > 2 ? argument(words[2]) : -1;
                length = words.length > 3 ? length(words[3]) : -1;
            }
            case MESSAGE -> length = words.length > 2 ? length(words[2]) : -1;
            case KEY -> bit = words.length > 2 ? 1 : 0;
            case QUOTA_BLOCK, QUOTA_INFO -> bit = Integer.parseInt(words[2]);
            default -> {
                if (words.length > 2) {
                    throw new IllegalStateException(text + " says more than it may");
                }
            }
        }
        return new Source(from, argument, word, length, address, bit, values);
    }

    /// Sources that convert, and always in the same way.
    private KernelValues values(From from, Param param) {
        return switch (from) {
            case FLAGS, MOUNT_FLAGS -> KernelValues.named(param);
            case OPENED -> table("open").of(param);
            case CLONE_FLAGS -> table("clone").of(param);
            case OPTION -> table("option").of(param);
            case QUOTA_COMMAND -> table("quota.command").of(param);
            case QUOTA_TYPE -> table("quota.type").of(param);
            case QUOTA_FORMAT, QUOTA_FORMAT_OUT -> table("quota.format").of(param);
            default -> null;
        };
    }

    private KernelValues.Written table(String name) {
        var table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("no table is called " + name);
        }
        return table;
    }

    private static int argument(String word) {
        return word.equals("r") ? Source.RESULT : Integer.parseInt(word);
    }

    /// `offset/size`, or `nL` for the nth of the caller's longs.
    private static Word word(String text) {
        if (text.endsWith("L")) {
            return new Word(Integer.parseInt(text.substring(0, text.length() - 1)), LONG, true);
        }
        int slash = text.indexOf('/');
        return new Word(Integer.parseInt(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)), false);
    }

    /// `r` what the call returned, `n` what is in an argument, `*n` what an argument points at.
    private static int length(String word) {
        if (word.equals("r")) {
            return Capture.BY_RESULT;
        }
        return word.startsWith("*") ? Capture.BY_POINTER + Integer.parseInt(word.substring(1)) : Integer.parseInt(word);
    }
}
