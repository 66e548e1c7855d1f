// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.detect.DetectOptions.Losses;
import io.gatehouse.agent.detect.DetectOptions.Losses.Action;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.engine.format.AlertStyle;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// When losses are told, in Falco's terms.
class LossWatchTest {
    private static final Instant TIME = Instant.parse("2026-11-01T12:00:00.5Z");
    private static final AlertStyle STYLE = AlertStyle.standard(ZoneOffset.UTC, "node1");
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static LossWatch watch(double threshold, Action... actions) {
        return new LossWatch(new Losses(threshold, Set.of(actions), 1.0 / 30, 1), STYLE, 0);
    }

    private static Optional<LossWatch.Finding> look(LossWatch watch, long events, long lostOpens, long seconds) {
        return watch.look(events, Map.of(Loss.OPEN, lostOpens), seconds * SECOND, TIME);
    }

    @Test
    void a_loss_above_the_threshold_is_told_with_falcos_fields() {
        var watch = watch(0.1, Action.LOG, Action.ALERT);
        var lost = Map.of(Loss.OPEN, 40L, Loss.EXEC, 2L, Loss.SCRATCH, 3L);
        var finding = watch.look(255, lost, SECOND, TIME).orElseThrow();
        var alert = finding.alert().orElseThrow();

        assertTrue(finding.log());
        assertFalse(finding.exit());
        assertEquals("Falco internal: syscall event drop", alert.rule());
        assertEquals(
                "12:00:00.500000000: Debug Falco internal: syscall event drop. 45 system calls dropped in last second.",
                alert.text());
        assertEquals(
                "{\"hostname\":\"node1\",\"message\":\"Falco internal: syscall event drop. 45 system calls dropped in"
                        + " last second.\",\"output\":\"12:00:00.500000000: Debug Falco internal: syscall event drop."
                        + " 45 system calls dropped in last second.\",\"output_fields\":{\"ebpf_enabled\":\"1\","
                        + "\"n_drops\":\"45\",\"n_drops_buffer_clone_fork_exit\":\"0\","
                        + "\"n_drops_buffer_close_exit\":\"0\",\"n_drops_buffer_connect_exit\":\"0\","
                        + "\"n_drops_buffer_dir_file_exit\":\"0\",\"n_drops_buffer_execve_exit\":\"2\","
                        + "\"n_drops_buffer_open_exit\":\"40\",\"n_drops_buffer_other_interest_exit\":\"0\","
                        + "\"n_drops_buffer_proc_exit\":\"0\",\"n_drops_buffer_total\":\"42\",\"n_drops_bug\":\"0\","
                        + "\"n_drops_page_faults\":\"0\",\"n_drops_scratch_map\":\"3\",\"n_evts\":\"300\"},"
                        + "\"priority\":\"Debug\",\"rule\":\"Falco internal: syscall event drop\","
                        + "\"source\":\"internal\",\"tags\":[],\"time\":\"2026-11-01T12:00:00.500000000Z\"}",
                alert.json());
    }

    @Test
    void below_and_at_the_threshold_nothing_is_told() {
        assertTrue(look(watch(0.1, Action.ALERT), 901, 99, 1).isEmpty());
        assertTrue(look(watch(0.1, Action.ALERT), 900, 100, 1).isEmpty(), "at it");
        assertTrue(look(watch(0.1, Action.ALERT), 899, 101, 1).isPresent());
        assertTrue(look(watch(0, Action.ALERT), 1_000_000, 1, 1).isPresent(), "a threshold of zero tells each loss");
    }

    @Test
    void only_what_is_new_counts() {
        var watch = watch(0.1, Action.ALERT);
        assertTrue(look(watch, 0, 50, 1).isPresent());
        assertTrue(look(watch, 1_000, 50, 60).isEmpty());
        assertEquals(0, watch.heldBack());
    }

    @Test
    void a_storm_of_losses_is_told_once_in_thirty_seconds() {
        var watch = watch(0.1, Action.ALERT);
        int told = 0;
        for (int second = 1; second <= 120; second++) {
            told += look(watch, 0, 100L * second, second).isPresent() ? 1 : 0;
        }
        assertEquals(4, told, "at once, and after each thirty seconds");
        assertEquals(116, watch.heldBack());
    }

    @Test
    void the_actions_are_done_and_ignore_ends_them_all() {
        var exit = look(watch(0.1, Action.EXIT), 0, 5, 1).orElseThrow();
        assertTrue(exit.exit() && !exit.log() && exit.alert().isEmpty());
        var ignored = look(watch(0.1, Action.IGNORE, Action.EXIT, Action.LOG, Action.ALERT), 0, 5, 1)
                .orElseThrow();
        assertTrue(!ignored.exit() && !ignored.log() && ignored.alert().isEmpty());
    }

    @Test
    void every_counter_that_is_a_loss_has_a_cause() {
        for (var counter : WatchCounter.values()) {
            boolean counted = !Loss.of(Map.of(counter, 7L)).isEmpty();
            assertEquals(counter.sort() == WatchCounter.Sort.LOST, counted, counter.name());
        }
    }
}
