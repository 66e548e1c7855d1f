// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.watch.Place;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Container;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The path from records to alerts, without a kernel.
class RuleDetectorTest {
    private static final String SHADOW =
            Rules.rule("shadow", "evt.type in (open, openat) and evt.is_open_read = true and fd.name = /etc/shadow");
    private static final String UNDER_TMP =
            Rules.rule("tmp", "evt.type = openat and fd.name startswith /tmp/ and proc.name = vi");
    private static final String ETC_DIRECTORY =
            Rules.rule("etc", "evt.type = openat and fd.directory = /etc and evt.is_open_write = true");

    private final FakeWatch watch = new FakeWatch();
    private final BlockingQueue<RuleAlert> alerts = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> inForce = new LinkedBlockingQueue<>();
    private RuleDetector detector;

    private final RuleListener listener = new RuleListener() {
        @Override
        public void alert(RuleAlert alert) {
            alerts.add(alert);
        }

        @Override
        public void rulesInForce(String digest, int rules, List<String> gaps) {
            inForce.add(digest);
        }

        @Override
        public void notice(String text) {
            notices.add(text);
        }

        @Override
        public void endAsked(String why) {
            notices.add("end: " + why);
        }
    };

    private void start(String... files) {
        start(Rules.of(files), RuleMatching.FIRST, Map.of());
    }

    private void start(Snapshot snapshot, RuleMatching matching, Map<Long, Container> groups) {
        var set = snapshot.rules();
        var rules = new RuleSet(set.digest(), matching, set.rules(), set.details(), set.lists(), set.macros());
        detector = RuleDetector.start(
                watch,
                new Opened.Scenes(groups),
                rules,
                snapshot.responses(),
                DetectOptions.usual(AlertStyle.standard(ZoneOffset.UTC, "node1")),
                listener,
                InstantSource.system());
    }

    @AfterEach
    void end() {
        if (detector != null) {
            detector.close();
            assertEquals("close", watch.calls.getLast());
        }
    }

    private void tell(Opened opened) {
        watch.records.add(opened.record());
    }

    private RuleAlert alert() throws InterruptedException {
        var alert = alerts.poll(10, TimeUnit.SECONDS);
        assertTrue(alert != null, () -> "no alert; " + notices);
        return alert;
    }

    /// Everything told until now has been judged, and raised no alert.
    private void noAlert() {
        detector.close();
        detector = null;
        assertNull(alerts.peek(), () -> "raised " + alerts.peek().text());
        assertTrue(notices.isEmpty(), notices::toString);
    }

    @Test
    void a_match_is_told_as_falco_writes_it() throws Exception {
        start(SHADOW);
        tell(Opened.reading("/etc/shadow"));

        var alert = alert();
        assertEquals("shadow", alert.rule());
        assertEquals("syscall", alert.source());
        assertTrue(alert.text().contains(": Warning shadow file=/etc/shadow container_id=host"), alert.text());
        assertTrue(alert.json().contains("\"fd.name\":\"/etc/shadow\""), alert.json());
        assertEquals(1, detector.counts().matches().get("shadow"));
        assertEquals(1, detector.counts().alerts());
    }

    @Test
    void a_link_to_a_file_is_that_file() throws Exception {
        start(SHADOW);
        tell(Opened.reading("/tmp/harmless").led("/etc/shadow"));

        assertTrue(alert().text().contains("shadow file=/etc/shadow"));
    }

    @Test
    void a_file_asked_for_by_a_name_that_matters_matters_wherever_it_led() throws Exception {
        start(SHADOW);
        tell(Opened.reading("/etc/shadow").led("/data/shadow"));

        assertTrue(alert().text().contains("shadow file=/etc/shadow"));
    }

    @Test
    void by_both_names_a_rule_is_told_once_and_the_others_too() throws Exception {
        var both = Rules.rule("either", "evt.type = openat and fd.name in (/etc/shadow, /tmp/l)");
        start(Rules.of(both + SHADOW), RuleMatching.ALL, Map.of());
        tell(Opened.reading("/tmp/l").led("/etc/shadow"));

        var first = alert();
        assertEquals("either", first.rule());
        assertTrue(first.text().contains("file=/tmp/l"), first.text());
        assertEquals("shadow", alert().rule());
        noAlert();
    }

