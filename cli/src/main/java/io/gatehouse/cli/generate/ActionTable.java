// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import io.gatehouse.cli.generate.Action.Address;
import io.gatehouse.cli.generate.Action.AllCapabilities;
import io.gatehouse.cli.generate.Action.Capabilities;
import io.gatehouse.cli.generate.Action.Commands;
import io.gatehouse.cli.generate.Action.Console;
import io.gatehouse.cli.generate.Action.Deed;
import io.gatehouse.cli.generate.Action.Enabled;
import io.gatehouse.cli.generate.Action.Launch;
import io.gatehouse.cli.generate.Action.LoginNotRoot;
import io.gatehouse.cli.generate.Action.MoreCapabilities;
import io.gatehouse.cli.generate.Action.Mount;
import io.gatehouse.cli.generate.Action.Need;
import io.gatehouse.cli.generate.Action.Nothing;
import io.gatehouse.cli.generate.Action.Own;
import io.gatehouse.cli.generate.Action.Place;
import io.gatehouse.cli.generate.Action.Plain;
import io.gatehouse.cli.generate.Action.Resolves;
import io.gatehouse.cli.generate.Action.RulesFile;
import io.gatehouse.cli.generate.Action.Step;
import io.gatehouse.cli.generate.Action.Way;
import io.gatehouse.cli.generate.Action.Word;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The actions that are shipped, read from `actions.txt`, which says how it is written. A fault in it is
/// ours, so it is an exception.
final class ActionTable {
    private static final String RESOURCE = "actions.txt";

    /// What names of errnos the table may use, where the number differs by no architecture that we know.
    private static final Map<String, Integer> ERRNOS = Map.of(
            "EPERM", 1, "E2BIG", 7, "ENOEXEC", 8, "EINVAL", 22, "ENOSYS", 38, "EBADMSG", 74, "EKEYREJECTED", 129);

    /// A word of a command: quoted, or up to the next blank.
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private static final Set<String> KEYS = Set.of(
            "rule",
            "from",
            "enabled",
            "again",
            "in",
            "does",
            "run",
            "terminal",
            "start",
            "first",
            "needs",
            "tags",
            "not");

    private ActionTable() {}

    static List<Action> current() {
        try (var stream = ActionTable.class.getResourceAsStream(RESOURCE)) {
            return read(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All blocks of a table, in its order.
    static List<Action> read(String text) {
        var actions = new ArrayList<Action>();
        var block = new ArrayList<Line>();
        int number = 0;
        for (var line : (text + "\n\n").split("\n", -1)) {
            number++;
            if (line.startsWith("#")) {
                continue;
            }
            if (!line.isBlank()) {
                block.add(Line.of(number, line));
            } else if (!block.isEmpty()) {
                actions.add(action(new Block(List.copyOf(block))));
                block.clear();
            }
        }
        return List.copyOf(actions);
    }

    private record Line(int number, String key, String value) {
        static Line of(int number, String text) {
            int colon = text.indexOf(':');
            if (colon < 0 || !KEYS.contains(text.substring(0, colon))) {
                throw new IllegalArgumentException(RESOURCE + ":" + number + ": no known word before a colon: " + text);
            }
            return new Line(
                    number, text.substring(0, colon), text.substring(colon + 1).strip());
        }

        IllegalArgumentException wrong(String why) {
            return new IllegalArgumentException(RESOURCE + ":" + number + ": " + why);
        }
    }

    private record Block(List<Line> lines) {
        Stream<Line> all(String key) {
            return lines.stream().filter(line -> line.key().equals(key));
        }

        boolean has(String key) {
            return all(key).findAny().isPresent();
        }

        Line one(String key) {
            var found = all(key).toList();
            if (found.size() != 1) {
                throw lines.getFirst().wrong("'" + key + "' stands " + found.size() + " times");
            }
            return found.getFirst();
        }

        boolean is(String key, String value) {
            return has(key) && one(key).value().equals(value);
        }
    }

    private static Action action(Block block) {
        var from = RulesFile.valueOf(block.one("from").value().toUpperCase(Locale.ROOT));
        var deed = deed(block);
        var tags = new ArrayList<String>(List.of(from.name().toLowerCase(Locale.ROOT)));
        block.all("tags").forEach(line -> tags.addAll(List.of(line.value().split(" +"))));
        return new Action(
                block.one("rule").value(),
                from,
                block.is("enabled", "no") ? Enabled.NO : Enabled.YES,
                block.is("again", "yes") ? Way.AGAIN : Way.FIRST,
                deed,
                block.all("first").map(Line::value).toList(),
                new LinkedHashSet<>(tags));
    }

    private static Deed deed(Block block) {
        if (block.has("not")) {
            return new Nothing(block.one("not").value());
        }
        var says = block.one("does").value();
        var place = Place.valueOf(block.one("in").value().toUpperCase(Locale.ROOT));
        if (place == Place.NEW) {
            return launch(says, block.one("start"));
        }
        var steps = block.lines().stream()
                .filter(line -> line.key().equals("run") || line.key().equals("terminal"))
                .map(ActionTable::step)
                .toList();
        if (steps.isEmpty()) {
            throw block.lines().getFirst().wrong("nothing is done, and nothing says why not");
        }
        return new Commands(
                place, says, steps, block.all("needs").map(ActionTable::need).toList());
    }

    private static Launch launch(String says, Line line) {
        Capabilities capabilities = new MoreCapabilities(List.of());
        var mounts = new ArrayList<Mount>();
        for (var word : words(line)) {
            if (word.equals("caps=all")) {
                capabilities = new AllCapabilities();
            } else if (word.startsWith("caps=")) {
                capabilities = new MoreCapabilities(
                        List.of(word.substring("caps=".length()).split(",")));
            } else if (word.startsWith("mount=") && word.contains(":")) {
                var ends = word.substring("mount=".length()).split(":", 2);
                mounts.add(new Mount(ends[0], ends[1]));
            } else {
                throw line.wrong("a container is started with caps= and mount=, not with " + word);
            }
        }
        return new Launch(says, capabilities, mounts);
    }

    private static Step step(Line line) {
        var console = line.key().equals("terminal") ? Console.TERMINAL : Console.NONE;
        var words = words(line);
        var ends = Set.of(0);
        int arrow = words.indexOf("->");
        if (arrow >= 0) {
            ends = codes(line, words.subList(arrow + 1, words.size()));
            words = words.subList(0, arrow);
        }
        if (words.isEmpty()) {
            throw line.wrong("a command has a word at least");
        }
        return new Step(console, words.stream().map(ActionTable::word).toList(), ends);
    }

    private static Set<Integer> codes(Line line, List<String> given) {
        var codes = new HashSet<Integer>();
        for (var name : String.join("", given).split("\\|")) {
            var code = name.matches("[0-9]+") ? Integer.valueOf(name) : ERRNOS.get(name);
            if (code == null || code == 0) {
                throw line.wrong("'" + name + "' is no exit code but success that is known here");
            }
            codes.add(code);
        }
        return codes;
    }

    private static Word word(String text) {
        if (text.equals("{address}")) {
            return new Address();
        }
        return text.length() > 1 && text.startsWith("~") ? new Own(text.substring(1)) : new Plain(text);
    }

    private static Need need(Line line) {
        if (line.value().equals("login")) {
            return new LoginNotRoot();
        }
        if (line.value().startsWith("name=")) {
            return new Resolves(line.value().substring("name=".length()));
        }
        throw line.wrong("a need is 'login' or 'name=…'");
    }

    private static List<String> words(Line line) {
        return WORD.matcher(line.value())
                .results()
                .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                .toList();
    }
}
