// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The ends of calls as Debian's Sysdig (0.29) prints them and as we do: who, with what, how it went, and
/// arguments. What is different is a difference between that Sysdig and today's library, and listed with
/// its reason.
@Tag("host")
class SysdigFieldsTest {
    private static final String BETWEEN = "#@#";
    private static final String MISSING = "<NA>";
    private static final List<String> KEY = List.of("evt.rawtime", "thread.tid", "evt.type");
    private static final List<String> FIELDS = List.of(
            "proc.name",
            "fd.name",
            "fd.typechar",
            "proc.pid",
            "proc.cmdline",
            "proc.pname",
            "user.uid",
            "evt.res",
            "evt.rawres",
            "evt.arg.flags",
            "evt.arg.mode",
            "evt.arg.path",
            "evt.arg.name",
            "evt.arg.oldpath",
            "evt.arg.addr",
            "evt.arg.fd");

    private static final String NO_START =
            "that Sysdig learns of a socket at the start of a call, which captures of today's form lack";

    /// Why a value that Sysdig prints is another here, by the field and, where it is about one call, the call.
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("proc.pname", "a parent that has ended is no parent any more; Sysdig went on naming it"),
            Map.entry("user.uid", "-1 in setresuid is taken as it is, as today's library does"),
            Map.entry("fd.typechar open", "an open that failed has no file; Sysdig named the one before it"),
            Map.entry("fd.name connect", "a connect that failed leaves the socket without a peer"),
            Map.entry("fd.name fcntl", "a descriptor that fcntl could not make has no name"),
            Map.entry("fd.typechar fcntl", "a descriptor that fcntl could not make has no type"),
            Map.entry("fd.name close", "a later connect of the same socket counts"),
            Map.entry("fd.name sendto", "the address that was sent to counts"),
            Map.entry("fd.name sendmsg", "the address that was sent to counts"),
            Map.entry("fd.typechar sendmsg", "the kind of the address that was sent to counts"),
            Map.entry("proc.pid sendmsg", "of a thread that nothing is known of there is no process"),
            Map.entry("evt.arg.fd socket", NO_START),
            Map.entry("fd.typechar socket", NO_START),
            Map.entry("fd.typechar connect", NO_START),
            Map.entry("fd.typechar recvfrom", NO_START),
            Map.entry("fd.name recvfrom", NO_START),
            Map.entry("evt.arg.addr bind", "an address that was not recorded is missing, not NULL"),
            Map.entry("evt.arg.flags fork", "the flag has a name by now"));

    @BeforeAll
    static void needs_sysdig() {
        Sysdig.assumeInstalled();
    }

    @Test
    void what_sysdig_prints_of_the_ends_of_calls_is_what_we_print() throws IOException, InterruptedException {
        var differing = new TreeMap<String, Integer>();
        var unexplained = new TreeSet<String>();
        int events = 0;
        int equal = 0;
        int toldLater = 0;
        for (var capture : Shared.captures()) {
            var ours = ours(capture);
            for (var line : Sysdig.lines(capture, "-p", format(), "evt.dir=<")) {
                var theirs = line.split(BETWEEN, -1);
                var same = ours.getOrDefault(key(theirs), new ArrayDeque<>()).poll();
                if (same == null) {
                    continue; // shown to nobody here, or under another name: that is the other test's matter
                }
                events++;
                for (int i = KEY.size(); i < theirs.length; i++) {
                    var field = FIELDS.get(i - KEY.size());
                    if (theirs[i].equals(same[i])) {
                        equal++;
                    } else if (theirs[i].equals(MISSING)) {
                        toldLater++;
                    } else {
                        var call = field + " " + theirs[2];
                        var reason = REASONS.containsKey(field) ? field : call;
                        differing.merge(reason, 1, Integer::sum);
                        if (!REASONS.containsKey(reason)) {
                            unexplained.add(capture.getFileName() + ": " + call + ": " + theirs[i] + " / " + same[i]);
                        }
                    }
                }
            }
        }
        System.out.println(
                events + " ends of calls: " + equal + " values equal, " + toldLater + " that only today's events tell");
        differing.forEach((what, count) -> System.out.println("  " + count + " " + what + ": " + REASONS.get(what)));
        assertEquals("", String.join("\n", unexplained));
        assertTrue(events > 30_000, () -> "too few to mean something");
    }

    private static String format() {
        return "*"
                + Stream.concat(KEY.stream(), FIELDS.stream())
                        .map(field -> "%" + field)
                        .collect(Collectors.joining(BETWEEN));
    }

    /// `accept4` was called `accept`.
    private static String key(String[] line) {
        return line[0] + " " + line[1] + " " + (line[2].equals("accept4") ? "accept" : line[2]);
    }

    private static Map<String, Deque<String[]>> ours(Path capture) throws IOException {
        var source = new SourceText("format", format());
        var parsed = OutputFormat.parse(Script.of(source), Source.SYSCALL);
        var printer =
                new Formatter<Scene>(parsed.format().orElseThrow(), new SyscallFields(ZoneOffset.UTC), Buffers.DOTS);
        var lines = new HashMap<String, Deque<String[]>>();
        try (var in = Files.newInputStream(capture)) {
            CaptureScenes.read(in, Limits.DEFAULT, scene -> {
                var line = bytes(printer.line(scene).orElseThrow()).split(BETWEEN, -1);
                lines.computeIfAbsent(key(line), _ -> new ArrayDeque<>()).add(line);
                return true;
            });
        }
        return lines;
    }

    /// As [Sysdig] reads its output.
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