    @Test
    void where_only_the_first_rule_counts_it_counts_over_both_names() throws Exception {
        var asked = Rules.rule("asked", "evt.type = openat and fd.name = /tmp/l");
        start(Rules.of(asked + SHADOW), RuleMatching.FIRST, Map.of());
        tell(Opened.reading("/tmp/l").led("/etc/shadow"));

        assertEquals("asked", alert().rule());
        noAlert();
    }

    @Test
    void what_can_matter_to_no_rule_is_left_in_the_kernel() throws Exception {
        start(SHADOW + UNDER_TMP + ETC_DIRECTORY);
        var opened = Opened.reading("/usr/lib/libc.so.6");
        tell(opened);

        assertArrayEquals(opened.key(), watch.sieved.poll(10, TimeUnit.SECONDS));
        noAlert();
    }

    @Test
    void what_is_on_its_way_while_the_kernel_learns_is_let_go_by() throws Exception {
        start(SHADOW);
        for (int i = 0; i < 100; i++) {
            tell(Opened.reading("/usr/lib/libc.so.6"));
        }
        tell(Opened.reading("/etc/shadow"));

        assertEquals("shadow", alert().rule());
        assertEquals(1, watch.sieved.size());
        assertEquals(101, detector.counts().events());
    }

    @Test
    void what_another_program_could_match_is_told_again() {
        start(SHADOW + UNDER_TMP);
        tell(Opened.reading("/tmp/x"));

        noAlert();
        assertTrue(watch.sieved.isEmpty(), "vi would match");
    }

    @Test
    void a_link_to_what_could_matter_is_told_again() {
        start(SHADOW + UNDER_TMP);
        tell(Opened.reading("/home/me/x").led("/tmp/x"));

        noAlert();
        assertTrue(watch.sieved.isEmpty(), "vi would match by the kernel's name");
    }

    @Test
    void a_directory_s_own_fields_hang_on_how_it_is_opened() {
        start(Rules.rule("etc", "evt.type = openat and fd.directory = /etc"));
        tell(Opened.reading("/usr/ssl").directory());

        noAlert();
        assertTrue(watch.sieved.isEmpty(), "with O_DIRECTORY it is its own directory, without it is not");
    }

    @Test
    void a_relative_path_is_known_by_what_does_not_hang_on_where_it_began() throws Exception {
        start(ETC_DIRECTORY);
        tell(Opened.writing("passwd").led("/data/passwd"));
        tell(Opened.reading("passwd").led("/data/passwd"));

        var kept = watch.sieved.poll(10, TimeUnit.SECONDS);
        assertArrayEquals(Opened.reading("passwd").key(), kept, "only the one for reading");
        noAlert();
        assertTrue(watch.sieved.isEmpty(), "another task writes passwd from within /etc");
    }

    @Test
    void a_failed_open_is_kept_back_where_rules_ask_for_success() throws Exception {
        start(Rules.rule("r", "evt.type = openat and fd.num >= 0 and proc.name = vi"));
        tell(Opened.reading("/tmp/a").failed());
        tell(Opened.reading("/tmp/a"));

        assertArrayEquals(Opened.reading("/tmp/a").failed().key(), watch.sieved.poll(10, TimeUnit.SECONDS));
        noAlert();
        assertTrue(watch.sieved.isEmpty());
    }

    @Test
    void a_key_that_contradicts_its_event_keeps_back_nothing() {
        start(SHADOW);
        tell(Opened.reading("/a").outcome(1 | 8)); // says it failed
        tell(Opened.reading("/a").outcome(1 | 4)); // says a container did it
        tell(Opened.reading("/a").outcome(2)); // says for writing
        tell(Opened.reading("/a").keyText("/b"));
        tell(Opened.reading("/a").fact(LiveRecord.FACT_CGROUP_NEW)); // may be of either side
        tell(Opened.reading("/a").fact(LiveRecord.FACT_CUT));
        tell(Opened.reading("/a").withoutKey());

        noAlert();
        assertTrue(watch.sieved.isEmpty());
    }

    @Test
    void a_new_control_group_is_placed_once_it_is_known() {
        start(SHADOW);
        tell(Opened.reading("/a").in(12).fact(LiveRecord.FACT_CGROUP_NEW));
        tell(Opened.reading("/a").in(0).fact(LiveRecord.FACT_CGROUP_NEW)); // nobody knows yet

        noAlert();
        assertEquals(Map.of(12L, Place.HOST), watch.places);
    }

