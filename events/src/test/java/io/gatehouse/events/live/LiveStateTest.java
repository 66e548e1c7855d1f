// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.events.live.Places.Whose;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import io.gatehouse.events.state.Task;
import io.gatehouse.events.state.Watched;
import io.gatehouse.schemas.event.EventType.Direction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LiveStateTest {
    private static final int THREAD = 1 << 13;
    private static final long SECOND = 1_000_000_000L;

    private final Table proc = new Table();
    private final Map<Long, Container> places = new HashMap<>();
    private final State state = new State(Limits.DEFAULT);
    private final Map<Long, Container> presumed = new HashMap<>();
    private final LiveState live = new LiveState(state, proc, (key, tid, moment) -> whose(key));

    private Whose whose(long key) {
        if (places.containsKey(key)) {
            return new Whose.Settled(places.get(key));
        }
        return presumed.containsKey(key) ? new Whose.Presumed(presumed.get(key)) : Whose.UNKNOWN;
    }

    /// What /proc would say.
    private static final class Table implements Processes {
        final Map<Long, Found> tasks = new HashMap<>();
        final Map<Long, List<String>> cgroups = new HashMap<>();
        int asked;

        @Override
        public Optional<Found> find(long tid) {
            asked++;
            return Optional.ofNullable(tasks.get(tid));
        }

        @Override
        public List<String> cgroups(long tid) {
            return cgroups.getOrDefault(tid, List.of());
        }

        @Override
        public boolean isGone(long tid, long startNanos) {
            var found = tasks.get(tid);
            return found == null || found.startNanos() / 10_000_000 != startNanos / 10_000_000;
        }

        void add(int pid, int ppid, long startNanos, String comm) {
            long cut = startNanos / 10_000_000 * 10_000_000;
            tasks.put((long) pid, new Found(entry(pid, ppid, comm), cut));
        }
    }

    private static ProcessEntry entry(int pid, int ppid, String comm) {
        return entry(pid, ppid, comm, "cpu=/");
    }

    private static ProcessEntry entry(int pid, int ppid, String comm, String cgroup) {
        return new ProcessEntry(
                pid,
                pid,
                ppid,
                1,
                1,
                1,
                pid,
                pid,
                comm,
                "/bin/" + comm,
                "/bin/" + comm,
                List.of("-x"),
                "/home",
                "/",
                List.of("A=b"),
                List.of(cgroup),
                1024,
                0,
                0,
                0,
                0xffffffffL,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                false,
                false,
                false,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    private Scene exit(Told told, String call, Object... params) {
        return apply(told, Direction.EXIT, call, params);
    }

    private Scene apply(Told told, Direction direction, String call, Object... params) {
        return live.apply(told.record(), event(told, direction, call, params));
    }

    private static Event event(Told told, Direction direction, String call, Object... params) {
        return Watched.event(call, direction, Told.BOOTED + told.timeNanos, told.tid, params);
    }

    /// A fork as the child tells it: exe, args and most else are not known.
    private Scene fork(Told told, int flags) {
        told.kind = LiveRecord.FORK;
        return exit(
                told, "clone", 0, null, null, told.tid, told.pid, told.ppid, null, null, null, null, null, null, null,
                told.comm, null, flags, told.uid, told.gid, told.vtid, told.vpid, null);
    }

    private Scene exec(Told told, String exe) {
        told.kind = LiveRecord.EXEC;
        return exit(
                told,
                "execve",
                0,
                exe,
                "-a\0-b\0",
                told.tid,
                told.pid,
                told.ppid,
                null,
                1024,
                null,
                null,
                null,
                null,
                null,
                told.comm,
                null,
                "X=y\0",
                0,
                1,
                -1,
                0,
                null,
                null,
                null,
                77,
                5,
                6,
                told.uid,
                exe,
                1,
                told.gid);
    }

    private Scene ends(Told told) {
        told.kind = LiveRecord.EXIT;
        return apply(told, Direction.ENTER, "procexit", 0, 0, 0, 0, 1);
    }

    private Scene close(Told told) {
        return exit(told, "close", 0, 5);
    }

    private Task task(long tid) {
        return state.machine().task(tid);
    }

    // Who it is

    @Test
    void an_id_that_started_at_another_time_is_another_task() {
        exec(Told.call(40).comm("old"), "/bin/old");
        var before = task(40);
        var scene = close(Told.call(40).started(30 * SECOND).comm("new").uid(7));
        assertNotSame(before, scene.task());
        assertEquals("new", scene.task().comm());
        assertEquals(7, scene.task().uid());
        assertEquals("<NA>", scene.task().program().exe(), "nothing of the one before it");
    }

    @Test
    void a_new_process_under_an_old_id_has_none_of_the_old_threads() {
        close(Told.call(40));
        close(Told.call(41).threadOf(40, SECOND));
        close(Told.call(42).threadOf(40, 30 * SECOND).started(31 * SECOND));
        assertNull(task(41));
        assertNull(task(40), "nothing is known of the new one's main thread");
    }

    @Test
    void a_task_whose_fork_was_lost_is_looked_up_with_its_ancestors() {
        proc.add(40, 30, SECOND, "worker");
        proc.add(30, 20, SECOND / 2, "shell");
        proc.add(20, 1, SECOND / 4, "sshd");
        var scene = close(Told.call(40).parent(30, SECOND / 2).comm("worker"));
        assertEquals("/bin/worker", scene.task().program().path());
        assertEquals("shell", scene.task().ancestor(1).comm());
        assertEquals("sshd", scene.task().ancestor(2).comm());
        int asked = proc.asked;
        close(Told.call(40).parent(30, SECOND / 2).comm("worker"));
        assertEquals(asked, proc.asked, "once only");
    }

    @Test
    void an_ancestor_that_is_not_found_is_not_looked_for_at_every_event() {
        close(Told.call(40).parent(30, SECOND / 2));
        int asked = proc.asked;
        close(Told.call(40).parent(30, SECOND / 2));
        assertEquals(asked, proc.asked);
    }

    @Test
    void what_proc_says_of_a_namesake_is_not_believed() {
        proc.add(40, 1, 30 * SECOND, "other");
        var scene = close(Told.call(40).comm("mine"));
        assertEquals("mine", scene.task().comm());
        assertEquals("<NA>", scene.task().program().exe());
    }

    @Test
    void a_start_is_the_same_as_proc_tells_it_if_the_tick_is() {
        live.scanned(entry(40, 1, "sleeper"), SECOND, Told.BOOTED, Told.BOOTED);
        var scanned =
                close(Told.call(40).started(SECOND + 9_999_999).comm("sleeper")).task();
        assertEquals("/bin/sleeper", scanned.program().path());
        assertEquals(SECOND + 9_999_999, scanned.startNanos(), "exact from then on");
        var other =
                close(Told.call(40).started(SECOND + 9_999_998).comm("sleeper")).task();
        assertNull(other, "a younger one has the id");
    }

    @Test
    void the_fork_of_a_task_that_the_scan_saw_makes_no_second_one() {
        live.scanned(entry(1, 0, "init"), 0, Told.BOOTED, Told.BOOTED);
        live.scanned(entry(40, 1, "scanned"), 48 * SECOND, Told.BOOTED, Told.BOOTED);
        var told = Told.call(40).started(48 * SECOND + 5).parent(1, 7).comm("scanned");
        told.at(48 * SECOND + 5);
        var scene = fork(told, 0);
        assertEquals(40, scene.task().tid());
        assertEquals(List.of("-x"), List.of(scene.task().program().args()), "as scanned");
        assertEquals(2, state.machine().taskCount());
    }

    @Test
    void a_record_of_an_earlier_owner_of_the_id_undoes_nothing() {
        live.scanned(entry(40, 1, "young"), 48 * SECOND, Told.BOOTED, Told.BOOTED);
        var scene = ends(Told.call(40).started(20 * SECOND).comm("elder"));
        assertNull(scene.task());
        close(Told.call(77));
        assertEquals("young", task(40).comm());
        assertFalse(task(40).hasEnded());
        assertEquals(1, live.stale());
    }

    @Test
    void an_exec_told_twice_ends_where_the_scan_was() {
        live.scanned(entry(40, 1, "second"), SECOND, Told.BOOTED, Told.BOOTED);
        assertEquals(
                "first", exec(Told.call(40).comm("first"), "/bin/first").task().comm());
        assertEquals(
                "second",
                exec(Told.call(40).comm("second"), "/bin/second").task().comm());
        assertEquals("/bin/second", task(40).program().path());
    }

    // Birth, exec, end

    @Test
    void a_child_has_its_parents_program_directory_and_files() {
        exec(Told.call(30).comm("bash"), "/bin/bash");
        close(Told.call(30).comm("bash").cwd("/srv").file(0, 5, 0x8000, 9, "/srv/log"));
        exit(Told.call(30).comm("bash").cwd("/srv").file(0, 6, 0x8000, 9, "/srv/log"), "read", 1, "x", 6, 1);
        var scene = fork(Told.call(40).started(49 * SECOND).parent(30, SECOND).comm("bash"), 0);
        assertEquals("/bin/bash", scene.task().program().path());
        assertSame(task(30).program(), scene.task().program());
        assertEquals("/srv/", scene.task().cwd());
        assertEquals("/srv/log", scene.task().descriptor(6).name());
        assertSame(task(30), scene.task().parent());
        assertEquals(Told.BOOTED + 50 * SECOND, scene.task().cloneNanos());
    }

    @Test
    void a_thread_has_its_process_name_whatever_it_calls_itself() {
        exec(Told.call(30).comm("fluent"), "/bin/fluent");
        fork(Told.call(31).threadOf(30, SECOND).started(2 * SECOND).comm("fluent"), THREAD);
        var scene = close(Told.call(31).threadOf(30, SECOND).started(2 * SECOND).comm("flb-pipeline"));
        assertEquals("fluent", scene.task().comm());
        assertEquals(2, scene.task().threads());
        assertSame(task(30), scene.task().mainThread());
    }

    @Test
    void a_process_that_renames_itself_keeps_the_name_of_its_program() {
        // or it would be let off by every rule that lets sshd off
        exec(Told.call(30).comm("sh"), "/bin/sh");
        assertEquals("sh", close(Told.call(30).comm("sshd")).task().comm());
        assertEquals("/bin/sh", task(30).program().path());
    }

    @Test
    void a_thread_that_runs_a_program_becomes_its_process() {
        exec(Told.call(30).comm("multi"), "/bin/multi");
        fork(Told.call(31).threadOf(30, SECOND).started(2 * SECOND), THREAD);
        fork(Told.call(32).threadOf(30, SECOND).started(2 * SECOND), THREAD);
        ends(Told.call(32).threadOf(30, SECOND).started(2 * SECOND));
        ends(Told.call(30)); // the main thread is killed for the sake of 31 ...
        var scene = exec(Told.call(30).comm("next"), "/bin/next"); // ... which takes its id and start
        assertEquals("/bin/next", scene.task().program().path());
        assertFalse(scene.task().hasEnded());
        assertEquals(1, scene.task().threads());
        assertNull(task(31));
        assertNull(task(32));
    }

    @Test
    void an_exec_of_an_unknown_task_makes_it_known() {
        proc.add(20, 1, SECOND / 4, "cron");
        var scene = exec(Told.call(40).parent(20, SECOND / 4).comm("job"), "/bin/job");
        assertEquals("/bin/job", scene.task().program().path());
        assertEquals("cron", scene.task().parent().comm());
    }

    @Test
    void a_lost_exec_leaves_the_name_right() {
        exec(Told.call(30).comm("sh"), "/bin/sh");
        assertEquals("nc", close(Told.call(30).execId(1).comm("nc")).task().comm());
        assertEquals("nc", close(Told.call(30).execId(1).comm("sshd")).task().comm());
    }

    @Test
    void a_task_whose_end_was_lost_is_forgotten_by_the_sweep() {
        close(Told.call(40));
        close(Told.call(41));
        proc.add(41, 1, SECOND, "alive");
        live.sweep(1);
        live.sweep(1);
        assertNull(task(40));
        assertNotNull(task(41));
        assertEquals(1, live.sweptAway());
    }

    @Test
    void an_orphan_has_the_parent_that_the_kernel_gave_it() {
        exec(Told.call(20).comm("init"), "/bin/init");
        exec(Told.call(30).comm("sh").parent(20, SECOND), "/bin/sh");
        exec(Told.call(40).comm("daemon").parent(30, SECOND), "/bin/daemon");
        assertEquals("sh", task(40).parent().comm());
        var scene = close(Told.call(40).comm("daemon").parent(20, SECOND));
        assertEquals("init", scene.task().parent().comm());
    }

    // What a head says

    @Test
    void ids_of_a_namespace_are_those_of_the_inside() {
        var scene = close(Told.call(40).inside(1, 1));
        assertEquals(1, scene.task().vpid());
        assertEquals(40, scene.task().pid());
        assertTrue(scene.task().isInPidNamespace());
    }

    @Test
    void who_asked_for_root_is_seen_beside_who_got_it() {
        close(Told.call(40).uid(1000));
        var told = Told.call(40).uid(0);
        var scene = exit(told, "setuid", 0, 0);
        assertEquals(0, scene.task().uid());
        assertEquals(1000, scene.before().uid());
    }

    @Test
    void rights_are_those_of_the_event_even_if_their_change_was_not_told() {
        close(Told.call(40).uid(1000));
        var scene = close(Told.call(40).uid(-2));
        assertEquals(0xfffffffeL, scene.task().uid());
    }

    @Test
    void a_relative_path_starts_where_the_record_says() {
        var scene = exit(
                Told.call(40).cwd("/var/tmp").file(LiveRecord.RESULT, 3, 0x8000, 9, "/var/tmp/x"),
                "open",
                3,
                "x",
                1,
                0,
                0x801,
                9);
        assertEquals("/var/tmp/x", scene.descriptor().name());
        assertNull(scene.resolvedName());
        scene = exit(
                Told.call(40).cwd("/").file(LiveRecord.RESULT, 3, 0x8000, 8, "/x"), "open", 3, "x", 1, 0, 0x801, 8);
        assertEquals("/x", scene.descriptor().name());
    }

    @Test
    void a_directory_too_deep_to_be_told_is_none_that_is_near() {
        var scene = close(Told.call(40).cwd("/d".repeat(250)).fact(LiveRecord.FACT_CUT));
        assertEquals("/DIR_TOO_LONG/FILENAME_TOO_LONG/", scene.task().cwd());
        scene = close(Told.call(40).cwd("/near").fact(LiveRecord.FACT_CUT)); // something else was cut
        assertEquals("/near/", scene.task().cwd());
    }

    @Test
    void a_chdir_is_seen_with_the_directory_before() {
        close(Told.call(40).cwd("/etc"));
        var scene = exit(Told.call(40).cwd("/etc/ssl"), "chdir", 0, "ssl");
        assertEquals("/etc/", scene.before().cwd());
        assertEquals("/etc/ssl/", scene.task().cwd());
    }

    // Containers

    @Test
    void the_first_event_in_a_known_container_has_its_fields() {
        proc.cgroups.put(40L, List.of("cpu=/docker/" + "ab".repeat(32)));
        places.put(99L, container("abababababab", "web"));
        var scene = exec(Told.call(40).cgroup(99), "/bin/web");
        assertEquals("abababababab", scene.containerId());
        assertEquals("web", scene.container().name());
    }

    @Test
    void a_container_that_becomes_known_is_so_for_all_its_tasks() {
        close(Told.call(40).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW));
        close(Told.call(41).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW));
        assertEquals("", task(41).containerId());
        places.put(99L, container("abababababab", "web"));
        close(Told.call(40).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW));
        assertEquals("web", task(41).container().name());
    }

    /// What a container's path tells at the runtime's own first program was kept for good: it was never privileged and
    /// had no mounts, though the runtime wrote both down a moment later.
    @Test
    void what_was_presumed_of_a_container_is_replaced_when_its_own_program_runs() {
        presumed.put(99L, container("abababababab", ""));
        var scene = exec(Told.call(40).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW), "/proc/self/exe");
        assertEquals("abababababab", scene.containerId());
        assertEquals("", scene.container().name());
        presumed.clear(); // asked too early, or too often: what is known so far stands
        close(Told.call(40).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW));
        assertEquals("abababababab", task(40).containerId());
        places.put(99L, container("abababababab", "web"));
        scene = exec(Told.call(40).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW), "/bin/web");
        assertEquals("web", scene.container().name());
        places.put(99L, container("abababababab", "other"));
        scene = exec(Told.call(40).cgroup(99).fact(LiveRecord.FACT_CGROUP_NEW), "/bin/web");
        assertEquals("web", scene.container().name(), "once settled it is not asked again");
    }

    @Test
    void a_path_that_looks_like_a_container_is_none_where_its_place_says_host() {
        proc.cgroups.put(40L, List.of("cpu=/docker/" + "ab".repeat(32)));
        places.put(99L, Container.HOST);
        var scene = close(Told.call(40).cgroup(99));
        assertEquals("", scene.containerId());
        assertSame(Container.HOST, scene.container());
    }

    /// The host's own processes in `/process_api/<32 hex digits>` were told as those of a container: such
    /// a path has the form of containerd's `/default/redis`, and what is cut from it that of a hash. No
    /// runtime draws ids of 32 digits.
    @Test
    void a_path_of_free_names_is_no_container_until_a_place_says_so() {
        var path = "/process_api/c2c8a81bd7b145a3dba2c15b5f739f00";
        live.scanned(entry(40, 1, "scanned", "memory=" + path), 49 * SECOND, Told.BOOTED, Told.BOOTED);
        assertEquals("", task(40).containerId());
        proc.cgroups.put(41L, List.of("memory=" + path));
        assertEquals("", close(Told.call(41).cgroup(99)).containerId());
        places.put(99L, container("c2c8a81bd7b1", "vouched for"));
        assertEquals("c2c8a81bd7b1", close(Told.call(42).cgroup(99)).containerId());
    }

    @Test
    void a_path_that_names_a_hash_is_a_container_until_a_place_says_otherwise() {
        var path = "/shop/" + "ab".repeat(32);
        live.scanned(entry(40, 1, "scanned", "memory=" + path), 49 * SECOND, Told.BOOTED, Told.BOOTED);
        assertEquals("abababababab", task(40).containerId());
        proc.cgroups.put(41L, List.of("memory=" + path));
        assertEquals("abababababab", close(Told.call(41).cgroup(99)).containerId());
    }

    private static Container container(String id, String name) {
        return new Container.Facts(id, Container.Kind.DOCKER).name(name).done();
    }

    // Descriptors

    @Test
    void a_file_opened_before_the_start_has_the_kernels_name() {
        var scene = exit(Told.call(40).file(0, 5, 0x8000, 9, "/etc/shadow"), "read", 1, "x", 5, 1);
        assertEquals("/etc/shadow", scene.descriptor().name());
        assertEquals(9, scene.descriptor().inode());
        assertEquals(0x801, scene.descriptor().device());
        assertNull(scene.resolvedName());
    }

    @Test
    void the_same_file_keeps_the_name_it_was_asked_for_and_has_the_kernels_beside() {
        var scene = exit(
                Told.call(40).file(LiveRecord.RESULT, 3, 0x8000, 9, "/etc/shadow"),
                "openat",
                3,
                -100,
                "/tmp/innocent",
                1,
                0,
                0x801,
                9);
        assertEquals("/tmp/innocent", scene.descriptor().name());
        assertEquals("/etc/shadow", scene.resolvedName());
        assertTrue(scene.useResolvedName(true));
        assertEquals("/etc/shadow", scene.descriptor().name());
        assertEquals("/etc", scene.descriptor().directory());
        assertEquals("shadow", scene.descriptor().fileName());
        assertEquals("/tmp/innocent", scene.descriptor().rawName());
        assertFalse(scene.useResolvedName(false));
        assertEquals("/tmp/innocent", scene.descriptor().name());
        scene = exit(Told.call(40).file(0, 3, 0x8000, 9, "/etc/shadow"), "read", 1, "x", 3, 1);
        assertEquals("/tmp/innocent", scene.descriptor().name());
        assertEquals("/etc/shadow", scene.resolvedName());
    }

    @Test
    void a_number_used_again_unseen_is_not_taken_for_what_it_was() {
        exit(
                Told.call(40).file(LiveRecord.RESULT, 3, 0x8000, 9, "/tmp/a"),
                "openat",
                3,
                -100,
                "/tmp/a",
                1,
                0,
                0x801,
                9);
        var scene = exit(Told.call(40).file(0, 3, 0x8000, 10, "/etc/passwd"), "write", 1, "x", 3, 1);
        assertEquals("/etc/passwd", scene.descriptor().name());
        assertEquals(1, state.machine().descriptorCount());
        scene = exit(Told.call(40).anonymous(0, 3, "[eventfd]"), "write", 1, "x", 3, 1);
        assertEquals("eventfd".substring(0, 5), scene.descriptor().kind().word());
        assertEquals(1, state.machine().descriptorCount());
    }

    @Test
    void a_file_in_memory_has_the_name_it_was_made_with() {
        var scene = exit(Told.call(40).memory(0, 4, 9, "memfd:payload"), "write", 1, "x", 4, 1);
        assertEquals("memfd", scene.descriptor().kind().word());
        assertEquals("payload", scene.descriptor().name());
    }

    @Test
    void a_pipe_has_an_inode_and_no_name() {
        var scene = exit(Told.call(40).file(0, 0, 0x1000, 55, ""), "read", 1, "x", 0, 1);
        assertEquals("pipe", scene.descriptor().kind().word());
        assertEquals("", scene.descriptor().name());
        assertEquals(55, scene.descriptor().inode());
    }

    @Test
    void a_directory_names_what_is_opened_in_it() {
        var scene = exit(
                Told.call(40).file(0, 7, 0x4000, 20, "/etc").file(LiveRecord.RESULT, 3, 0x8000, 9, "/etc/shadow"),
                "openat",
                3,
                7,
                "shadow",
                1,
                0,
                0x801,
                9);
        assertEquals("/etc/shadow", scene.descriptor().name());
        assertEquals("/etc/", slashed(task(40).descriptor(7).name()));
        assertNull(scene.resolvedName());
    }

    private static String slashed(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    @Test
    void a_connection_made_before_the_start_has_both_ends() {
        var scene = exit(
                Told.call(40).socket(0, 6, 2, 1, 1, 70, Told.ipv4(10, 0, 0, 1), 40_000, Told.ipv4(10, 0, 0, 2), 443),
                "read",
                1,
                "x",
                6,
                1);
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        assertTrue(scene.descriptor().isClient());
        assertTrue(scene.descriptor().isConnected());
        assertEquals("tcp", scene.descriptor().knownTransport().word());
    }

    @Test
    void the_clients_end_comes_first_whoever_acts() {
        var scene = exit(
                Told.call(40).socket(0, 6, 2, 1, 1, 70, Told.ipv4(10, 0, 0, 1), 443, Told.ipv4(10, 0, 0, 2), 40_000),
                "read",
                1,
                "x",
                6,
                1);
        assertEquals("10.0.0.2:40000->10.0.0.1:443", scene.descriptor().name());
        assertTrue(scene.descriptor().isServer());
    }

    @Test
    void a_socket_that_listens_has_one_end() {
        var scene = exit(
                Told.call(40).socket(0, 6, 2, 1, 10, 70, Told.ipv4(0, 0, 0, 0), 8080, Told.ipv4(0, 0, 0, 0), 0),
                "listen",
                0,
                6,
                5);
        assertEquals("0.0.0.0:8080", scene.descriptor().name());
    }

    @Test
    void a_connect_gives_a_name_even_to_a_socket_that_nothing_had_told_of() {
        var tuple = new byte[] {2, 10, 0, 0, 1, 0x40, (byte) 0x9c, 10, 0, 0, 2, (byte) 0xbb, 1};
        var scene = exit(
                Told.call(40).socket(0, 6, 2, 1, 1, 70, Told.ipv4(10, 0, 0, 1), 40_000, Told.ipv4(10, 0, 0, 2), 443),
                "connect",
                0,
                tuple,
                6,
                null);
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        assertTrue(scene.nameChanged());
        assertEquals(70, scene.descriptor().inode());
    }

    @Test
    void an_address_of_ipv4_in_ipv6_is_one_of_ipv4() {
        var local = new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
        var remote = new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 2};
        var told = Told.call(40).socket(0, 6, 10, 1, 1, 70, local, 40_000, remote, 443);
        var scene = exit(told, "read", 1, "x", 6, 1);
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        var known = scene.descriptor();
        told = Told.call(40).socket(0, 6, 10, 1, 1, 70, local, 40_000, remote, 443);
        assertSame(known, exit(told, "read", 1, "x", 6, 1).descriptor());
    }

    @Test
    void a_unix_socket_has_the_path_it_leads_to() {
        var scene = exit(Told.call(40).unix(0, 6, 1, 70, 0xaa, 0xbb, "/run/docker.sock"), "read", 1, "x", 6, 1);
        assertEquals("aa->bb /run/docker.sock", scene.descriptor().name());
        assertEquals("unix", scene.descriptor().kind().word());
    }

    // Memory

    @Test
    void records_that_bring_nothing_new_cost_no_memory() {
        var record = Told.call(40)
                .cwd("/srv")
                .file(0, 5, 0x8000, 9, "/srv/data")
                .socket(1, 6, 2, 1, 1, 70, Told.ipv4(10, 0, 0, 1), 40_000, Told.ipv4(10, 0, 0, 2), 443)
                .record();
        var event = event(Told.call(40), Direction.EXIT, "read", 1, "x", 5, 1);
        for (int i = 0; i < 20_000; i++) {
            live.apply(record, event);
        }
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            live.apply(record, event);
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 10_000, bytes + " bytes for 10,000 records");
    }

    @Test
    void whatever_heads_say_the_state_stays_bounded_and_nothing_is_thrown() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var limits = new Limits(64, 8, 256, 8, 8, 1 << 16, 64, 256);
        var small = new LiveState(new State(limits), proc, (key, tid, moment) -> Whose.UNKNOWN);
        proc.add(3, 4, SECOND, "three");
        proc.add(4, 3, SECOND, "four");
        int[] ids = {0, 1, 2, 3, 4, 5, 6, 7, -1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int i = 0; i < 50_000; i++) {
            var told = Told.call(ids[random.nextInt(ids.length)]);
            if (random.nextBoolean()) {
                told.threadOf(ids[random.nextInt(ids.length)], random.nextInt(3) * SECOND);
            }
            told.started(random.nextInt(3) * SECOND)
                    .parent(ids[random.nextInt(ids.length)], random.nextInt(3) * SECOND);
            told.inside(ids[random.nextInt(ids.length)], ids[random.nextInt(ids.length)]);
            told.comm(random.nextBoolean() ? "" : "0123456789abcdef");
            told.cgroup(random.nextInt(3));
            told.kind = 1 + random.nextInt(4);
            if (random.nextInt(4) == 0) {
                told.section(random.nextInt(40), random(random));
            }
            told.file(random.nextInt(7), ids[random.nextInt(ids.length)], 0x8000, random.nextInt(3), "/x");
            var call = List.of("close", "clone", "execve", "connect", "chdir").get(random.nextInt(5));
            int tid = ids[random.nextInt(ids.length)];
            int result = random.nextInt(3) - 1;
            var event = switch (told.kind) {
                case LiveRecord.EXIT -> event(told, Direction.ENTER, "procexit", 0, 0, 0, 0, tid);
                case LiveRecord.CALL -> event(told, Direction.EXIT, call, result, null);
                default ->
                    event(
                            told,
                            Direction.EXIT,
                            told.kind == LiveRecord.FORK ? "clone" : "execve",
                            result,
                            null,
                            null,
                            tid,
                            tid,
                            tid);
            };
            small.apply(told.record(), event);
            if (i % 64 == 0) {
                small.sweep(8);
            }
            assertTrue(small.state().machine().taskCount() <= 64, "seed " + seed);
        }
    }

    private static byte[] random(Random random) {
        var bytes = new byte[random.nextInt(120)];
        random.nextBytes(bytes);
        return bytes;
    }
}
