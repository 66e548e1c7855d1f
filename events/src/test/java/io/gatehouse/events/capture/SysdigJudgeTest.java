// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureReader.Form;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.schemas.event.EventType.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sysdig must see in a file what is read from it here, and in a file written here what stood in its
/// original.
@Tag("host")
class SysdigJudgeTest {
    private static final String FORMAT = "%evt.num %evt.rawtime %evt.cpu %thread.tid %evt.dir %evt.type";

    /// Sysdig 0.29 of Debian 12 passes over types that came later, and its numbers do not count them.
    private static final Set<String> LATER_THAN_DEBIANS = Set.of("useradded", "groupadded");

    /// Names that it gives to calls which the format names otherwise today; the first to one without a
    /// number.
    private static final Set<String> OTHER_NAMES = Set.of("<unknown>", "sigreturn");

    @TempDir
    private Path folder;

    @BeforeAll
    static void needs_sysdig() {
        Sysdig.assumeInstalled();
    }

    @Test
    void sysdig_prints_the_same_numbers_times_threads_and_types() throws IOException, InterruptedException {
        var differing = new TreeMap<String, Integer>();
        var renamed = new TreeMap<String, Integer>();
        var hidden = new TreeMap<String, Integer>();
        int compared = 0;
        for (var capture : Shared.captures()) {
            var ours = new HashMap<Long, String>();
            read(capture, Form.AS_RECORDED, event -> {
                if (!LATER_THAN_DEBIANS.contains(event.type().name())) {
                    ours.put(ours.size() + 1L, line(event, ours.size() + 1L));
                }
            });
            for (var theirs : Sysdig.lines(capture, "-p", FORMAT)) {
                var line = ours.remove(Long.parseLong(theirs.substring(0, theirs.indexOf(' '))));
                var name = theirs.substring(theirs.lastIndexOf(' ') + 1);
                if (!theirs.equals(line)) {
                    if (line != null && withoutName(theirs).equals(withoutName(line)) && OTHER_NAMES.contains(name)) {
                        renamed.merge(name + " is " + line.substring(line.lastIndexOf(' ') + 1), 1, Integer::sum);
                    } else {
                        differing.merge(capture.getFileName() + ": " + theirs + " | " + line, 1, Integer::sum);
                    }
                }
                compared++;
            }
            ours.values().forEach(line -> hidden.merge(line.substring(line.lastIndexOf(' ') + 1), 1, Integer::sum));
        }
        System.out.println(compared + " events compared, " + differing.size() + " differ; named otherwise: " + renamed
                + "; not printed by sysdig: " + hidden);
        differing.keySet().forEach(System.out::println);
        assertTrue(compared > 0);
        assertEquals(Map.of(), differing);
    }

    @Test
    void sysdig_prints_of_a_copy_what_it_prints_of_the_original() throws IOException, InterruptedException {
        int lines = 0;
        for (var capture : Shared.captures()) {
            var copy = copy(capture, Form.AS_RECORDED);
            var expected = Sysdig.lines(capture);
            assertEquals(expected, Sysdig.lines(copy), capture.toString());
            lines += expected.size();
        }
        System.out.println(lines + " lines equal");
    }

    /// Numbers apart: in today's form a call is one event, not two.
    @Test
    void sysdig_prints_of_a_copy_in_todays_form_the_events_that_are_read_here()
            throws IOException, InterruptedException {
        var hidden = new TreeMap<String, Integer>();
        int compared = 0;
        for (var capture : Shared.captures()) {
            var ours = new ArrayList<String>();
            read(capture, Form.TODAY, event -> ours.add(line(event, event.number())));
            var theirs = Sysdig.lines(copy(capture, Form.TODAY), "-p", FORMAT);
            int next = 0;
            for (var line : theirs) {
                while (next < ours.size() && !sameButNumber(line, ours.get(next))) {
                    var skipped = ours.get(next++);
                    hidden.merge(skipped.substring(skipped.lastIndexOf(' ') + 1), 1, Integer::sum);
                }
                assertTrue(next < ours.size(), capture + ": " + line + " is not read here");
                next++;
                compared++;
            }
        }
        System.out.println(compared + " events of copies compared; not printed by sysdig: " + hidden);
    }

    private static boolean sameButNumber(String theirs, String ours) {
        var wanted = theirs.substring(theirs.indexOf(' '));
        var had = ours.substring(ours.indexOf(' '));
        return wanted.equals(had)
                || OTHER_NAMES.contains(wanted.substring(wanted.lastIndexOf(' ') + 1))
                        && withoutName(wanted).equals(withoutName(had));
    }

    private static String withoutName(String line) {
        return line.substring(0, line.lastIndexOf(' '));
    }

    private Path copy(Path capture, Form form) throws IOException {
        var copy = folder.resolve("copy.scap");
        try (var in = Files.newInputStream(capture);
                var writer = CaptureWriter.to(Files.newOutputStream(copy), Packing.GZIP)) {
            CaptureReader.read(in, form, writer);
        }
        return copy;
    }

    private interface Seen {
        void event(Event event);
    }

    private static void read(Path capture, Form form, Seen seen) throws IOException {
        try (var in = Files.newInputStream(capture)) {
            CaptureReader.read(in, form, event -> {
                seen.event(event);
                return true;
            });
        }
    }

    private static String line(Event event, long number) {
        return String.join(
                " ",
                List.of(
                        Long.toString(number),
                        Long.toString(event.timeNanos()),
                        Integer.toString(event.cpu()),
                        Long.toString(event.tid()),
                        event.type().direction() == Direction.ENTER ? ">" : "<",
                        Shared.typeName(event)));
    }
}