    @Test
    void other_rules_are_asked_for_before_they_judge_and_what_was_sieved_is_looked_at_anew() throws Exception {
        start(SHADOW);
        var first = inForce.take();
        tell(Opened.reading("/tmp/x"));
        assertArrayEquals(Opened.reading("/tmp/x").key(), watch.sieved.poll(10, TimeUnit.SECONDS));

        var next = Rules.of(Rules.rule("x", "evt.type = openat and fd.name = /tmp/x"));
        detector.inForce(next);
        assertEquals(next.rules().digest(), inForce.poll(10, TimeUnit.SECONDS));
        assertTrue(!next.rules().digest().equals(first));
        tell(Opened.reading("/tmp/x").generation(2));

        assertEquals("x", alert().rule());
        assertEquals(
                List.of("need [186]", "need [3, 307, 402]", "generation", "need [307, 402]", "generation"),
                watch.calls);
        assertEquals(next.rules().digest(), detector.counts().rulesDigest());
    }

    @Test
    void what_is_known_of_processes_outlives_other_rules() throws Exception {
        start(SHADOW);
        tell(Opened.reading("/tmp/x").by(77, 2_000_000_000L));
        inForce.take();
        detector.inForce(
                Rules.of(Rules.rule("x", "evt.type = openat and fd.name = /tmp/x and proc.duration > 40000000000")));
        inForce.poll(10, TimeUnit.SECONDS);
        tell(Opened.reading("/tmp/x").by(77, 2_000_000_000L).generation(2));

        assertEquals("x", alert().rule());
    }

    @Test
    void one_event_that_breaks_does_not_end_the_rest() throws Exception {
        start(SHADOW);
        tell(Opened.reading("BREAK"));
        tell(Opened.reading("/etc/shadow"));

        assertEquals("shadow", alert().rule());
        assertTrue(notices.take().startsWith("an event was not judged: "));
        assertEquals(1, detector.counts().failures());
    }

    @Test
    void losses_are_told_as_an_alert() throws Exception {
        start(SHADOW);
        watch.counts = Map.of(WatchCounter.LOST_OPEN, 5_000L);

        var alert = alert();
        assertEquals("Falco internal: syscall event drop", alert.rule());
        assertTrue(alert.json().contains("\"n_drops_buffer_open_exit\":\"5000\""), alert.json());
        assertTrue(notices.take().contains("5000 system calls dropped"));
    }

    @Test
    void a_response_kills_the_process_of_the_record() throws Exception {
        var process = new ProcessBuilder("sleep", "600").start();
        try {
            long start =
                    ProcStat.read(Path.of("/proc"), process.pid()).orElseThrow().startTicks() * ProcStat.NANOS_PER_TICK;
            start(SHADOW, Rules.response("stop", "enforce", "kill", "  host: true\n"));
            tell(Opened.reading("/etc/shadow").by((int) process.pid(), start));

            var answer = alert().response().orElseThrow();
            assertEquals(Guarantee.KILLED, answer.guarantee(), answer.note());
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            assertEquals(1, detector.counts().answers().killed());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void hostile_names_break_nothing_and_forge_no_line() throws Exception {
        start(Rules.rule("any", "evt.type = openat"));
        var names = List.of(
                "/a\n12:00:00.000000000: Critical forged",
                "/\u001b[2J\u0007",
                "/\u0080\u00ff\u00fe",
                "/%fd.name %proc.cmdline",
                "/" + "../".repeat(300),
                "/\"}{\\",
                " ",
                "/" + "x".repeat(1_000));
        for (var name : names) {
            tell(Opened.reading(name).keyText("").withoutKey());
            var alert = alert();
            assertEquals(-1, alert.text().indexOf('\n'), name);
            assertEquals(-1, alert.text().indexOf('\u001b'), name);
            assertEquals(-1, alert.json().indexOf('\n'), name);
        }
        assertTrue(notices.isEmpty(), notices::toString);
    }

    @Test
    void a_kernel_side_that_cannot_be_read_is_asked_less_and_less_until_it_can() throws Exception {
        watch.unreadable = true;
        long begin = System.nanoTime();
        start(SHADOW);
        for (int i = 0; i < 6; i++) {
            var notice = notices.poll(10, TimeUnit.SECONDS);
            assertTrue(notice != null && notice.contains("was not read"), () -> "told " + notice);
        }
        assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(10 + 20 + 40 + 80 + 160));

        watch.unreadable = false;
        tell(Opened.reading("/etc/shadow"));
        assertEquals("shadow", alert().rule());
    }
}
