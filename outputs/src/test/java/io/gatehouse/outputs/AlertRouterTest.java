// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.outputs.AlertRouter.OutputCounts;
import io.gatehouse.outputs.AlertRouter.Settings;
import io.gatehouse.outputs.Entry.LossCause;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.alert.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class AlertRouterTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicReference<Instant> now = new AtomicReference<>(Alerts.TIME);
    private final List<String> notices = new CopyOnWriteArrayList<>();

    private AlertRouter router(Settings settings, Output... outputs) {
        InstantSource clock = now::get;
        return new AlertRouter(List.of(outputs), settings, clock, notices::add);
    }

    private static Settings settings(int queue, Duration drain) {
        return new Settings(
                queue, drain, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(10), 1_000, 1_000_000);
    }

    /// Keeps what it is given.
    private static class Kept implements Output {
        final LinkedBlockingQueue<Entry> written = new LinkedBlockingQueue<>();
        final CountDownLatch closed = new CountDownLatch(1);
        volatile String thread = "";

        @Override
        public String name() {
            return "kept";
        }

        @Override
        public void write(Entry entry) throws IOException {
            thread = Thread.currentThread().getName();
            written.add(entry);
        }

        @Override
        public void close() {
            closed.countDown();
        }

        Entry next() throws InterruptedException {
            var entry = written.poll(30, TimeUnit.SECONDS);
            assertTrue(entry != null, "nothing was written");
            return entry;
        }
    }

    /// Hangs in its first write until it is let go.
    private static final class Hanging extends Kept {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);

        @Override
        public String name() {
            return "hanging";
        }

        @Override
        public void write(Entry entry) throws IOException {
            entered.countDown();
            try {
                go.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted");
            }
            super.write(entry);
        }
    }

    /// Fails a number of times.
    private static final class Failing extends Kept {
        final AtomicInteger left;

        Failing(int times) {
            left = new AtomicInteger(times);
        }

        @Override
        public String name() {
            return "failing";
        }

        @Override
        public void write(Entry entry) throws IOException {
            if (left.getAndDecrement() > 0) {
                throw new IOException("No space left on device");
            }
            super.write(entry);
        }
    }

    private static OutputCounts only(AlertRouter router) {
        assertEquals(1, router.counts().outputs().size());
        return router.counts().outputs().getFirst();
    }

    private static Alert numbered(int number) {
        return Alerts.by("/bin/" + number);
    }

    @Test
    void every_output_gets_every_alert_in_order_on_a_thread_of_its_own() throws Exception {
        var one = new Kept();
        var two = new Kept();
        try (var router = router(settings(1000, LONG), one, two)) {
            for (var i = 0; i < 500; i++) {
                router.accept(numbered(i));
            }
        }
        for (var output : List.of(one, two)) {
            assertEquals(500, output.written.size());
            for (var i = 0; i < 500; i++) {
                assertEquals(new Entry.Raised(numbered(i)), output.written.take());
            }
            assertEquals("output-kept", output.thread);
            assertEquals(0, output.closed.getCount());
        }
    }

    @Test
    void a_full_queue_drops_and_counts_and_the_output_is_told_in_its_own_lines() throws Exception {
        var hanging = new Hanging();
        var router = router(settings(3, LONG), hanging);
        router.accept(numbered(0));
        hanging.entered.await(); // that one is out of the queue
        for (var i = 1; i <= 10; i++) {
            router.accept(numbered(i));
        }
        var counts = only(router);
        assertEquals(11, counts.accepted());
        assertEquals(3, counts.queued());
        assertEquals(Map.of(LossCause.QUEUE_FULL, 7L), counts.lost());

        hanging.go.countDown();
        assertEquals(new Entry.Raised(numbered(0)), hanging.next());
        assertEquals(new Entry.Lost(Alerts.TIME, 7, LossCause.QUEUE_FULL), hanging.next());
        for (var i = 1; i <= 3; i++) {
            assertEquals(new Entry.Raised(numbered(i)), hanging.next());
        }
        router.close();
        assertEquals(4, only(router).written());
        assertEquals(11, only(router).written() + 7);
    }

    @Test
    void a_dead_output_never_delays_another_nor_the_caller() throws Exception {
        var hanging = new Hanging();
        var kept = new Kept();
        var router = router(settings(5, Duration.ofMillis(50)), hanging, kept);
        for (var i = 0; i < 1000; i++) {
            router.accept(numbered(i));
            assertEquals(new Entry.Raised(numbered(i)), kept.next());
        }
        router.close();
        assertEquals(Map.of(), router.counts().outputs().get(1).lost());
        var dead = router.counts().outputs().get(0);
        assertEquals(0, dead.written());
    }

    @Test
    void a_failing_output_is_tried_again_told_once_and_recovers() throws Exception {
        var failing = new Failing(20);
        try (var router = router(settings(100, LONG), failing)) {
            for (var i = 0; i < 50; i++) {
                router.accept(numbered(i));
            }
            for (var i = 0; i < 50; i++) {
                assertEquals(new Entry.Raised(numbered(i)), failing.next());
            }
            assertEquals(20, only(router).failures());
            assertEquals("", only(router).problem());
            assertEquals(Map.of(), only(router).lost());
        }
        assertEquals(
                List.of(
                        "GH-7101: output 'failing' does not work: No space left on device; 100 alerts may wait, more are lost",
                        "GH-7102: output 'failing' works again after 0 s; 0 alerts lost"),
                notices);
    }

    @Test
    void an_output_that_never_works_says_so_and_the_close_still_ends() {
        var failing = new Failing(Integer.MAX_VALUE);
        var router = router(settings(10, LONG), failing);
        for (var i = 0; i < 5; i++) {
            router.accept(numbered(i));
        }
        router.close();
        var counts = only(router);
        assertEquals(0, counts.written());
        assertEquals(Map.of(LossCause.NOT_DRAINED, 5L), counts.lost());
        assertEquals("No space left on device", counts.problem());
        assertEquals(1, notices.size(), notices::toString);
        assertEquals(0, failing.closed.getCount());
    }

    @Test
    void an_alert_an_output_cannot_bear_is_counted_and_the_next_is_written() throws Exception {
        var picky = new Kept() {
            @Override
            public void write(Entry entry) throws IOException {
                if (entry.equals(new Entry.Raised(numbered(1)))) {
                    throw new IllegalStateException("odd");
                }
                super.write(entry);
            }
        };
        try (var router = router(settings(10, LONG), picky)) {
            for (var i = 0; i < 3; i++) {
                router.accept(numbered(i));
            }
            assertEquals(new Entry.Raised(numbered(0)), picky.next());
            assertEquals(new Entry.Lost(Alerts.TIME, 1, LossCause.BROKEN), picky.next());
            assertEquals(new Entry.Raised(numbered(2)), picky.next());
            assertEquals(Map.of(LossCause.BROKEN, 1L), only(router).lost());
        }
        assertTrue(notices.getFirst().startsWith("GH-7103"), notices::toString);
    }

    @Test
    void a_close_writes_what_is_queued() {
        var kept = new Kept();
        var router = router(settings(100_000, LONG), kept);
        for (var i = 0; i < 20_000; i++) {
            router.accept(numbered(i));
        }
        router.close();
        assertEquals(20_000, kept.written.size());
        assertEquals(20_000, only(router).written());
    }

    @Test
    void a_close_does_not_wait_longer_than_its_deadline_and_counts_the_rest() throws Exception {
        var hanging = new Hanging();
        var router = router(settings(10, Duration.ofMillis(20)), hanging);
        router.accept(numbered(0));
        hanging.entered.await();
        for (var i = 1; i < 6; i++) {
            router.accept(numbered(i));
        }
        router.close();
        hanging.closed.await(); // the interrupt freed it, and its own thread closed it
        assertEquals(Map.of(LossCause.NOT_DRAINED, 6L), only(router).lost());

        router.accept(numbered(9));
        assertEquals(
                Map.of(LossCause.NOT_DRAINED, 6L, LossCause.CLOSED, 1L),
                only(router).lost());
        assertEquals(7, only(router).accepted());
        router.close(); // a second close changes nothing
    }

    @Test
    void alerts_raised_while_it_closes_are_written_or_counted() throws Exception {
        for (var round = 0; round < 50; round++) {
            var kept = new Kept();
            var router = router(settings(10_000, LONG), kept);
            var started = new CountDownLatch(1);
            var raiser = Thread.ofPlatform().start(() -> {
                for (var i = 0; i < 2_000; i++) {
                    router.accept(numbered(i));
                    started.countDown();
                }
            });
            started.await();
            router.close();
            raiser.join();
            var counts = only(router);
            var lost =
                    counts.lost().values().stream().mapToLong(Long::longValue).sum();
            assertEquals(2_000, counts.accepted());
            assertEquals(2_000, counts.written() + lost, counts::toString);
        }
    }

    @Test
    void repetitions_are_suppressed_and_told_by_the_injected_clock() throws Exception {
        var kept = new Kept();
        var settings =
                new Settings(100, LONG, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(10), 2, 1_000);
        try (var router = router(settings, kept)) {
            for (var i = 0; i < 1_000; i++) {
                router.accept(numbered(0));
            }
            router.accept(numbered(1));
            assertEquals(new Entry.Raised(numbered(0)), kept.next());
            assertEquals(new Entry.Raised(numbered(0)), kept.next());
            assertEquals(new Entry.Raised(numbered(1)), kept.next(), "not buried");
            now.set(Alerts.TIME.plusSeconds(10));
            router.tellDue();
            var told = (Entry.Suppressed) kept.next();
            assertEquals(998, told.count());
            assertEquals(1_001, router.counts().alerts());
            assertEquals(998, router.counts().suppressed());
            for (var i = 0; i < 5; i++) {
                router.accept(numbered(0));
            }
        }
        kept.next();
        kept.next();
        assertEquals(3, ((Entry.Suppressed) kept.next()).count(), "a close tells what it has not told yet");
        assertFalse(kept.written.iterator().hasNext());
    }

    @Test
    void every_match_is_told_unless_a_limit_is_set() throws Exception {
        var kept = new Kept();
        try (var router = router(Settings.defaults(), kept)) {
            for (var i = 0; i < 500; i++) {
                router.accept(Alerts.match("cat", ""));
            }
            for (var i = 0; i < 500; i++) {
                assertEquals(new Entry.Matched(Alerts.match("cat", "")), kept.next());
            }
            assertEquals(500, router.counts().alerts());
            assertEquals(0, router.counts().suppressed());
        }
    }

    @Test
    void with_a_limit_repeated_matches_are_counted_and_what_was_answered_is_always_told() throws Exception {
        var kept = new Kept();
        var killed = Alerts.answered(new RuleAlert.Answer("r", Verdict.KILL, Guarantee.KILLED, ""));
        try (var router = router(Settings.defaults().withSameMatchPerWindow(1), kept)) {
            for (var i = 0; i < 100; i++) {
                router.accept(Alerts.match("cat", Alerts.WEB.id()));
            }
            router.accept(Alerts.match("cat", "another"));
            router.accept(Alerts.match("less", Alerts.WEB.id()));
            router.accept(killed);
            assertEquals(new Entry.Matched(Alerts.match("cat", Alerts.WEB.id())), kept.next());
            assertEquals(new Entry.Matched(Alerts.match("cat", "another")), kept.next());
            assertEquals(new Entry.Matched(Alerts.match("less", Alerts.WEB.id())), kept.next());
            assertEquals(new Entry.Matched(killed), kept.next());
            now.set(Alerts.TIME.plusSeconds(10));
            router.tellDue();
            assertEquals(99, ((Entry.SuppressedMatches) kept.next()).count());
            assertEquals(99, router.counts().suppressed());
        }
    }
}
