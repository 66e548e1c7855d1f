// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final Workload WEB = new Workload(
            Optional.of("shop"), Optional.of(Map.of("app", "nginx", "tier", "web")), Optional.of("nginx:1"), "web");
    /// A container of bare podman: no pod, no labels, no namespace.
    private static final Workload BARE =
            new Workload(Optional.empty(), Optional.empty(), Optional.of("nginx:1"), "web");

    @Test
    void a_namespaced_policy_is_about_its_own_namespace_only() {
        assertTrue(applies(namespaced("shop", Match.ALL), WEB));
        assertFalse(applies(namespaced("other", Match.ALL), WEB));
        assertFalse(applies(namespaced("shop", Match.ALL), BARE));
    }

    @Test
    void a_cluster_policy_is_about_every_container() {
        assertTrue(applies(cluster(Match.ALL), WEB));
        assertTrue(applies(cluster(Match.ALL), BARE));
    }

    @Test
    void namespaces_match_by_glob_and_never_where_there_is_none() {
        assertTrue(applies(cluster(namespaces("sh*")), WEB));
        assertFalse(applies(cluster(namespaces("other")), WEB));
        assertFalse(applies(cluster(namespaces("*")), BARE));
    }

    @Test
    void every_label_asked_for_must_be_carried() {
        assertTrue(applies(cluster(labels(Map.of("app", "nginx"))), WEB));
        assertTrue(applies(cluster(labels(Map.of("app", "nginx", "tier", "web"))), WEB));
        assertFalse(applies(cluster(labels(Map.of("app", "nginx", "tier", "db"))), WEB));
        assertFalse(applies(cluster(labels(Map.of("team", "a"))), WEB));
    }

    @Test
    void unknown_labels_match_no_selector() {
        assertFalse(applies(cluster(labels(Map.of("app", "nginx"))), BARE));
    }

    @Test
    void images_and_containers_match_by_glob() {
        assertTrue(applies(cluster(new Match(List.of(), Map.of(), List.of("a", "nginx:*"), List.of("w?b"))), WEB));
        assertFalse(applies(cluster(new Match(List.of(), Map.of(), List.of("redis:*"), List.of())), WEB));
        assertFalse(applies(cluster(new Match(List.of(), Map.of(), List.of(), List.of("db"))), WEB));
    }

    @Test
    void an_image_that_is_not_known_matches_no_glob() {
        var nameless = new Workload(Optional.of("shop"), Optional.empty(), Optional.empty(), "web");

        assertFalse(applies(cluster(new Match(List.of(), Map.of(), List.of("*"), List.of())), nameless));
    }

    @Test
    void every_part_that_is_given_must_match() {
        var match = new Match(List.of("shop"), Map.of("app", "nginx"), List.of("nginx:*"), List.of("db"));

        assertFalse(applies(cluster(match), WEB));
    }

    @Test
    void an_exempt_namespace_is_left_alone_and_others_are_not() {
        assertFalse(applies(exempt(Optional.empty(), "shop"), WEB));
        assertFalse(applies(exempt(Optional.empty(), "a", "s*p"), WEB));
        assertTrue(applies(exempt(Optional.empty(), "other"), WEB));
        assertTrue(applies(exempt(Optional.empty(), "*"), BARE), "no namespace is never an exempt one");
    }

    @Test
    void an_exemption_holds_up_to_and_on_its_last_day() {
        assertFalse(applies(exempt(Optional.of(TODAY.plusDays(1)), "shop"), WEB));
        assertFalse(applies(exempt(Optional.of(TODAY), "shop"), WEB));
        assertTrue(applies(exempt(Optional.of(TODAY.minusDays(1)), "shop"), WEB));
    }

    @Test
    void a_snapshot_selects_in_the_order_of_names() {
        var a = cluster(Match.ALL);
        var b = namespaced("other", Match.ALL);
        var c = namespaced("shop", Match.ALL);

        assertEquals(List.of(a, c), new Snapshot("sha256:0", List.of(a, b, c)).select(WEB, TODAY));
    }

    private static boolean applies(WorkloadPolicy policy, Workload workload) {
        return Selection.applies(policy, workload, TODAY);
    }

    private static Match namespaces(String glob) {
        return new Match(List.of(glob), Map.of(), List.of(), List.of());
    }

    private static Match labels(Map<String, String> labels) {
        return new Match(List.of(), labels, List.of(), List.of());
    }

    private static WorkloadPolicy namespaced(String namespace, Match match) {
        return policy(PolicyName.namespaced(namespace, "p"), match, List.of());
    }

    private static WorkloadPolicy cluster(Match match) {
        return policy(PolicyName.cluster("p"), match, List.of());
    }

    private static WorkloadPolicy exempt(Optional<LocalDate> expires, String... namespaces) {
        return policy(
                PolicyName.cluster("p"), Match.ALL, List.of(new Exemption(List.of(namespaces), "a reason", expires)));
    }

    private static WorkloadPolicy policy(PolicyName name, Match match, List<Exemption> exempt) {
        return new WorkloadPolicy(name, Mode.AUDIT, match, exempt, Optional.empty(), Optional.empty());
    }
}
