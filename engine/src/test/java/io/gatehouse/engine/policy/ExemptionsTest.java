// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// An exemption is about what it says, in its own namespace, until its day, and two are together what
/// each is alone.
class ExemptionsTest {
    private static final LocalDate LAST_DAY = LocalDate.of(2026, 11, 21);
    private static final String ROOT = "admission.readOnlyRootFilesystem";
    private static final String POLICY = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: p}
            spec:
              mode: enforce
              exemptionsFrom: [shop]
              admission: {readOnlyRootFilesystem: {required: true}, privilege: {hostPID: false}}
              runtime: {writes: {rootFilesystem: deny, forbid: [/etc]}, mounts: deny}
            """;

    @TestFactory
    Stream<DynamicTest> golden() {
        return Golden.tests("policy/exemptions.golden", files -> {
            var compilation = PolicyCompiler.compile(files);
            return compilation.snapshot().stream()
                            .flatMap(snapshot -> snapshot.exemptions().stream())
                            .map(PolicyExemption::toString)
                            .collect(Collectors.joining("\n"))
                    + "\n"
                    + DiagnosticPrinter.print(compilation.diagnostics())
                    + compilation
                            .snapshot()
                            .map(snapshot -> DiagnosticPrinter.print(snapshot.notices(LAST_DAY)))
                            .orElse("");
        });
    }

    @Test
    void it_holds_on_its_last_day_and_not_on_the_next() {
        var snapshot = compile(POLICY, exemption("shop", "containers: [web]", ROOT));
        assertEquals(Optional.of("shop/e"), exempt(snapshot, ROOT, LAST_DAY, web("shop")));
        assertEquals(Optional.empty(), exempt(snapshot, ROOT, LAST_DAY.plusDays(1), web("shop")));
    }

    /// What CVE-2024-48921 was about in another product: an exception from a namespace one may write
    /// into, for workloads of another.
    @Test
    void a_namespace_exempts_itself_alone_and_only_where_the_policy_takes_it() {
        var own = compile(POLICY, exemption("shop", "containers: ['*']", ROOT));
        assertEquals(Optional.of("shop/e"), exempt(own, ROOT, LAST_DAY, web("shop")));
        assertEquals(Optional.empty(), exempt(own, ROOT, LAST_DAY, web("bank")));
        var notTaken = compile(POLICY, exemption("bank", "containers: ['*']", ROOT));
        assertEquals(Optional.empty(), exempt(notTaken, ROOT, LAST_DAY, web("bank")));
        assertEquals(Optional.empty(), exempt(notTaken, ROOT, LAST_DAY, web("shop")));
        var nowhere = new Workload(Optional.empty(), Optional.of(Map.of()), Optional.of("a"), "web");
        assertEquals(Optional.empty(), exempt(own, ROOT, LAST_DAY, nowhere));
    }

    @Test
    void labels_and_images_that_are_not_known_are_not_exempt() {
        var unknown = new Workload(Optional.of("shop"), Optional.empty(), Optional.empty(), "web");
        for (var match : List.of("podSelector: {matchLabels: {app: web}}", "images: ['*']")) {
            var snapshot = compile(POLICY, exemption("shop", match, ROOT));
            assertEquals(Optional.empty(), exempt(snapshot, ROOT, LAST_DAY, unknown), match);
            assertEquals(Optional.of("shop/e"), exempt(snapshot, ROOT, LAST_DAY, web("shop")), match);
        }
    }

    @Test
    void a_control_stands_for_what_lies_below_it_and_for_nothing_that_begins_alike() {
        var snapshot = compile(POLICY, exemption("shop", "containers: [web]", "runtime.writes"));
        assertEquals(Optional.of("shop/e"), exempt(snapshot, "runtime.writes.forbid", LAST_DAY, web("shop")));
        assertEquals(Optional.of("shop/e"), exempt(snapshot, "runtime.writes", LAST_DAY, web("shop")));
        assertEquals(Optional.empty(), exempt(snapshot, "runtime.writesAll", LAST_DAY, web("shop")));
        assertEquals(Optional.empty(), exempt(snapshot, "runtime", LAST_DAY, web("shop")));
        assertEquals(Optional.empty(), exempt(snapshot, ROOT, LAST_DAY, web("shop")));
    }

    /// GHSA-gg4x-fgg2-h9w9 in another product: two exceptions together let through what neither did alone.
    @Test
    void two_exemptions_of_a_container_each_do_not_exempt_the_pod() {
        var first = exemption("shop", "containers: [web]", "admission.privilege");
        var second =
                exemption("shop", "containers: [db]", "admission.privilege").replace("name: e", "name: f");
        var pod = List.of(web("shop"), container("shop", "db"));
        var counts = counts(compile(POLICY, first, second), LAST_DAY, pod);
        assertEquals(Optional.empty(), counts.exemption("admission.privilege.hostPID"));
        assertTrue(counts.exemption("admission.privilege.privileged", 0).isPresent());
        assertTrue(counts.exemption("admission.privilege.privileged", 1).isPresent());
        var whole = compile(POLICY, exemption("shop", "containers: ['*']", "admission.privilege"));
        assertTrue(counts(whole, LAST_DAY, pod)
                .exemption("admission.privilege.hostPID")
                .isPresent());
    }

    @Test
    void any_set_of_exemptions_exempts_what_one_of_them_exempts() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var namespaces = List.of("shop", "bank");
        var controls = List.of(ROOT, "admission", "admission.privilege", "runtime.writes", "runtime.writes.forbid");
        var asked = List.of(ROOT, "admission.privilege.hostPID", "runtime.writes.forbid", "runtime.mounts");
        var matches = List.of("containers: [web]", "containers: [db]", "containers: ['*']", "images: [nginx]");
        for (int round = 0; round < 200; round++) {
            var documents = new ArrayList<String>();
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                documents.add(exemption(pick(random, namespaces), pick(random, matches), pick(random, controls))
                        .replace("name: e", "name: e" + i));
            }
            var pod = List.of(web(pick(random, namespaces)), container("shop", "db"));
            pod = List.of(pod.get(0), container(pod.get(0).namespace().orElseThrow(), "db"));
            var together = counts(compile(POLICY, documents.toArray(String[]::new)), LAST_DAY, pod);
            for (var control : asked) {
                boolean whole = false;
                var each = new BitSet();
                for (var one : documents) {
                    var alone = counts(compile(POLICY, one), LAST_DAY, pod);
                    whole |= alone.exemption(control).isPresent();
                    for (int i = 0; i < pod.size(); i++) {
                        each.set(i, each.get(i) || alone.exemption(control, i).isPresent());
                    }
                }
                var story = "seed " + seed + ", round " + round + ", " + control + "\n" + documents;
                assertEquals(whole, together.exemption(control).isPresent(), story);
                for (int i = 0; i < pod.size(); i++) {
                    assertEquals(each.get(i), together.exemption(control, i).isPresent(), story);
                }
            }
        }
    }

    @Test
    void the_node_keeps_what_is_left() {
        var snapshot = compile(POLICY, exemption("shop", "containers: [web]", "runtime.writes.rootFilesystem"));
        var kept = snapshot.select(web("shop"), LAST_DAY);
        assertEquals(List.of("writes.forbid", "mounts"), rules(kept));
        assertEquals(List.of(Mode.ENFORCE), kept.stream().map(p -> p.mode()).toList());
        var all = List.of("writes.rootFilesystem", "writes.forbid", "mounts");
        assertEquals(all, rules(snapshot.select(web("shop"), LAST_DAY.plusDays(1))));
        assertEquals(all, rules(snapshot.select(container("shop", "db"), LAST_DAY)));
        var everything = compile(POLICY, exemption("shop", "containers: [web]", "runtime"));
        assertEquals(List.of(), rules(everything.select(web("shop"), LAST_DAY)));
    }

    @Test
    void it_is_part_of_the_digest() {
        var one = exemption("shop", "containers: [web]", ROOT);
        assertNotEquals(compile(POLICY).digest(), compile(POLICY, one).digest());
        assertEquals(compile(POLICY, one).digest(), compile(one, POLICY).digest());
    }

    static Snapshot compile(String first, String... more) {
        var sources = new ArrayList<SourceText>();
        sources.add(new SourceText("0.yaml", first));
        for (var text : more) {
            sources.add(new SourceText(sources.size() + ".yaml", text));
        }
        var compilation = PolicyCompiler.compile(sources);
        return compilation
                .snapshot()
                .orElseThrow(() -> new AssertionError(DiagnosticPrinter.print(compilation.diagnostics())));
    }

    static List<String> rules(List<WorkloadPolicy> policies) {
        return policies.stream()
                .flatMap(policy -> policy.runtime().stream())
                .flatMap(section -> Planner.demands(section).stream())
                .map(KernelPlan.Demand::rule)
                .toList();
    }

    private static String exemption(String namespace, String match, String control) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: PolicyExemption
                metadata: {name: e, namespace: %s}
                spec:
                  policies: [p]
                  controls: [%s]
                  match: {%s}
                  owner: jane
                  reason: a test
                  expires: "2026-11-21"
                """.formatted(namespace, control, match);
    }

    static Workload web(String namespace) {
        return container(namespace, "web");
    }

    static Workload container(String namespace, String name) {
        return new Workload(Optional.of(namespace), Optional.of(Map.of("app", "web")), Optional.of("nginx"), name);
    }

    static Counts counts(Snapshot snapshot, LocalDate today, List<Workload> pod) {
        return snapshot.select(pod, today).getFirst().counts();
    }

    private static Optional<String> exempt(Snapshot snapshot, String control, LocalDate today, Workload workload) {
        return counts(snapshot, today, List.of(workload))
                .exemption(control, 0)
                .map(exemption -> exemption.name().toString());
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
