// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StormFilterTest {
    private static final Instant START = Alerts.TIME;
    private final StormFilter filter = new StormFilter(new StormFilter.Limits(Duration.ofSeconds(10), 3, 5));

    private static Instant at(double seconds) {
        return START.plusMillis((long) (seconds * 1000));
    }

    private long passed(List<Entry> entries) {
        return entries.stream().filter(Entry.Raised.class::isInstance).count();
    }

    private static List<Entry.Suppressed> suppressed(List<Entry> entries) {
        return entries.stream()
                .filter(Entry.Suppressed.class::isInstance)
                .map(Entry.Suppressed.class::cast)
                .toList();
    }

    @Test
    void the_first_of_a_kind_pass_and_the_rest_are_counted_and_told_when_the_window_is_over() {
        var out = new ArrayList<Entry>();
        for (var i = 0; i < 10_000; i++) {
            out.addAll(filter.accept(Alerts.full(), at(i / 10_000.0)));
        }
        assertEquals(3, out.size());
        assertEquals(3, passed(out));
        assertEquals(List.of(), filter.due(at(9.999)));
        var told = suppressed(filter.due(at(10)));
        assertEquals(1, told.size());
        assertEquals(9_997, told.getFirst().count());
        assertEquals(START, told.getFirst().since());
        assertEquals(at(10), told.getFirst().time());
        assertEquals(Optional.of("/bin/ls"), told.getFirst().exe());
        assertEquals(List.of(), filter.due(at(30)), "told once");
        assertEquals(9_997, filter.suppressed());
    }

    @Test
    void a_storm_that_goes_on_shows_its_first_alerts_in_every_window() {
        var out = new ArrayList<Entry>();
        for (var i = 0; i < 300; i++) {
            out.addAll(filter.accept(Alerts.full(), at(i / 10.0)));
        }
        out.addAll(filter.rest(at(30)));
        assertEquals(9, passed(out));
        assertEquals(
                List.of(97L, 97L, 97L),
                suppressed(out).stream().map(Entry.Suppressed::count).toList());
        assertEquals(300, passed(out) + filter.suppressed(), "nothing is unaccounted for");
    }

    @Test
    void the_count_comes_before_the_alert_that_opens_the_next_window() {
        for (var i = 0; i < 4; i++) {
            filter.accept(Alerts.full(), at(0));
        }
        var out = filter.accept(Alerts.full(), at(10));
        assertInstanceOf(Entry.Suppressed.class, out.get(0));
        assertInstanceOf(Entry.Raised.class, out.get(1));
    }

    @Test
    void a_storm_does_not_hide_another_program_container_rule_or_verdict() {
        for (var i = 0; i < 1000; i++) {
            filter.accept(Alerts.by("/bin/ls"), at(0));
        }
        assertEquals(1, passed(filter.accept(Alerts.by("/bin/nc"), at(1))));
        assertEquals(1, passed(filter.accept(Alerts.by("/bin/ls", "other"), at(1))));
        assertEquals(1, passed(filter.accept(Alerts.bare(), at(1))));
        var audit = Alerts.of(Mode.AUDIT, Verdict.DENY, Guarantee.PREVENTED);
        assertEquals(1, passed(filter.accept(audit, at(1))), "the first after a switch of mode is seen");
    }

    @Test
    void new_names_for_every_program_do_not_get_round_it() {
        var out = new ArrayList<Entry>();
        for (var i = 0; i < 10_000; i++) {
            out.addAll(filter.accept(Alerts.by("/tmp/x" + i), at(i / 10_000.0)));
        }
        assertEquals(5, passed(out));
        var told = suppressed(filter.due(at(20)));
        assertEquals(1, told.size());
        assertEquals(9_995, told.getFirst().count());
        assertEquals(Optional.empty(), told.getFirst().exe(), "stands for many programs");
        assertEquals(1, passed(filter.accept(Alerts.by("/bin/nc", "other"), at(1))));
    }

    @Test
    void few_alerts_leave_no_word_about_suppression() {
        for (var i = 0; i < 3; i++) {
            assertEquals(1, filter.accept(Alerts.full(), at(i)).size());
        }
        assertEquals(List.of(), filter.due(at(100)));
        assertEquals(List.of(), filter.rest(at(100)));
        assertEquals(0, filter.suppressed());
    }

    @Test
    void memory_is_bounded_and_what_does_not_fit_passes() {
        for (var i = 0; i < StormFilter.MAX_KINDS; i++) {
            filter.accept(Alerts.by("/bin/ls", "container-" + i), at(0));
        }
        for (var i = 0; i < 100; i++) {
            assertEquals(1, passed(filter.accept(Alerts.by("/bin/ls", "one-more"), at(1))));
        }
        filter.due(at(10));
        for (var i = 0; i < 100; i++) {
            filter.accept(Alerts.by("/bin/ls", "one-more"), at(11));
        }
        assertEquals(97, filter.suppressed(), "there is room again");
    }

    @Test
    void a_clock_that_is_set_back_ends_the_window_instead_of_stretching_it() {
        for (var i = 0; i < 5; i++) {
            filter.accept(Alerts.full(), at(3600));
        }
        var out = filter.accept(Alerts.full(), at(0));
        assertEquals(1, passed(out));
        assertEquals(2, suppressed(out).getFirst().count());
    }

    @Test
    void admissions_of_different_pods_are_different() {
        for (var i = 0; i < 20; i++) {
            var bare = Alerts.bare();
            var pod = Optional.of(new io.gatehouse.schemas.alert.Alert.PodFacts("shop", "web-" + i));
            var alert = new io.gatehouse.schemas.alert.Alert(
                    bare.time(),
                    bare.policy(),
                    bare.rule(),
                    bare.mode(),
                    bare.verdict(),
                    bare.guarantee(),
                    bare.message(),
                    bare.process(),
                    bare.container(),
                    pod);
            assertEquals(1, passed(filter.accept(alert, at(0))));
        }
        assertTrue(filter.rest(at(1)).isEmpty());
    }
}
