// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.policies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.policies.ShippedPolicies.ShippedPolicy;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShippedPoliciesTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root"), "policies/src/main/resources/io/gatehouse/policies");

    @Test
    void what_we_ship_compiles_without_a_word() {
        snapshot();
    }

    @Test
    void every_policy_folder_is_shipped_under_its_name() throws IOException {
        try (var folders = Files.list(FOLDER)) {
            assertEquals(
                    folders.map(f -> f.getFileName().toString()).sorted().toList(),
                    ShippedPolicies.texts().stream().map(ShippedPolicy::name).toList());
        }
        assertEquals(
                ShippedPolicies.texts().stream().map(ShippedPolicy::name).toList(),
                snapshot().policies().stream().map(p -> p.name().toString()).toList());
    }

    @Test
    void nothing_we_ship_stops_anything_by_itself() {
        snapshot().policies().forEach(policy -> assertEquals(Mode.AUDIT, policy.mode()));
    }

    @Test
    void every_exemption_says_why() {
        var exempt = snapshot().policies().getLast().exempt();

        assertEquals(
                List.of(List.of("kube-system"), List.of("gatehouse-system")),
                exempt.stream().map(e -> e.namespaces()).toList());
    }

    @Test
    void every_runtime_socket_is_forbidden_in_both_spellings() {
        var forbidden =
                snapshot().policies().getLast().admission().orElseThrow().forbiddenMounts();
        for (var path : forbidden) {
            if (path.startsWith("/run/")) {
                assertTrue(forbidden.contains("/var" + path), "/var" + path + " is not forbidden");
            }
        }
    }

    @Test
    void every_policy_has_examples_that_pass_and_that_fail_by_a_rule_it_names() throws IOException {
        for (var policy : ShippedPolicies.texts()) {
            assertTrue(examples(policy, "pass").size() >= 2, policy.name());
            var failing = examples(policy, "fail");
            assertTrue(failing.size() >= 3, policy.name());
            for (var example : failing) {
                var first = Files.readString(example).lines().findFirst().orElseThrow();
                assertTrue(
                        first.matches("# expects: (admission|processes|writes)(\\.[A-Za-z]+)+"),
                        example + ": " + first);
            }
        }
    }

    @Test
    void every_example_is_yaml() throws IOException {
        for (var policy : ShippedPolicies.texts()) {
            for (var sort : List.of("pass", "fail")) {
                for (var example : examples(policy, sort)) {
                    var reading = YamlReader.read(new SourceText(example.toString(), Files.readString(example)));
                    assertEquals("", DiagnosticPrinter.print(reading.diagnostics()));
                    assertEquals(1, reading.documents().size(), example.toString());
                }
            }
        }
    }

    /// Lines added, removed or changed count as one change where they stand together.
    @Test
    void a_failing_example_is_one_change_away_from_a_passing_one() throws IOException {
        for (var policy : ShippedPolicies.texts()) {
            var passing = new ArrayList<List<String>>();
            for (var example : examples(policy, "pass")) {
                passing.add(lines(example));
            }
            for (var example : examples(policy, "fail")) {
                var failing = lines(example);
                assertTrue(
                        passing.stream().anyMatch(pass -> differentLines(pass, failing) <= 1),
                        example + " is no single change of a passing example");
            }
        }
    }

    /// What is left when the common beginning and end are taken away, of the longer of the two.
    static int differentLines(List<String> a, List<String> b) {
        int start = 0;
        int shorter = Math.min(a.size(), b.size());
        while (start < shorter && a.get(start).equals(b.get(start))) {
            start++;
        }
        int end = 0;
        while (end < shorter - start && a.get(a.size() - 1 - end).equals(b.get(b.size() - 1 - end))) {
            end++;
        }
        return Math.max(a.size(), b.size()) - start - end;
    }

    private static List<String> lines(Path example) throws IOException {
        return Files.readAllLines(example).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private static List<Path> examples(ShippedPolicy policy, String sort) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve(policy.name()).resolve(sort))) {
            return files.sorted().toList();
        }
    }

    private static Snapshot snapshot() {
        var compilation = PolicyCompiler.compile(ShippedPolicies.texts().stream()
                .map(policy -> new SourceText(policy.file(), policy.text()))
                .toList());
        assertEquals("", DiagnosticPrinter.print(compilation.diagnostics()));
        return compilation.snapshot().orElseThrow();
    }
}
