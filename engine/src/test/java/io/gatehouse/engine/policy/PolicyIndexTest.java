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
    private static final List<String> VALUES = List.of("1", "2");
    private static final List<String> IMAGES = List.of("nginx:1", "redis:7", "docker.io/library/nginx:1");

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
            }
        }
        assertTrue(selected > 1000, "the random policies match hardly anything: " + selected);
    }

    private static WorkloadPolicy policy(Random random, String name) {
        boolean namespaced = random.nextInt(3) == 0;
        var match = new Match(
                namespaced ? List.of() : some(random, List.of("a", "b", "kube-*", "?")),
                random.nextBoolean() ? Map.of() : labels(random),
                some(random, List.of("nginx:*", "redis:7", "*/nginx:?")),
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
