// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.Compilation.AllBrakes;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.policy.Mode;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// While a brake is pulled nobody who asks a snapshot for a day hears of a policy or a response that is enforced.
class BrakesTest {
    private static final LocalDate LAST_DAY = LocalDate.of(2026, 11, 21);
    private static final Workload WEB =
            new Workload(Optional.of("shop"), Optional.of(Map.of()), Optional.of("nginx:1"), "web");
    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: strict}
            spec:
              mode: enforce
              admission: {privilege: {hostPID: false}}
              runtime: {mounts: kill}
            ---
            apiVersion: gatehouse.io/v1alpha1
            kind: RuleResponse
            metadata: {name: ends-shells}
            spec: {mode: enforce, match: {rules: ["*"]}, action: kill, reason: a test}
            """;
    private static final String BRAKE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: EmergencyBrake
            metadata: {name: checkout-down}
            spec: {reason: checkout is down, owner: jane, expires: 2026-11-21}
            """;

    @TestFactory
    Stream<DynamicTest> golden() {
        return Golden.tests("policy/brakes.golden", files -> {
            var compilation = PolicyCompiler.compile(files);
            return compilation.snapshot().stream()
                            .flatMap(snapshot -> snapshot.brakes().told(LAST_DAY).stream())
                            .collect(Collectors.joining("\n"))
                    + "\n"
                    + DiagnosticPrinter.print(compilation.diagnostics());
        });
    }

    @Test
    void everything_counts_as_audit_up_to_the_last_day_of_a_brake_and_as_written_after_it() {
        var snapshot = compile(POLICIES, BRAKE).snapshot().orElseThrow();

        assertEquals(List.of(Mode.AUDIT), modes(snapshot, LAST_DAY).distinct().toList());
        assertEquals(
                List.of(Mode.ENFORCE),
                modes(snapshot, LAST_DAY.plusDays(1)).distinct().toList());
        assertTrue(snapshot.brakes().told(LAST_DAY).isPresent());
        assertFalse(snapshot.brakes().told(LAST_DAY.plusDays(1)).isPresent());
    }

    @Test
    void nothing_is_lifted_before_the_last_brake_is() {
        var second = BRAKE.replace("checkout-down", "for-ever").replace(", expires: 2026-11-21", "");
        var snapshot = compile(POLICIES, BRAKE, second).snapshot().orElseThrow();

        assertEquals(
                List.of(Mode.AUDIT),
                modes(snapshot, LAST_DAY.plusYears(9)).distinct().toList());
    }

    @Test
    void a_brake_changes_the_digest_and_not_what_is_written() {
        var free = compile(POLICIES).snapshot().orElseThrow();
        var braked = compile(POLICIES, BRAKE).snapshot().orElseThrow();

        assertNotEquals(free.digest(), braked.digest());
        assertEquals(free.policies(), braked.policies());
        assertEquals(braked.digest(), free.with(braked.brakes()).digest());
        assertEquals(free.digest(), braked.with(Brakes.NONE).digest());
        assertEquals(
                List.of(Mode.AUDIT),
                modes(free.with(braked.brakes()), LAST_DAY).distinct().toList());
        assertEquals(
                List.of(Mode.ENFORCE),
                modes(braked.with(Brakes.NONE), LAST_DAY).distinct().toList());
    }

    @Test
    void a_brake_is_found_beside_whatever_is_wrong_and_said_to_be_all_only_where_it_must_be() {
        assertEquals(AllBrakes.KNOWN, found(1, POLICIES, BRAKE));
        assertEquals(AllBrakes.KNOWN, found(1, POLICIES.replace("mounts", "mountz"), BRAKE));
        assertEquals(AllBrakes.KNOWN, found(0, POLICIES.replace("mounts", "mountz")));
        assertEquals(AllBrakes.UNCERTAIN, found(1, "a: [", BRAKE));
        assertEquals(AllBrakes.UNCERTAIN, found(1, "", BRAKE));
        assertEquals(AllBrakes.UNCERTAIN, found(0, POLICIES, BRAKE.replace("reason", "raeson")));
        assertEquals(AllBrakes.UNCERTAIN, found(0, POLICIES, BRAKE.replace("EmergencyBrake", "EmergencyBreak")));
    }

    private static AllBrakes found(int count, String... texts) {
        var compilation = compile(texts);
        assertEquals(count, compilation.brakes().all().size());
        return compilation.allBrakes();
    }

    /// As everybody hears them who keeps a policy: the node, the gate, and whoever answers rules.
    private static Stream<Mode> modes(Snapshot snapshot, LocalDate today) {
        var responses = snapshot.responses().of("a rule", List.of(), Source.SYSCALL);
        return Stream.of(
                        snapshot.select(WEB, today).stream().map(policy -> policy.mode()),
                        snapshot.select(List.of(WEB), today).stream()
                                .flatMap(covered -> Stream.of(
                                        covered.policy().policy().mode(),
                                        covered.policy().kernel().orElseThrow().mode())),
                        snapshot.maySelect(WEB, today).stream()
                                .map(covered ->
                                        covered.counts().stage("admission").mode()),
                        Responses.strongest(responses, Optional.of("shop"), today).stream()
                                .flatMap(response -> Stream.of(
                                        response.mode(), response.document().mode())))
                .flatMap(modes -> modes);
    }

    private static Compilation compile(String... texts) {
        return PolicyCompiler.compile(
                Stream.of(texts).map(text -> new SourceText("p.yaml", text)).toList());
    }
}
