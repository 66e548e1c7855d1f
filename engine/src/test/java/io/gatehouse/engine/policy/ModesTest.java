// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static io.gatehouse.engine.policy.ExemptionsTest.compile;
import static io.gatehouse.engine.policy.ExemptionsTest.container;
import static io.gatehouse.engine.policy.ExemptionsTest.counts;
import static io.gatehouse.engine.policy.ExemptionsTest.rules;
import static io.gatehouse.engine.policy.ExemptionsTest.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.gatehouse.schemas.policy.Mode;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// In which mode a control is: brake, own mode, namespace, policy, in this order.
class ModesTest {
    private static final LocalDate DAY = LocalDate.of(2027, 1, 1);
    private static final LocalDate BEFORE = DAY.minusDays(1);
    private static final String PID = "admission.privilege.hostPID";
    private static final String BRAKE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: EmergencyBrake
            metadata: {name: b}
            spec: {reason: a test}
            """;

    @Test
    void a_policy_is_promoted_on_its_day() {
        var snapshot = compile(policy("mode: audit\n  enforceFrom: \"2027-01-01\""));
        assertEquals("audit until 2027-01-01", stage(snapshot, PID, BEFORE));
        assertEquals("enforce", stage(snapshot, PID, DAY));
        assertEquals(List.of(Mode.AUDIT), nodeModes(snapshot, BEFORE));
        assertEquals(List.of(Mode.ENFORCE), nodeModes(snapshot, DAY));
        assertEquals(
                List.of(Mode.ENFORCE),
                snapshot.counting(DAY).stream().map(one -> one.policy().mode()).toList());
        assertEquals(
                List.of(Mode.AUDIT),
                snapshot.counting(BEFORE).stream()
                        .map(one -> one.policy().mode())
                        .toList());
    }

    @Test
    void a_control_has_a_mode_and_a_day_of_its_own_and_the_longest_name_decides() {
        var snapshot = compile(policy("""
                mode: enforce
                  controls:
                    - {names: [admission.privilege, runtime.writes], mode: audit, enforceFrom: "2027-01-01"}
                    - {names: [admission.privilege.hostPID], mode: audit}"""));
        assertEquals("audit", stage(snapshot, PID, DAY));
        assertEquals("audit until 2027-01-01", stage(snapshot, "admission.privilege.privileged", BEFORE));
        assertEquals("enforce", stage(snapshot, "admission.privilege.privileged", DAY));
        assertEquals("enforce", stage(snapshot, "admission.readOnlyRootFilesystem", BEFORE));
    }

    @Test
    void the_node_keeps_a_policy_of_two_modes_as_two() {
        var snapshot = compile(policy("mode: enforce\n  controls: [{names: [runtime.writes.forbid], mode: audit}]"));
        var kept = snapshot.select(web("shop"), DAY);
        assertEquals(
                List.of(Mode.AUDIT, Mode.ENFORCE),
                kept.stream().map(p -> p.mode()).toList());
        assertEquals(List.of("writes.forbid"), rules(kept.subList(0, 1)));
        assertEquals(List.of("writes.rootFilesystem", "mounts"), rules(kept.subList(1, 2)));
    }

    @Test
    void a_policy_of_one_mode_is_kept_as_it_is_written() {
        var snapshot = compile(policy("mode: enforce"));
        assertSame(
                snapshot.policies().getFirst(),
                snapshot.select(web("shop"), DAY).getFirst());
    }

    @Test
    void a_namespace_chooses_only_among_the_modes_the_policy_lets_it_choose() {
        var none = compile(policy("mode: enforce"));
        assertEquals("enforce", stage(none, PID, DAY, Mode.AUDIT));
        var stricter = compile(policy("mode: audit\n  namespaceModes: [enforce]"));
        assertEquals("audit", stage(stricter, PID, DAY));
        assertEquals("enforce", stage(stricter, PID, DAY, Mode.ENFORCE));
        var onlyStricter = compile(policy("mode: enforce\n  namespaceModes: [enforce]"));
        assertEquals("enforce", stage(onlyStricter, PID, DAY, Mode.AUDIT));
        var laxer = compile(policy("mode: enforce\n  namespaceModes: [audit]"));
        assertEquals("audit", stage(laxer, PID, DAY, Mode.AUDIT));
        assertEquals("enforce", stage(laxer, PID, DAY));
    }

    @Test
    void a_namespace_does_not_change_a_control_that_has_a_mode_of_its_own() {
        var snapshot = compile(policy("""
                mode: enforce
                  namespaceModes: [audit, enforce]
                  controls:
                    - {names: [admission.privilege.hostPID], mode: enforce}
                    - {names: [runtime], mode: audit}"""));
        assertEquals("enforce", stage(snapshot, PID, DAY, Mode.AUDIT));
        assertEquals("audit", stage(snapshot, "admission.privilege.privileged", DAY, Mode.AUDIT));
        assertEquals("audit", stage(snapshot, "runtime.mounts", DAY, Mode.ENFORCE));
    }

    @Test
    void the_brake_holds_for_everything() {
        var snapshot = compile(policy("""
                mode: enforce
                  namespaceModes: [enforce]
                  controls: [{names: [admission.privilege.hostPID], mode: enforce}]"""), BRAKE);
        assertEquals("audit", stage(snapshot, PID, DAY, Mode.ENFORCE));
        assertEquals(List.of(Mode.AUDIT), nodeModes(snapshot, DAY));
        var promoted = compile(policy("mode: audit\n  enforceFrom: \"2027-01-01\""), BRAKE);
        assertEquals("audit", stage(promoted, PID, DAY));
    }

    @Test
    void any_word_but_the_two_modes_asks_for_nothing() {
        assertEquals(Optional.of(Mode.AUDIT), Workload.modeOf(Map.of(Workload.MODE_LABEL, "audit")));
        assertEquals(Optional.of(Mode.ENFORCE), Workload.modeOf(Map.of(Workload.MODE_LABEL, "enforce")));
        for (var word : List.of("off", "Audit", "", "none")) {
            assertEquals(Optional.empty(), Workload.modeOf(Map.of(Workload.MODE_LABEL, word)));
        }
        assertEquals(Optional.empty(), Workload.modeOf(Map.of()));
    }

    private static String policy(String spec) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p}
                spec:
                  %s
                  admission: {readOnlyRootFilesystem: {required: true}, privilege: {hostPID: false, privileged: false}}
                  runtime: {writes: {rootFilesystem: deny, forbid: [/etc]}, mounts: deny}
                """.formatted(spec);
    }

    private static List<Mode> nodeModes(Snapshot snapshot, LocalDate today) {
        return snapshot.select(web("shop"), today).stream()
                .map(policy -> policy.mode())
                .toList();
    }

    private static String stage(Snapshot snapshot, String control, LocalDate today) {
        return say(counts(snapshot, today, List.of(web("shop"))).stage(control));
    }

    private static String stage(Snapshot snapshot, String control, LocalDate today, Mode ofNamespace) {
        var one = container("shop", "web");
        var asking = new Workload(one.namespace(), one.labels(), one.image(), "web", Optional.of(ofNamespace));
        return say(counts(snapshot, today, List.of(asking)).stage(control));
    }

    private static String say(Counts.Stage stage) {
        return stage.mode().text()
                + stage.enforcedFrom().map(day -> " until " + day).orElse("");
    }
}
