// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static io.gatehouse.admission.review.Policies.EVERYTHING;
import static io.gatehouse.admission.review.Policies.READ_ONLY;
import static io.gatehouse.admission.review.Policies.mounts;
import static io.gatehouse.admission.review.Policies.policy;
import static io.gatehouse.admission.review.Policies.snapshot;
import static io.gatehouse.schemas.policy.Mode.AUDIT;
import static io.gatehouse.schemas.policy.Mode.ENFORCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final Snapshot ALL_ENFORCED = snapshot(policy("all", ENFORCE, EVERYTHING));

    private static final String GOOD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop}
            spec:
              containers:
                - name: web
                  image: registry.example/web:1
                  securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}
            """;

    @Test
    void a_pod_that_keeps_everything_is_allowed() {
        assertEquals("allow", told(GOOD, ALL_ENFORCED));
    }

    @Test
    void every_finding_is_told_in_the_order_of_the_manifest() {
        assertEquals("""
                deny
                5:12 spec.hostPID is true; false: the pod shares the node's process ids
                6:12 spec.hostIPC is "yes"; false: the pod shares the node's inter-process communication
                7:16 spec.hostNetwork is true; false: the pod shares the node's network
                9:13 spec.initContainers[0].securityContext.readOnlyRootFilesystem is unset; true: \
                init container "setup" may write to its root filesystem
                9:13 spec.initContainers[0].securityContext.allowPrivilegeEscalation is unset; false: \
                init container "setup" may gain privileges
                13:33 spec.containers[0].securityContext.readOnlyRootFilesystem is "true"; true: \
                container "web" may write to its root filesystem
                14:35 spec.containers[0].securityContext.allowPrivilegeEscalation is true; false: \
                container "web" may gain privileges
                15:21 spec.containers[0].securityContext.privileged is 1; false: container "web" runs privileged
                17:63 spec.ephemeralContainers[0].securityContext.readOnlyRootFilesystem is false; true: \
                ephemeral container "debug" may write to its root filesystem
                20:24 spec.volumes[0].hostPath.path is "/run//docker.sock/"; no path that reaches \
                /var/run/docker.sock: volume "socket" mounts /run/docker.sock of the node
                21:37 spec.volumes[1].hostPath.path is "/"; no path that reaches /: volume "root" mounts / of the node
                22:36 spec.volumes[2].hostPath.path is "/proc/sys"; no path that reaches /proc: \
                volume "sys" mounts /proc/sys of the node, which lies in /proc
                23:36 spec.volumes[3].hostPath.path is "/var"; no path that reaches /var/run/docker.sock: \
                volume "var" mounts /var of the node, which holds /var/run/docker.sock""", told("""
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: web}
                        spec:
                          hostPID: true
                          hostIPC: "yes"
                          hostNetwork: true
                          initContainers:
                            - name: setup
                          containers:
                            - name: web
                              securityContext:
                                readOnlyRootFilesystem: "true"
                                allowPrivilegeEscalation: true
                                privileged: 1
                          ephemeralContainers:
                            - {name: debug, securityContext: {readOnlyRootFilesystem: false, allowPrivilegeEscalation: false}}
                          volumes:
                            - name: socket
                              hostPath: {path: /run//docker.sock/}
                            - {name: root, hostPath: {path: /}}
                            - {name: sys, hostPath: {path: /proc/sys}}
                            - {name: var, hostPath: {path: /var}}
                            - {name: fine, hostPath: {path: /srv}}
                            - {name: tmp, emptyDir: {}}
                        """, ALL_ENFORCED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1 PodTemplate template",
                "v1 ReplicationController spec.template",
                "apps/v1 Deployment spec.template",
                "apps/v1 ReplicaSet spec.template",
                "apps/v1 StatefulSet spec.template",
                "apps/v1 DaemonSet spec.template",
                "extensions/v1beta1 Deployment spec.template",
                "batch/v1 Job spec.template",
                "batch/v1 CronJob spec.jobTemplate.spec.template",
                "batch/v1beta1 CronJob spec.jobTemplate.spec.template"
            })
    void a_pod_is_found_in_every_kind_that_carries_one(String kind) {
        var words = kind.split(" ");
        var object = "apiVersion: " + words[0] + "\nkind: " + words[1] + "\n";
        var indent = "";
        for (var field : words[2].split("\\.")) {
            object += indent + field + ":\n";
            indent += "  ";
        }
        object += indent + "spec: {containers: [{name: web}]}\n";
        assertEquals(
                "deny\n" + words[2] + ".spec.containers[0].securityContext.readOnlyRootFilesystem",
                told(object, snapshot(policy("p", ENFORCE, READ_ONLY))).replaceAll("\n.*? (\\S+) is unset.*", "\n$1"));
    }

    @Test
    void the_kind_of_another_group_is_not_ours() {
        assertEquals("allow", told("""
                apiVersion: example.com/v1
                kind: Deployment
                spec: {template: {spec: {containers: [{name: web}]}}}
                """, ALL_ENFORCED));
    }

    @Test
    void a_policy_judges_the_containers_it_matches_and_the_whole_pod_if_it_matches_any() {
        var match = new Match(List.of(), Map.of("app", "web"), List.of("*nginx*"), List.of());
        var section = new AdmissionSection(true, List.of("/etc"), Optional.of(Policies.NO_PRIVILEGE), List.of());
        var policies = snapshot(policy("nginx", ENFORCE, match, List.of(), section));
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, labels: {app: %s}}
                spec:
                  hostPID: true
                  containers:
                    - {name: side, image: busybox}
                    - {name: web, image: "%s", securityContext: {allowPrivilegeEscalation: false}}
                """;
        assertEquals("""
                deny
                5:12 spec.hostPID is true; false: the pod shares the node's process ids
                8:37 spec.containers[1].securityContext.readOnlyRootFilesystem is unset; true: \
                container "web" may write to its root filesystem""", told(pod.formatted("web", "nginx:1"), policies));
        assertEquals("allow", told(pod.formatted("web", "apache:1"), policies));
        assertEquals("allow", told(pod.formatted("other", "nginx:1"), policies));
    }

    @Test
    void an_exemption_holds_to_its_last_day() {
        var exempt = new Exemption(List.of("shop"), "moving", Optional.of(TODAY));
        var policies = snapshot(policy("p", ENFORCE, Match.ALL, List.of(exempt), READ_ONLY));
        var bad = GOOD.replace("readOnlyRootFilesystem: true, ", "");
        assertInstanceOf(Decision.Allow.class, judged(request(bad, Optional.empty()), policies, TODAY));
        assertInstanceOf(Decision.Deny.class, judged(request(bad, Optional.empty()), policies, TODAY.plusDays(1)));
    }

    @Test
    void windows_pods_are_asked_nothing_that_windows_does_not_have() {
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: web}
                spec: {os: {name: windows}, hostNetwork: true, containers: [{name: web}]}
                """;
        assertEquals(
                "deny\n4:42 spec.hostNetwork is true; false: the pod shares the node's network",
                told(pod, ALL_ENFORCED));
    }

    @Test
    void audit_warns_and_enforce_denies_with_the_warnings_beside() {
        var bad = GOOD.replace("readOnlyRootFilesystem: true, ", "");
        assertInstanceOf(
                Decision.Warn.class,
                judged(request(bad, Optional.empty()), snapshot(policy("p", AUDIT, READ_ONLY)), TODAY));
        var both = judged(
                request(bad, Optional.empty()),
                snapshot(policy("a", AUDIT, READ_ONLY), policy("b", ENFORCE, READ_ONLY)),
                TODAY);
        assertEquals(
                List.of("a", "b"),
                assertInstanceOf(Decision.Deny.class, both).findings().stream()
                        .map(f -> f.policy().toString())
                        .toList());
    }

    @Test
    void an_update_answers_for_what_it_changes() {
        var policies = snapshot(policy("p", ENFORCE, EVERYTHING));
        var bad = GOOD.replace("readOnlyRootFilesystem: true, ", "");

        // a finalizer is removed, a label changed
        var touched = bad.replace("name: web, ", "name: web, labels: {a: b}, ");
        assertInstanceOf(Decision.Warn.class, judged(request(touched, Optional.of(bad)), policies, TODAY));
        // resources may be changed in place
        var resized = bad.replace("- name: web", "- name: web\n      resources: {limits: {cpu: 1}}");
        assertInstanceOf(Decision.Warn.class, judged(request(resized, Optional.of(bad)), policies, TODAY));
        // another image is another container
        var image = bad.replace("web:1", "web:2");
        assertInstanceOf(Decision.Deny.class, judged(request(image, Optional.of(bad)), policies, TODAY));
        // what was good becomes bad
        assertInstanceOf(Decision.Deny.class, judged(request(bad, Optional.of(GOOD)), policies, TODAY));
        // what the whole pod has stands only while no container joins it
        var shared = GOOD.replace("spec:\n", "spec:\n  hostPID: true\n");
        var joined = shared + """
              ephemeralContainers:
                - name: debug
                  securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}
            """;
        assertInstanceOf(Decision.Warn.class, judged(request(shared, Optional.of(shared)), policies, TODAY));
        assertInstanceOf(Decision.Deny.class, judged(request(joined, Optional.of(shared)), policies, TODAY));
        // a volume is another one when it mounts another path
        var etc = GOOD + "  volumes: [{name: v, hostPath: {path: /etc}}]\n";
        assertInstanceOf(Decision.Warn.class, judged(request(etc, Optional.of(etc)), policies, TODAY));
        var proc = etc.replace("/etc", "/proc");
        assertInstanceOf(Decision.Deny.class, judged(request(proc, Optional.of(etc)), policies, TODAY));
    }

    @Test
    void a_label_that_brings_a_pod_under_a_policy_brings_its_findings_in() {
        var policies = snapshot(policy(
                "p", ENFORCE, new Match(List.of(), Map.of("app", "web"), List.of(), List.of()), List.of(), READ_ONLY));
        var before = GOOD.replace("readOnlyRootFilesystem: true, ", "");
        var after = before.replace("name: web, ", "name: web, labels: {app: web}, ");
        assertInstanceOf(Decision.Deny.class, judged(request(after, Optional.of(before)), policies, TODAY));
    }

    @Test
    void an_ephemeral_container_is_judged_when_it_is_added() {
        var joined = GOOD + """
              ephemeralContainers:
                - name: debug
            """;
        assertInstanceOf(
                Decision.Deny.class,
                judged(request(joined, Optional.of(GOOD)), snapshot(policy("p", ENFORCE, READ_ONLY)), TODAY));
    }

    @Test
    void deletion_and_connection_bring_nothing_in() {
        for (var operation : List.of(Operation.DELETE, Operation.CONNECT)) {
            var request = new ReviewRequest(
                    "u",
                    new Subject("", "Pod", Optional.of("shop"), "web"),
                    "pods",
                    operation,
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    "");
            assertInstanceOf(Decision.Allow.class, judged(request, ALL_ENFORCED, TODAY));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spec: {containers: web}",
                "spec: {containers: [web]}",
                "spec: {containers: {name: web}}",
                "spec: [a]",
                "spec: {}",
                "metadata: {labels: {a: 1}}\nspec: {containers: [{name: a}]}",
                "spec: {containers: [{name: a}], volumes: 7}",
                ""
            })
    void what_has_no_readable_pod_is_no_decision(String rest) {
        var object = Objects.object("apiVersion: v1\nkind: Pod\n" + rest + "\n");
        var outcome = Judge.decide(Objects.create(object), ALL_ENFORCED, TODAY);
        var diagnostics =
                assertInstanceOf(Judge.Outcome.Malformed.class, outcome).diagnostics();
        assertEquals("GH-1551", diagnostics.getFirst().code());
    }

    @Test
    void more_containers_than_any_node_runs_are_not_read() {
        var many = "{name: a}, ".repeat(1001);
        var object = Objects.object("apiVersion: v1\nkind: Pod\nspec: {containers: [" + many + "]}\n");
        assertInstanceOf(Judge.Outcome.Malformed.class, Judge.decide(Objects.create(object), ALL_ENFORCED, TODAY));
        var most = Objects.object("apiVersion: v1\nkind: Pod\nspec: {containers: [" + many.substring(11) + "]}\n");
        assertInstanceOf(Judge.Outcome.Judged.class, Judge.decide(Objects.create(most), ALL_ENFORCED, TODAY));
    }

    @Test
    void a_host_path_that_cannot_be_read_is_a_finding() {
        var pod = GOOD + "  volumes: [{name: v, hostPath: {path: [/etc]}}, {name: w, hostPath: /etc}]\n";
        assertEquals(
                2,
                judged(request(pod, Optional.empty()), snapshot(policy("p", ENFORCE, mounts("/etc"))), TODAY)
                        .findings()
                        .size());
    }

    private static ReviewRequest request(String object, Optional<String> before) {
        var created = Objects.create(Objects.object(object));
        return before.isEmpty() ? created : Objects.update(created, Objects.object(before.get()));
    }

    private static Decision judged(ReviewRequest request, Snapshot snapshot, LocalDate today) {
        return assertInstanceOf(Judge.Outcome.Judged.class, Judge.decide(request, snapshot, today))
                .decision();
    }

    private static String told(String object, Snapshot snapshot) {
        var decision = judged(request(object, Optional.empty()), snapshot, TODAY);
        var lines = decision.findings().stream()
                .map(Finding::breach)
                .map(b -> "\n" + b.span().line() + ":" + b.span().column() + " " + b.field() + " is " + b.seen() + "; "
                        + b.wanted() + ": " + b.fact())
                .collect(Collectors.joining());
        return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT) + lines;
    }
}
