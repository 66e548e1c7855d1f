// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.citizen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// One replica writes; another takes over, whether the first says goodbye or not.
@ClusterStory
class LeaderStoryTest {
    @RegisterExtension
    static final Story STORY = Story.of("leader", story -> citizen = Citizen.of(story));

    private static Citizen citizen;

    @Test
    void the_lease_moves_when_its_holder_ends_and_when_it_is_killed() throws Exception {
        var one = citizen.start("one");
        Story.await("one leads", () -> holder().equals("one"));
        var two = citizen.start("two");

        one.close();
        Story.await("two leads after one gave the lease back", () -> holder().equals("two"));
        STORY.make(policy("while-two-leads"));
        Story.await("two writes", () -> ready("while-two-leads"));

        var three = citizen.start("three");
        two.kill();
        Story.await("three leads after two's lease has run out", () -> holder().equals("three"));
        STORY.make(policy("while-three-leads"));
        Story.await("three writes", () -> ready("while-three-leads"));
        for (var gate : List.<Gate>of(one, two, three)) {
            assertEquals(List.of(), Citizen.refused(gate));
        }
    }

    private static String holder() {
        var lease = STORY.client()
                .leases()
                .inNamespace(STORY.namespace())
                .withName("gatehouse-admission")
                .get();
        var holder = lease == null ? null : lease.getSpec().getHolderIdentity();
        return holder == null ? "" : holder;
    }

    private static boolean ready(String policy) {
        return STORY.client()
                .raw("/apis/gatehouse.io/v1alpha1/namespaces/" + STORY.namespace() + "/workloadpolicies/" + policy)
                .contains("\"InForce\"");
    }

    private static String policy(String name) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: WorkloadPolicy
                metadata: {name: %s, namespace: %s}
                spec: {mode: audit, admission: {readOnlyRootFilesystem: {required: true}}}
                """.formatted(name, STORY.namespace());
    }
}
