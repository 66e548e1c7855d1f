// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The index finds what asking every policy finds.
class PolicyIndexTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final List<String> NAMESPACES = List.of("a", "b", "kube-system");
    private static final List<String> IMAGE_PATTERNS = List.of(
            "nginx:*",
            "nginx:1",
            "redis:7",
            "redis",
            "*/nginx:?",
            "docker.io/*",
            "docker.io/lib*",
            "docker.io/library/nginx:?",
            "r:5000/a/*",
            "r:5000/a*",
            "r:5000/a/b@sha256:*",
            "?:5000/ab",
            "");
    private static final List<String> VALUES = List.of("1", "2");
    private static final List<String> IMAGES = List.of(
            "nginx:1",
            "nginx:12",
            "redis:7",
            "redis",
            "docker.io/library/nginx:1",
            "r:5000/a/b@sha256:01",
            "r:5000/ab");

    @Test
    void the_index_and_asking_each_policy_agree() {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("policy index seed " + seed);
        var random = new Random(seed);
        int selected = 0;
        for (int round = 0; round < 200; round++) {
            var policies = new ArrayList<WorkloadPolicy>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                policies.add(policy(random, "p" + i));
            }
            var snapshot = new Snapshot("random", policies);
            for (int i = 0; i < 20; i++) {
                var workload = workload(random);
                var plain = policies.stream()
                        .filter(policy -> Selection.applies(policy, workload, TODAY))
                        .toList();
                assertEquals(plain, snapshot.select(workload, TODAY), () -> "seed " + seed + ", " + workload);
                selected += plain.size();
                var tomorrow = TODAY.plusDays(1); // exemptions have ended by then
                assertEquals(
                        policies.stream()
                                .filter(policy -> Selection.applies(policy, workload, tomorrow))
                                .toList(),
                        snapshot.select(workload, tomorrow),
                        () -> "tomorrow, seed " + seed + ", " + workload);
            }
        }
        assertTrue(selected > 1000, "the random policies match hardly anything: " + selected);
    }

    /// Each container is found by its own image.
    @Test
    void a_pod_is_found_by_the_image_of_any_of_its_containers() {
        var match = new Match(List.of(), Map.of(), List.of("r:5000/a/*"), List.of());
        var policy = new WorkloadPolicy(
                PolicyName.cluster("p"), Mode.ENFORCE, match, List.of(), Optional.empty(), Optional.empty());
        var snapshot = new Snapshot("one", List.of(policy));
        var containers = List.of("nginx:1", "r:5000/ab", "r:5000/a/b").stream()
                .map(image -> new Workload(Optional.of("a"), Optional.of(Map.of()), Optional.of(image), "web"))
                .toList();

        var covered = snapshot.select(containers, TODAY);

        assertEquals(1, covered.size());
        assertEquals("{2}", covered.getFirst().containers().toString());
        assertEquals(List.of(), snapshot.select(containers.subList(0, 2), TODAY));
    }

    @Test
    void more_namespaces_than_are_kept_are_told_apart() {
        var match = new Match(List.of("n*7"), Map.of(), List.of(), List.of());
        var policy = new WorkloadPolicy(
                PolicyName.cluster("p"), Mode.ENFORCE, match, List.of(), Optional.empty(), Optional.empty());
        var snapshot = new Snapshot("one", List.of(policy));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5_000; i++) {
                var workload = new Workload(Optional.of("n" + i), Optional.of(Map.of()), Optional.empty(), "web");
                assertEquals(i % 10 == 7, !snapshot.select(workload, TODAY).isEmpty(), workload.toString());
            }
        }
    }

    private static WorkloadPolicy policy(Random random, String name) {
        boolean namespaced = random.nextInt(3) == 0;
        var match = new Match(
                namespaced ? List.of() : some(random, List.of("a", "b", "kube-*", "?")),
                random.nextBoolean() ? Map.of() : labels(random),
                some(random, IMAGE_PATTERNS),
                some(random, List.of("web", "w*")));
        var exempt = random.nextInt(4) > 0
                ? List.<Exemption>of()
                : List.of(new Exemption(
                        List.of(any(random, NAMESPACES)), "test", Optional.of(TODAY.plusDays(random.nextInt(3) - 1))));
        return new WorkloadPolicy(
                namespaced ? PolicyName.namespaced(any(random, NAMESPACES), name) : PolicyName.cluster(name),
                Mode.ENFORCE,
                match,
                exempt,
                Optional.empty(),
                Optional.empty());
    }

    private static Workload workload(Random random) {
        return new Workload(
                random.nextInt(5) == 0 ? Optional.empty() : Optional.of(any(random, NAMESPACES)),
                random.nextInt(5) == 0 ? Optional.empty() : Optional.of(labels(random)),
                random.nextInt(5) == 0 ? Optional.empty() : Optional.of(any(random, IMAGES)),
                any(random, List.of("web", "worker", "db")));
    }

    private static Map<String, String> labels(Random random) {
        var labels = new HashMap<String, String>();
        for (var key : List.of("app", "tier")) {
            if (random.nextInt(3) > 0) {
                labels.put(key, any(random, VALUES));
            }
        }
        return labels;
    }

    private static List<String> some(Random random, List<String> from) {
        return from.stream().filter(_ -> random.nextInt(5) == 0).toList();
    }

    private static <T> T any(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
