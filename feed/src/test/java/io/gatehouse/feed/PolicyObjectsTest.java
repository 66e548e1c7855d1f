// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.FeedSources.Following;
import io.gatehouse.feed.PolicyObjects.Settlement;
import io.gatehouse.feed.PolicyObjects.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Policies that are objects, beside those in files.
class PolicyObjectsTest {
    @TempDir
    Path folder;

    private final List<SourceText> objects = new ArrayList<>();
    private final List<List<Diagnostic>> warned = new ArrayList<>();
    private Settlement settled;

    private final PolicyObjects source = new PolicyObjects() {
        @Override
        public List<SourceText> texts() {
            return List.copyOf(objects);
        }

        @Override
        public void settled(Settlement settlement) {
            settled = settlement;
        }
    };

    private final PolicyListener listener = new PolicyListener() {
        @Override
        public void inForce(Snapshot snapshot) {}

        @Override
        public void refused(List<Diagnostic> diagnostics) {}

        @Override
        public void warned(List<Diagnostic> diagnostics) {
            warned.add(diagnostics);
        }
    };

    private static SourceText policy(String name, String mode) {
        return new SourceText("object " + name, text(name, mode));
    }

    private static String text(String name, String mode) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: %s}
                spec: {mode: %s, admission: {readOnlyRootFilesystem: {required: true}}}
                """.formatted(name, mode);
    }

    private PolicyFeed open(Optional<Path> files) {
        var sources = new FeedSources(files, List.of(), RulesOptions.DEFAULT, Following.ORDERS, source);
        return assertInstanceOf(Opening.Opened.class, PolicyFeed.open(sources, listener))
                .feed();
    }

    private List<String> inForce(PolicyFeed feed) {
        return feed.current().policies().stream()
                .map(policy -> policy.name() + " " + policy.mode().text())
                .toList();
    }

    private List<Standing> standings() {
        return settled.outcomes().stream().map(PolicyObjects.Outcome::standing).toList();
    }

    @Test
    void objects_stand_beside_the_files_of_a_folder() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), text("a", "audit"));
        objects.add(policy("b", "enforce"));
        try (var feed = open(Optional.of(folder))) {
            assertEquals(List.of("a audit", "b enforce"), inForce(feed));
            assertEquals(List.of(Standing.IN_FORCE), standings());
            assertEquals(feed.current().digest(), settled.digest());
        }
    }

    @Test
    void a_cluster_may_hold_no_policy_yet() {
        try (var feed = open(Optional.empty())) {
            assertEquals(List.of(), inForce(feed));
        }
        assertEquals(List.of(), warned);
    }

    /// One team's mistake must not keep another team's policy from taking effect.
    @Test
    void an_object_that_is_wrong_refuses_itself_alone() {
        objects.add(policy("a", "sometimes"));
        objects.add(policy("b", "enforce"));
        try (var feed = open(Optional.empty())) {
            assertEquals(List.of("b enforce"), inForce(feed));
            assertEquals(List.of(Standing.NOT_IN_FORCE, Standing.IN_FORCE), standings());
            assertEquals(
                    "GH-1108",
                    settled.outcomes().getFirst().refusal().orElseThrow().code());
            assertEquals(1, warned.size());
        }
    }

    @Test
    void what_it_said_when_it_was_right_stays_in_force() {
        objects.add(policy("a", "enforce"));
        try (var feed = open(Optional.empty())) {
            objects.set(0, policy("a", "sometimes"));
            objects.add(policy("b", "audit"));
            feed.reload();
            assertEquals(List.of("a enforce", "b audit"), inForce(feed));
            assertEquals(List.of(Standing.OLDER_IN_FORCE, Standing.IN_FORCE), standings());

            objects.set(0, policy("a", "audit"));
            feed.reload();
            assertEquals(List.of("a audit", "b audit"), inForce(feed));
            assertTrue(settled.outcomes().getFirst().refusal().isEmpty());

            objects.removeFirst();
            feed.reload();
            assertEquals(List.of("b audit"), inForce(feed));
        }
    }

    @Test
    void an_object_that_clashes_with_a_file_is_the_one_that_goes() throws IOException {
        Files.writeString(folder.resolve("z.yaml"), text("a", "enforce"));
        objects.add(policy("a", "audit"));
        objects.add(policy("b", "audit"));
        try (var feed = open(Optional.of(folder))) {
            assertEquals(List.of("a enforce", "b audit"), inForce(feed));
            assertEquals(
                    "GH-1113",
                    settled.outcomes().getFirst().refusal().orElseThrow().code());
        }
    }

    @Test
    void while_a_file_is_wrong_objects_say_that_they_are_not_in_force() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), text("a", "audit"));
        objects.add(policy("b", "audit"));
        try (var feed = open(Optional.of(folder))) {
            Files.writeString(folder.resolve("a.yaml"), "nothing: 1\n");
            objects.add(policy("c", "audit"));
            feed.reload();
            assertEquals(List.of("a audit", "b audit"), inForce(feed));
            assertEquals(List.of(Standing.IN_FORCE, Standing.NOT_IN_FORCE), standings());
            assertTrue(settled.outcomes().get(1).refusal().isPresent());
        }
    }
}
