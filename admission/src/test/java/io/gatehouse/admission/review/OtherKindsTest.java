// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.HiddenPods;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Kinds that are not Kubernetes' own and carry pods: judged where a policy says where the pods stand, told where none
/// does.
class OtherKindsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final Snapshot NAMED = Policies.compiled("""
            {privilege: {hostPID: false}, workloads: [
              {group: argoproj.io, kind: Rollout, templates: [spec.template]},
              {group: jobs.example.com, kind: JobSet, templates: ["spec.jobs[].template"]},
              {group: jobs.example.com, kind: JobSet, templates: ["spec.roles.*.template"]}]}""");

    private static final String ROLLOUT = """
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: {name: r, namespace: shop}
            spec: {template: {spec: {hostPID: %s, containers: [{name: web, image: w}]}}}
            """;

    @Test
    void a_kind_that_a_policy_names_is_judged_by_its_template() {
        assertEquals("spec.template.spec.hostPID", fields(ROLLOUT.formatted(true)));
        assertEquals("", fields(ROLLOUT.formatted(false)));
    }

    @Test
    void every_pod_of_a_kind_that_carries_several_is_judged() {
        assertEquals(
                "spec.jobs[0].template.spec.hostPID spec.jobs[2].template.spec.hostPID spec.roles.ps.template.spec.hostPID",
                fields("""
                        apiVersion: jobs.example.com/v2
                        kind: JobSet
                        metadata: {name: j}
                        spec:
                          jobs:
                          - {template: {spec: {hostPID: true, containers: [{name: a, image: w}]}}}
                          - {template: {spec: {containers: [{name: a, image: w}]}}}
                          - {template: {spec: {hostPID: true, containers: [{name: a, image: w}]}}}
                          roles:
                            ps: {template: {spec: {hostPID: true, containers: [{name: a, image: w}]}}}
                            none: {}
                        """));
    }

    @Test
    void an_update_answers_for_the_pod_that_it_changes() {
        var before = Objects.object(ROLLOUT.formatted(true));
        var request = Objects.update(Objects.create(Objects.object(ROLLOUT.formatted(true) + "# same\n")), before);
        assertInstanceOf(Decision.Warn.class, decision(request));
        var worse = Objects.update(
                Objects.create(Objects.object(ROLLOUT.formatted(true))), Objects.object(ROLLOUT.formatted(false)));
        assertInstanceOf(Decision.Deny.class, decision(worse));
    }

    /// A second volume of a forbidden kind was once taken for the first.
    @Test
    void a_volume_that_is_added_does_not_hide_behind_one_that_stood() {
        var pod = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: d}
                spec: {template: {spec: {containers: [{name: web, image: w}], volumes: [%s]}}}
                """;
        var first = "{name: a, hostPath: {path: /x}}";
        var before = Objects.object(pod.formatted(first));
        var snapshot = Policies.compiled("{volumes: {allow: [configMap]}}");
        var same = Objects.update(Objects.create(Objects.object(pod.formatted(first))), before);
        var more = Objects.update(
                Objects.create(Objects.object(pod.formatted(first + ", {name: b, hostPath: {path: /}}"))), before);
        assertInstanceOf(Decision.Warn.class, decision(same, snapshot));
        assertInstanceOf(Decision.Deny.class, decision(more, snapshot));
    }

    @Test
    void a_named_kind_without_a_template_leaves_its_pods_to_another_object() {
        assertInstanceOf(Decision.Allow.class, decision(Objects.create(Objects.object("""
                apiVersion: argoproj.io/v1alpha1
                kind: Rollout
                metadata: {name: r}
                spec: {workloadRef: {kind: Deployment, name: d}}
                """))));
    }

    @Test
    void a_template_of_another_shape_is_an_error_and_no_verdict() {
        var request = Objects.create(Objects.object("""
                apiVersion: argoproj.io/v1alpha1
                kind: Rollout
                metadata: {name: r}
                spec: {template: [x]}
                """));
        assertInstanceOf(Judge.Outcome.Malformed.class, Judge.decide(request, NAMED, TODAY));
    }

    @ParameterizedTest
    @CsvSource({
        "'{spec: {template: {spec: {containers: [{name: a, image: w}]}}}}', spec.template",
        "'{spec: {jobs: [{x: 1}, {template: {spec: {initContainers: [{image: w}]}}}]}}', 'spec.jobs[].template'",
        "'{spec: {roles: {ps: {template: {spec: {containers: [{image: w}]}}}}}}', spec.roles.ps.template"
    })
    void a_pod_in_a_kind_that_nobody_names_is_found(String object, String template) {
        assertEquals(Optional.of(template), HiddenPods.find(Objects.object(object)));
    }

    @ParameterizedTest
    @CsvSource({
        "'{spec: {containers: []}}'",
        "'{spec: {template: {spec: {names: [{image: w}]}}}}'",
        "'{data: {spec: text, list: [1, 2]}}'"
    })
    void what_is_no_pod_is_not_taken_for_one(String object) {
        assertEquals(Optional.empty(), HiddenPods.find(Objects.object(object)));
    }

    @Test
    void a_pod_in_a_kind_that_nobody_names_is_let_through_and_told() {
        var request = Objects.create(
                Objects.object(ROLLOUT.replace("Rollout", "Rollup").formatted(true)));
        var allowed = assertInstanceOf(Decision.Allow.class, decision(request));
        var told = "no policy says that a Rollup carries a pod at spec.template; nothing was judged";
        assertEquals(Optional.of(told), allowed.notice());
        var answer = new String(ReviewWriter.answer(request, allowed, "sha256:0"), StandardCharsets.UTF_8);
        assertTrue(answer.contains("\"allowed\":true,\"warnings\":[\"" + told + "\"]"), answer);
    }

    @Test
    void the_offline_check_warns_of_such_a_kind_and_of_fields_that_nobody_knows() {
        var manifest = new OfflineCheck.Manifest(
                "m.yaml",
                (ROLLOUT.replace("Rollout", "Rollup").formatted(true) + """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec: {hostTeleport: true, containers: [{name: web, image: w}]}
                """).getBytes(StandardCharsets.UTF_8));
        var report = OfflineCheck.check(List.of(manifest), NAMED, "default", TODAY);
        assertEquals(
                List.of("GH-1562", "GH-1563"),
                report.problems().stream().map(problem -> problem.code()).toList());
        assertTrue(report.problems().stream().noneMatch(problem -> problem.severity() == Severity.ERROR));
        assertEquals(1, report.judged().size());
    }

    @Test
    void the_registration_names_the_kinds_that_policies_name_once() {
        var rendered = WebhookConfiguration.render(
                "gatehouse",
                new WebhookConfiguration.Target.Url("https://127.0.0.1:1"),
                Optional.empty(),
                Optional.empty(),
                NAMED.workloads());
        assertTrue(rendered.contains("apiGroups: [argoproj.io]\n        apiVersions: [\"*\"]"), rendered);
        assertTrue(rendered.contains("resources: [rollouts]"), rendered);
        assertEquals(rendered.indexOf("resources: [jobsets]"), rendered.lastIndexOf("resources: [jobsets]"));
        assertEquals(
                List.of("Rollout", "JobSet"),
                Bearer.named(NAMED.workloads()).stream().map(Bearer::kind).toList());
    }

    private static String fields(String yaml) {
        return String.join(
                " ",
                decision(Objects.create(Objects.object(yaml))).findings().stream()
                        .map(finding -> finding.breach().field())
                        .toList());
    }

    private static Decision decision(ReviewRequest request) {
        return decision(request, NAMED);
    }

    private static Decision decision(ReviewRequest request, Snapshot snapshot) {
        var outcome = Judge.decide(request, snapshot, TODAY);
        return assertInstanceOf(Judge.Outcome.Judged.class, outcome, outcome::toString)
                .decision();
    }
}
