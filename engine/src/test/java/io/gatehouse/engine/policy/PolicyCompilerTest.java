// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.schemas.policy.Rollout;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PolicyCompilerTest {
    private static final String ONE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: WorkloadPolicy
            metadata: {name: one, namespace: shop}
            spec:
              match: {images: [a, b]}
              runtime: {writes: {rootFilesystem: deny, allow: [/tmp, /run]}}
            """;
    private static final String TWO = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: two}
            spec:
              admission: {privilege: {hostPID: false}}
            """;

    private static final String RESPONSE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: RuleResponse
            metadata: {name: gate}
            spec: {match: {tags: [k8s]}, action: deny, reason: refused at the gate}
            """;

    @TestFactory
    Stream<DynamicTest> golden() {
        return Golden.tests("policy/policies.golden", files -> {
            var compilation = PolicyCompiler.compile(files);
            return compilation.snapshot().stream()
                            .flatMap(snapshot -> snapshot.policies().stream())
                            .map(PolicyCompilerTest::show)
                            .collect(Collectors.joining("\n"))
                    + "\n"
                    + DiagnosticPrinter.print(compilation.diagnostics());
        });
    }

    @TestFactory
    Stream<DynamicTest> runtime() {
        return plans("policy/runtime.golden");
    }

    @TestFactory
    Stream<DynamicTest> responses() {
        return Golden.tests("policy/responses.golden", files -> {
            var compilation = PolicyCompiler.compile(files);
            return compilation.snapshot().stream()
                            .flatMap(snapshot -> snapshot.responses().all().stream())
                            .map(response -> response.toString().replace("Optional.empty", "-"))
                            .collect(Collectors.joining("\n"))
                    + "\n"
                    + DiagnosticPrinter.print(compilation.diagnostics());
        });
    }

    @TestFactory
    Stream<DynamicTest> rules() {
        return Golden.tests("policy/rules.golden", files -> {
            var compilation = PolicyCompiler.compile(files);
            return compilation.snapshot().stream()
                            .flatMap(snapshot -> snapshot.rules().rules().stream()
                                    .map(rule -> rule.name() + ", " + rule.source() + ": "
                                            + answers(snapshot.responses().of(rule))
                                            + (snapshot.gateRules().rules().contains(rule)
                                                    ? ", asked at the gate"
                                                    : "")))
                            .collect(Collectors.joining("\n"))
                    + "\n"
                    + DiagnosticPrinter.print(compilation.diagnostics());
        });
    }

    private static String answers(List<Response> responses) {
        return responses.stream()
                .map(response -> response.document().name() + " "
                        + response.action().text() + " in " + response.mode().text()
                        + response.weaker().map(why -> " (" + why + ")").orElse(""))
                .collect(Collectors.joining("; "));
    }

    @TestFactory
    Stream<DynamicTest> plans() {
        return plans("policy/plans.golden");
    }

    @TestFactory
    Stream<DynamicTest> conditions() {
        return plans("policy/conditions.golden");
    }

    private static Stream<DynamicTest> plans(String file) {
        return Golden.tests(file, files -> {
            var compilation = PolicyCompiler.compile(files);
            return compilation.snapshot().stream()
                            .flatMap(snapshot -> snapshot.compiled().stream())
                            .map(PlanPrinter::print)
                            .collect(Collectors.joining())
                    + "\n"
                    + DiagnosticPrinter.print(compilation.diagnostics());
        });
    }

    @Test
    void the_digest_is_of_the_meaning() {
        var digest = digest(ONE, TWO);

        assertTrue(digest.matches("sha256:[0-9a-f]{64}"), digest);
        assertEquals(digest, digest(TWO, ONE), "order of files");
        assertEquals(digest, digest(ONE + "---\n" + TWO), "division into files");
        assertEquals(digest, digest("# a comment\n" + ONE.replace("[a, b]", "[\"a\",   'b']"), TWO), "formatting");
        assertEquals(digest, digest(ONE.replace("[a, b]", "[b, a, b]"), TWO), "order and repetition in lists");
        assertEquals(digest, digest(ONE.replace("/run]", "/run/]"), TWO), "a slash after a directory");
        assertEquals(digest, digest(ONE.replace("spec:", "spec:\n  mode: audit"), TWO), "a default written out");
    }

    @Test
    void the_digest_changes_with_the_meaning() {
        var digest = digest(ONE, TWO);

        assertNotEquals(digest, digest(ONE));
        assertNotEquals(digest, digest(ONE.replace("spec:", "spec:\n  mode: enforce"), TWO));
        assertNotEquals(digest, digest(ONE.replace("name: one", "name: uno"), TWO));
        assertNotEquals(digest, digest(ONE.replace("[a, b]", "[ab]"), TWO));
        assertNotEquals(digest, digest(ONE.replace("deny, allow", "deny, action: kill, allow"), TWO));
        assertNotEquals(digest, digest(ONE, TWO.replace("hostPID", "hostIPC")));
        assertNotEquals(digest, digest(ONE, TWO, RESPONSE));
        assertNotEquals(digest(ONE, TWO, RESPONSE), digest(ONE, TWO, RESPONSE.replace("deny", "kill")));
    }

    @Test
    void no_source_is_a_snapshot_without_policies() {
        var compilation = PolicyCompiler.compile(List.of());

        assertEquals(List.of(), compilation.snapshot().orElseThrow().policies());
        assertEquals(List.of(), compilation.diagnostics());
    }

    @Test
    void an_error_anywhere_leaves_no_snapshot() {
        assertFalse(compile(ONE, TWO.replace("hostPID", "hostPid")).snapshot().isPresent());
    }

    private static Compilation compile(String... texts) {
        return PolicyCompiler.compile(
                Stream.of(texts).map(text -> new SourceText("p.yaml", text)).toList());
    }

    private static String digest(String... texts) {
        return compile(texts).snapshot().orElseThrow().digest();
    }

    /// The record, with its unordered parts in order.
    private static String show(WorkloadPolicy policy) {
        var labels = policy.match().matchLabels();
        var shown = policy.toString().replace(labels.toString(), new TreeMap<>(labels).toString());
        if (policy.runtime().isPresent()) {
            var bans = policy.runtime().get().bans();
            shown = shown.replace(bans.toString(), new TreeMap<>(bans).toString());
        }
        return shown.replace(", rollout=" + Rollout.NONE, "").replace("Optional.empty", "-");
    }
}
