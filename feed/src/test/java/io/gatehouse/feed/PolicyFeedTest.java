// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a feed promises about a folder, by what its listener hears. Waits end with what is heard, or fail.
class PolicyFeedTest {
    private static final long PATIENCE_SECONDS = 30;
    private static final String BRAKE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: EmergencyBrake
            metadata: {name: checkout-down}
            spec: {reason: checkout is down}
            """;

    @TempDir
    Path temp;

    private Path folder;
    private final Heard heard = new Heard();
    private PolicyFeed feed;

    @BeforeEach
    void a_folder() throws IOException {
        folder = Files.createDirectory(temp.resolve("policies"));
    }

    @AfterEach
    void closed() {
        if (feed != null) {
            feed.close();
        }
    }

    @Test
    void every_policy_file_in_the_folder_and_below_is_loaded_and_nothing_else() throws Exception {
        write("a.yaml", policy("a"));
        write("sub/deep/b.yml", policy("b"));
        for (var ignored :
                List.of(".hidden.yaml", ".git/c.yaml", "#d.yaml#", "e.yaml~", "f.yaml.swp", ".#g.yaml", "README.md")) {
            write(ignored, "not a policy: [");
        }

        open();

        assertEquals(List.of("a", "b"), names(feed.current()));
        assertSame(feed.current(), heard.next());
    }

    @Test
    void a_folder_with_errors_is_refused_and_all_of_them_are_told() throws Exception {
        write("a.yaml", policy("a").replace("spec:", "spek:"));
        write("b.yaml", "a: [");

        var refused = assertInstanceOf(Opening.Refused.class, PolicyFeed.open(folder, heard));

        assertEquals(List.of("GH-1106", "GH-1104", "GH-1001"), codes(refused.diagnostics()));
        assertNull(heard.events.poll(), "a feed that was not opened says nothing");
    }

    @Test
    void a_folder_that_is_not_there_is_refused() {
        var refused = assertInstanceOf(Opening.Refused.class, PolicyFeed.open(temp.resolve("nowhere"), heard));

        assertEquals(List.of("GH-1301"), codes(refused.diagnostics()));
        assertTrue(refused.diagnostics().getFirst().message().contains("does not exist"));
    }

    @Test
    void a_file_in_place_of_the_folder_is_refused() throws Exception {
        var file = Files.writeString(temp.resolve("file"), "");

        var refused = assertInstanceOf(Opening.Refused.class, PolicyFeed.open(file, heard));

        assertTrue(refused.diagnostics().getFirst().message().contains("no folder"));
    }

    @Test
    void an_empty_folder_is_in_force_with_a_warning() throws Exception {
        open();

        assertEquals(List.of(), feed.current().policies());
        heard.next();
        assertEquals(List.of("GH-1305"), codes(heard.warning()));
    }

    @Test
    void a_saved_file_comes_into_force() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();

        write("a.yaml", policy("a2"));
        assertEquals(List.of("a2"), names(heard.until(s -> !names(s).equals(List.of("a")))));

        write("b.yaml", policy("b"));
        assertEquals(List.of("a2", "b"), names(heard.until(s -> s.policies().size() == 2)));
        assertEquals(List.of("a2", "b"), names(feed.current()));
    }

    @Test
    void a_file_renamed_into_place_comes_into_force() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();

        write(".a.yaml.tmp", policy("a2"));
        Files.move(folder.resolve(".a.yaml.tmp"), folder.resolve("a.yaml"), StandardCopyOption.ATOMIC_MOVE);

        assertEquals(List.of("a2"), names(heard.next()));
    }

    @Test
    void a_removed_file_is_in_force_no_more() throws Exception {
        write("a.yaml", policy("a"));
        write("b.yaml", policy("b"));
        open();
        heard.next();

        Files.delete(folder.resolve("b.yaml"));

        assertEquals(List.of("a"), names(heard.next()));
    }

    @Test
    void a_broken_file_leaves_the_last_good_snapshot_in_force_until_it_is_repaired() throws Exception {
        write("a.yaml", policy("a"));
        open();
        var good = heard.next();

        write("b.yaml", policy("b") + "  oops: 1\n");
        assertEquals(List.of("GH-1104"), codes(heard.refusal()));
        assertSame(good, feed.current());
        assertTrue(feed.counters().refusals() >= 1);

        write("b.yaml", policy("b"));
        assertEquals(List.of("a", "b"), names(heard.next()));
    }

    @Test
    void a_brake_is_pulled_and_lifted_in_a_folder_that_is_refused() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();
        write("b.yaml", policy("b") + "  oops: 1\n");
        heard.refusal();

        write("brake.yaml", BRAKE);
        var braked = heard.next();
        assertEquals(1, braked.brakes().all().size());
        assertEquals(List.of("a"), names(braked), "the rest of the folder is refused");
        assertSame(braked, feed.current());

        Files.delete(folder.resolve("brake.yaml"));
        assertEquals(List.of(), heard.next().brakes().all());
        assertEquals(List.of("a"), names(feed.current()));
    }

    @Test
    void a_brake_that_may_only_be_hidden_by_what_is_broken_stays_pulled() throws Exception {
        write("a.yaml", policy("a"));
        write("brake.yaml", BRAKE);
        open();
        heard.next();

        write("brake.yaml", "apiVersion: [");
        heard.refusal();
        assertEquals(1, feed.current().brakes().all().size());

        Files.delete(folder.resolve("brake.yaml"));
        assertEquals(List.of(), heard.next().brakes().all());
    }

    @Test
    void a_file_that_is_cut_off_is_refused() throws Exception {
        write("a.yaml", policy("a"));
        open();
        var good = heard.next();

        write("a.yaml", "");
        assertEquals(List.of("GH-1101"), codes(heard.refusal()));
        assertSame(good, feed.current());
    }

    @Test
    void the_same_refusal_is_told_once() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();
        write("a.yaml", "a: [");
        heard.refusal();

        feed.reload();
        feed.reload();

        assertNull(heard.events.poll());
        assertTrue(feed.counters().refusals() >= 3);
    }

    @Test
    void a_change_that_means_nothing_is_not_told() throws Exception {
        write("a.yaml", policy("a"));
        open();
        var first = heard.next();

        write("a.yaml", "# a comment\n" + policy("a"));
        feed.reload();

        assertNull(heard.events.poll());
        assertSame(first, feed.current());
        assertTrue(feed.counters().reloads() >= 1);
    }

    @Test
    void a_new_folder_below_is_followed() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();

        write("new/b.yaml", policy("b"));
        assertEquals(List.of("a", "b"), names(heard.until(s -> s.policies().size() == 2)));

        write("new/b.yaml", policy("b2"));
        assertEquals(List.of("a", "b2"), names(heard.until(s -> names(s).contains("b2"))));
    }

    @Test
    void a_folder_that_goes_leaves_its_policies_in_force_and_is_followed_when_it_comes_back() throws Exception {
        write("a.yaml", policy("a"));
        open();
        var good = heard.next();

        var away = temp.resolve("away");
        Files.move(folder, away);
        assertEquals(List.of("GH-1301"), codes(heard.refusal()));
        assertSame(good, feed.current());

        Files.createDirectory(folder);
        write(".b.yaml", policy("b"));
        Files.move(folder.resolve(".b.yaml"), folder.resolve("b.yaml"), StandardCopyOption.ATOMIC_MOVE);
        assertEquals(List.of("b"), names(heard.until(s -> names(s).equals(List.of("b")))));
        write("b.yaml", policy("c"));
        assertEquals(List.of("c"), names(heard.until(s -> names(s).equals(List.of("c")))));
    }

    /// Kubernetes mounts a ConfigMap as links into a hidden folder and swaps the folder by renaming one link.
    @Test
    void a_mounted_config_map_is_taken_when_it_is_swapped() throws Exception {
        write("..2026_1/a.yaml", policy("a"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_1"));
        Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
        open();
        assertEquals(List.of("a"), names(heard.next()));

        write("..2026_2/a.yaml", policy("a2"));
        Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2026_2"));
        Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        assertEquals(List.of("a2"), names(heard.next()));
    }

    /// As tools that synchronise git do it: the folder is a link to a checkout.
    @Test
    void a_folder_that_is_a_link_is_taken_when_the_link_is_swapped() throws Exception {
        write("a.yaml", policy("a"));
        var link = Files.createSymbolicLink(temp.resolve("current"), folder);
        feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(link, heard))
                .feed();
        heard.next();

        var next = Files.createDirectory(temp.resolve("next"));
        Files.writeString(next.resolve("a.yaml"), policy("a2"));
        Files.createSymbolicLink(temp.resolve("tmp"), next);
        Files.move(temp.resolve("tmp"), link, StandardCopyOption.ATOMIC_MOVE);

        assertEquals(List.of("a2"), names(heard.next()));
    }

    @Test
    void a_file_behind_a_link_is_followed_although_nothing_announces_it() throws Exception {
        var target = Files.writeString(temp.resolve("target.yaml"), policy("a"));
        Files.createSymbolicLink(folder.resolve("a.yaml"), target);
        open();
        heard.next();

        Files.writeString(target, policy("longer-name"));

        assertEquals(List.of("longer-name"), names(heard.until(s -> names(s).contains("longer-name"))));
    }

    @Test
    void links_in_a_circle_are_entered_once() throws Exception {
        write("sub/a.yaml", policy("a"));
        Files.createSymbolicLink(folder.resolve("sub/up"), folder);

        open();

        assertEquals(List.of("a"), names(feed.current()));
    }

    @Test
    void a_link_that_leads_nowhere_is_refused() throws Exception {
        Files.createSymbolicLink(folder.resolve("a.yaml"), temp.resolve("nowhere.yaml"));

        var refused = assertInstanceOf(Opening.Refused.class, PolicyFeed.open(folder, heard));

        assertEquals(List.of("GH-1302"), codes(refused.diagnostics()));
    }

    @Test
    void a_file_is_read_up_to_its_limit() throws Exception {
        var text = policy("a") + "# ";
        write("a.yaml", text + "x".repeat(PolicyFolder.MAX_FILE_BYTES - text.length()));
        open();
        heard.next();

        write("a.yaml", text + "x".repeat(PolicyFolder.MAX_FILE_BYTES + 1 - text.length()));
        assertEquals(List.of("GH-1303"), codes(heard.refusal()));
    }

    @Test
    void text_that_is_not_utf_8_is_refused_at_its_place() throws Exception {
        Files.write(folder.resolve("a.yaml"), "a: 1\nb: gr\u00fcn\n".getBytes(StandardCharsets.ISO_8859_1));

        var refused = assertInstanceOf(Opening.Refused.class, PolicyFeed.open(folder, heard));

        var diagnostic = refused.diagnostics().getFirst();
        assertEquals("GH-1304", diagnostic.code());
        assertEquals(2, diagnostic.span().line());
        assertEquals(6, diagnostic.span().column());
        assertTrue(diagnostic.message().contains("0xFC"), diagnostic.message());
    }

    @Test
    void a_character_cut_off_at_the_end_is_refused() throws Exception {
        Files.write(folder.resolve("a.yaml"), new byte[] {'a', ':', ' ', (byte) 0xC3});

        var refused = assertInstanceOf(Opening.Refused.class, PolicyFeed.open(folder, heard));

        assertEquals(List.of("GH-1304"), codes(refused.diagnostics()));
    }

    @Test
    void a_listener_that_fails_does_not_end_the_feed() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();
        heard.failNext = true;

        write("b.yaml", policy("b"));
        assertTrue(heard.failed.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        write("c.yaml", policy("c"));

        assertEquals(3, heard.until(s -> s.policies().size() == 3).policies().size());
        assertEquals(1, feed.counters().failures());
    }

    @Test
    void a_snapshot_that_the_listener_failed_on_is_told_again_with_the_next_load() throws Exception {
        write("a.yaml", policy("a"));
        open();
        heard.next();
        heard.failNext = true;
        write("a.yaml", policy("b"));
        assertTrue(heard.failed.await(PATIENCE_SECONDS, TimeUnit.SECONDS));

        feed.reload();

        assertEquals(List.of("b"), names(heard.next()));
    }

    @Test
    void a_closed_feed_says_nothing_more_and_keeps_its_snapshot() throws Exception {
        write("a.yaml", policy("a"));
        open();
        var last = heard.next();

        feed.close();
        write("b.yaml", policy("b"));

        assertNull(heard.events.poll(300, TimeUnit.MILLISECONDS));
        assertSame(last, feed.current());
    }

    @Test
    void inotify_announces_every_folder_here() throws Exception {
        write("sub/a.yaml", policy("a"));
        open();

        assertEquals(0, feed.unannouncedFolders());
    }

    private void open() {
        feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(folder, heard))
                .feed();
    }

    private void write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String policy(String name) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %s}
                spec:
                  runtime: {writes: {rootFilesystem: deny}}
                """.formatted(name);
    }

    private static List<String> names(Snapshot snapshot) {
        return snapshot.policies().stream().map(p -> p.name().toString()).toList();
    }

    private static List<String> codes(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(Diagnostic::code).toList();
    }

    /// A listener that remembers.
    private static final class Heard implements PolicyListener {
        private record Refusal(List<Diagnostic> diagnostics) {}

        private record Warning(List<Diagnostic> diagnostics) {}

        final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();
        final CountDownLatch failed = new CountDownLatch(1);
        volatile boolean failNext;

        @Override
        public void inForce(Snapshot snapshot) {
            if (failNext) {
                failNext = false;
                failed.countDown();
                throw new IllegalStateException("a listener that fails");
            }
            events.add(snapshot);
        }

        @Override
        public void refused(List<Diagnostic> diagnostics) {
            events.add(new Refusal(diagnostics));
        }

        @Override
        public void warned(List<Diagnostic> diagnostics) {
            events.add(new Warning(diagnostics));
        }

        /// The next snapshot. A refusal before it is passed over: a write in place may be seen half done.
        Snapshot next() throws InterruptedException {
            return until(_ -> true);
        }

        Snapshot until(Predicate<Snapshot> wanted) throws InterruptedException {
            while (true) {
                if (event() instanceof Snapshot snapshot && wanted.test(snapshot)) {
                    return snapshot;
                }
            }
        }

        List<Diagnostic> refusal() throws InterruptedException {
            while (true) {
                if (event() instanceof Refusal(var diagnostics)) {
                    return diagnostics;
                }
            }
        }

        List<Diagnostic> warning() throws InterruptedException {
            while (true) {
                if (event() instanceof Warning(var diagnostics)) {
                    return diagnostics;
                }
            }
        }

        private Object event() throws InterruptedException {
            var event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(event, "nothing was heard in time");
            return event;
        }
    }
}
