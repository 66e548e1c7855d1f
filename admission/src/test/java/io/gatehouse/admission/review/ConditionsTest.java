// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection.Deny;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `admission.deny`: conditions in the language of rules, asked of reviews as the API server sends them.
class ConditionsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final Deny PINNED =
            new Deny("pinned-digest", "not ka.req.container.image contains \"@sha256:\"", "pin images by digest");
    private static final Deny HOST_PATHS = new Deny(
            "host-paths",
            "ka.req.pod.volumes.hostpath intersects (/etc, /proc) and not ka.user.name startswith system:",
            "no paths of the node");

    private static final String POD = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "labels": {"app": "web"}},
             "spec": {"initContainers": [{"name": "setup", "image": "busybox:1"}],
              "containers": [{"name": "web", "image": "nginx@sha256:0123"}, {"name": "log", "image": "fluentd:2"}],
              "volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}]}}
            """;
    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
             "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": {
              "containers": [{"name": "web", "image": "nginx:1"}]}}}}
            """;

    @Test
    void a_condition_about_containers_is_asked_of_each_whichever_list_it_stands_in() {
        assertEquals("""
                Deny
                spec.initContainers[0] admission.deny.pinned-digest: init container "setup": pin images by digest
                spec.containers[1] admission.deny.pinned-digest: container "log": pin images by digest""", told(review("Pod", "pods", "CREATE", "jane", POD, null), PINNED));
    }

    @Test
    void a_condition_about_the_pod_is_asked_once_and_knows_who_asks() {
        assertEquals("""
                Deny
                spec admission.deny.host-paths: no paths of the node""", told(review("Pod", "pods", "CREATE", "jane", POD, null), HOST_PATHS));
        assertEquals("Allow", told(review("Pod", "pods", "CREATE", "system:node:a", POD, null), HOST_PATHS));
    }

    @Test
    void of_a_deployment_the_pod_of_its_template_is_asked() {
        assertEquals("""
                Deny
                spec.template.spec.containers[0] admission.deny.pinned-digest: container "web": pin images by digest""", told(review("Deployment", "deployments", "CREATE", "jane", DEPLOYMENT, null), PINNED));
        assertEquals(
                "Allow",
                told(
                        review(
                                "Deployment",
                                "deployments",
                                "CREATE",
                                "jane",
                                DEPLOYMENT.replace("nginx:1", "nginx@sha256:01"),
                                null),
                        PINNED));
    }

    @Test
    void the_request_itself_can_be_asked() {
        var created = review("Deployment", "deployments", "CREATE", "jane", DEPLOYMENT, null);
        var request = new Deny(
                "by-request",
                "ka.verb = create and ka.target.resource = deployments and ka.target.namespace = shop"
                        + " and ka.target.name = web and ka.user.groups intersects (dev)"
                        + " and jevt.value[/requestObject/metadata/labels/app] = web",
                "not by dev");

        assertEquals("Deny\nspec.template.spec admission.deny.by-request: not by dev", told(created, request));
        assertEquals("Allow", told(created.replace("\"dev\"", "\"ops\""), request));
    }

    @Test
    void an_update_that_leaves_a_container_as_it_was_is_warned_of() {
        var changed = POD.replace("fluentd:2", "fluentd:3").replace("busybox:1", "busybox:1");
        assertEquals("""
                Deny
                spec.initContainers[0] admission.deny.pinned-digest: init container "setup": pin images by digest (before)
                spec.containers[1] admission.deny.pinned-digest: container "log": pin images by digest""", told(review("Pod", "pods", "UPDATE", "jane", changed, POD), PINNED));
    }

    @Test
    void only_the_containers_the_policy_is_about_are_asked() {
        var match = new Match(List.of(), Map.of(), List.of("fluentd:*"), List.of());
        var snapshot = Policies.snapshot(Policies.policy("p", Mode.ENFORCE, match, List.of(), Policies.deny(PINNED)));
        assertEquals("""
                Deny
                spec.containers[1] admission.deny.pinned-digest: container "log": pin images by digest""", told(review("Pod", "pods", "CREATE", "jane", POD, null), snapshot));
    }

    @Test
    void the_offline_check_says_the_same() {
        var snapshot = Policies.snapshot(Policies.policy("p", Mode.ENFORCE, Policies.deny(PINNED, HOST_PATHS)));
        var manifest = new OfflineCheck.Manifest("pod.json", POD.getBytes(StandardCharsets.UTF_8));
        var report = OfflineCheck.check(List.of(manifest), snapshot, "shop", TODAY);

        assertEquals(List.of(), report.problems());
        assertEquals("""
                Deny
                spec admission.deny.host-paths: no paths of the node
                spec.initContainers[0] admission.deny.pinned-digest: init container "setup": pin images by digest
                spec.containers[1] admission.deny.pinned-digest: container "log": pin images by digest""", told(report.judged().getFirst().decision()));
    }

    private static String told(String review, Deny... conditions) {
        return told(review, Policies.snapshot(Policies.policy("p", Mode.ENFORCE, Policies.deny(conditions))));
    }

    private static String told(String review, Snapshot snapshot) {
        var read = ReviewReader.read(review.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT);
        var request = assertInstanceOf(ReviewReader.Outcome.Read.class, read, read::toString)
                .request();
        var outcome = Judge.decide(request, snapshot, TODAY);
        return told(assertInstanceOf(Judge.Outcome.Judged.class, outcome, outcome::toString)
                .decision());
    }

    private static String told(Decision decision) {
        var lines = decision.findings().stream()
                .map(finding -> "\n" + finding.breach().field() + " "
                        + finding.breach().rule() + ": "
                        + finding.breach().fact() + (finding.since() == Finding.Since.BEFORE ? " (before)" : ""))
                .collect(Collectors.joining());
        return decision.getClass().getSimpleName() + lines;
    }

    private static String review(
            String kind, String resource, String operation, String user, String object, String before) {
        var group = kind.equals("Pod") ? "" : "apps";
        return """
                {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
                  "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
                  "kind": {"group": "%s", "version": "v1", "kind": "%s"},
                  "resource": {"group": "%s", "version": "v1", "resource": "%s"},
                  "name": "web", "namespace": "shop", "operation": "%s",
                  "userInfo": {"username": "%s", "groups": ["dev", "system:authenticated"]},
                  "object": %s, "oldObject": %s, "dryRun": false, "options": {"kind": "CreateOptions"}}}
                """.formatted(group, kind, group, resource, operation, user, object, before);
    }
}
