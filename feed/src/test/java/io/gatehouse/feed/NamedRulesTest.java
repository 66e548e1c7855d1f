// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.FeedSources.Following;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a feed promises about rules files that are named one by one.
class NamedRulesTest {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    Path temp;

    private final LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private PolicyFeed feed;

    @AfterEach
    void closed() {
        if (feed != null) {
            feed.close();
        }
    }

    @Test
    void later_files_change_what_earlier_ones_define_and_folders_are_read_by_name() throws Exception {
        var last = write("last.yaml", rule("Shared", "last"));
        write("rules.d/b.yml", rule("Shared", "b") + rule("Second", "b"));
        write("rules.d/a.yaml", rule("Shared", "a"));
        write("rules.d/below/c.yaml", rule("Not read", "c"));
        write("rules.d/notes.txt", "not rules");

        open(temp.resolve("rules.d"), last);

        assertEquals(List.of("Shared: last", "Second: b"), rules(next()));
    }

    @Test
    void a_file_that_only_comments_is_a_rules_file() throws Exception {
        open(write("a.yaml", rule("One", "a")), write("local.yaml", "# your rules here\n"));

        assertEquals(List.of("One: a"), rules(next()));
    }

    @Test
    void a_change_is_followed_and_a_broken_one_leaves_the_last_good_in_force() throws Exception {
        var file = write("rules.yaml", rule("One", "a"));
        open(file);
        var good = next();

        Files.writeString(file, "- rule: [");
        assertInstanceOf(List.class, take(), "the errors");
        assertSame(good, feed.current());

        Files.writeString(file, rule("Two", "b"));
        assertEquals(List.of("Two: b"), rules(next()));
    }

    @Test
    void a_file_that_is_replaced_by_another_is_followed() throws Exception {
        var file = write("rules.yaml", rule("One", "a"));
        open(file);
        next();

        Files.move(write("new.yaml", rule("Two", "b")), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertEquals(List.of("Two: b"), rules(next()));
    }

    @Test
    void a_file_that_is_not_there_is_refused() {
        var refused = assertInstanceOf(
                Opening.Refused.class,
                PolicyFeed.open(sources(Following.CHANGES, temp.resolve("none.yaml")), listener()));

        assertTrue(refused.diagnostics().getFirst().message().contains("does not exist"));
    }

    @Test
    void where_orders_are_followed_only_an_order_reloads() throws Exception {
        var file = write("rules.yaml", rule("One", "a"));
        feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(sources(Following.ORDERS, file), listener()))
                .feed();
        next();

        Files.writeString(file, rule("Two", "b"));
        feed.reload(sources(Following.ORDERS, file, write("more.yaml", rule("Three", "c"))));

        assertEquals(List.of("Two: b", "Three: c"), rules(next()));
        assertEquals(1, feed.counters().reloads());
    }

    private void open(Path... rules) {
        feed = assertInstanceOf(Opening.Opened.class, PolicyFeed.open(sources(Following.CHANGES, rules), listener()))
                .feed();
    }

    private static FeedSources sources(Following following, Path... rules) {
        return new FeedSources(Optional.empty(), List.of(rules), RulesOptions.DEFAULT, following);
    }

    private PolicyListener listener() {
        return new PolicyListener() {
            @Override
            public void inForce(Snapshot snapshot) {
                heard.add(snapshot);
            }

            @Override
            public void refused(List<Diagnostic> diagnostics) {
                heard.add(diagnostics);
            }
        };
    }

    private Object take() throws InterruptedException {
        return assertNotNull(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "waited in vain");
    }

    private Snapshot next() throws InterruptedException {
        return assertInstanceOf(Snapshot.class, take());
    }

    private static <T> T assertNotNull(T value, String message) {
        org.junit.jupiter.api.Assertions.assertNotNull(value, message);
        return value;
    }

    private static List<String> rules(Snapshot snapshot) {
        return snapshot.rules().rules().stream().map(NamedRulesTest::shown).toList();
    }

    private static String shown(Rule rule) {
        return rule.name() + ": " + rule.output();
    }

    private Path write(String name, String text) throws IOException {
        var file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static String rule(String name, String output) {
        return "- rule: %s\n  desc: d\n  condition: evt.type = execve\n  output: %s\n  priority: INFO\n"
                .formatted(name, output);
    }
}
