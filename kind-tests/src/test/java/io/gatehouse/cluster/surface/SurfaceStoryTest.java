// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.surface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every kind that carries a pod, built in or named by a policy, and every subresource that changes a running one.
@ClusterStory
class SurfaceStoryTest {
    private static final String GROUP = "surface.gatehouse-story.io";
    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: immutable}
            spec:
              mode: enforce
              match: {podSelector: {matchLabels: {story: surface}}}
              admission:
                readOnlyRootFilesystem: {required: true}
                interactive: {exec: deny, attach: deny, portForward: deny, proxy: deny}
            ---
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: kinds}
            spec:
              mode: enforce
              admission:
                interactive: {exec: deny, attach: deny, portForward: deny, proxy: deny}
                workloads: [{group: %s, kind: Rollout, templates: [spec.template, "spec.canaries[].template"]}]
            """.formatted(GROUP);
    private static final String CUSTOM_KIND = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: rollouts.%1$s}
            spec:
              group: %1$s
              names: {kind: Rollout, plural: rollouts, singular: rollout}
              scope: Namespaced
              versions:
                - name: v1beta3
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """.formatted(GROUP);
    private static final String POD =
            "metadata: {labels: {story: surface}}, spec: {restartPolicy: %s, containers: [{name: web, image: registry.invalid/web}]}";
    private static final String SELECTOR = "selector: {matchLabels: {story: surface}}";
    /// One that the policy has nothing against, to be changed later.
    private static final String GOOD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: %s, labels: {story: surface}}
            spec:
              containers:
                - name: web
                  image: registry.invalid/web
                  resources: {limits: {cpu: 100m, memory: 64Mi}}
                  securityContext: {readOnlyRootFilesystem: true}
            """;

    @RegisterExtension
    static final Story STORY = Story.of("surface", SurfaceStoryTest::begin);

    static void begin(Story story) throws Exception {
        story.make(CUSTOM_KIND);
        Story.await("the kind is served", () -> story.client().raw("/apis/" + GROUP + "/v1beta3/rollouts") != null);
        Gate.withPolicies(story, POLICIES).register();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v1      | Pod                   | Always    |                                      | spec
            v1      | PodTemplate           | Always    | template: {P}                        | template.spec
            v1      | ReplicationController | Always    | spec: {replicas: 0, template: {P}}   | spec.template.spec
            apps/v1 | Deployment            | Always    | spec: {replicas: 0, S, template: {P}} | spec.template.spec
            apps/v1 | ReplicaSet            | Always    | spec: {replicas: 0, S, template: {P}} | spec.template.spec
            apps/v1 | StatefulSet           | Always    | spec: {replicas: 0, serviceName: web, S, template: {P}} | spec.template.spec
            apps/v1 | DaemonSet             | Always    | spec: {S, template: {P}}             | spec.template.spec
            batch/v1 | Job                  | Never     | spec: {template: {P}}                | spec.template.spec
            batch/v1 | CronJob              | Never     | spec: {schedule: '0 0 1 1 *', jobTemplate: {spec: {template: {P}}}} | spec.jobTemplate.spec.template.spec
            GROUP/v1beta3 | Rollout         | Always    | spec: {template: {P}}                | spec.template.spec
            GROUP/v1beta3 | Rollout         | Always    | spec: {canaries: [{template: {P}}]}  | spec.canaries[0].template.spec
            """)
    void a_kind_that_carries_a_pod_is_refused(
            String version, String kind, String restart, String body, String specOfPod) {
        var pod = POD.formatted(restart);
        var object = body == null
                ? "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: %s, labels: {story: surface}}\nspec: {containers: [{name: web, image: registry.invalid/web}]}\n"
                        .formatted(STORY.namespace())
                : "apiVersion: %s\nkind: %s\nmetadata: {name: web, namespace: %s}\n%s\n"
                        .formatted(
                                version.replace("GROUP", GROUP),
                                kind,
                                STORY.namespace(),
                                body.replace("{P}", "{" + pod + "}").replace("S,", SELECTOR + ","));
        var refusal = assertThrows(
                KubernetesClientException.class,
                () -> STORY.client().resource(object).create());
        assertEquals(422, refusal.getCode(), refusal::getMessage);
        assertEquals(List.of(specOfPod + ".containers[0].securityContext.readOnlyRootFilesystem"), fields(refusal));
    }

    @Test
    void what_is_applied_by_the_server_is_judged_as_what_is_created() {
        var deployment = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: applied, namespace: %s}
                spec: {replicas: 0, %s, template: {%s}}
                """.formatted(STORY.namespace(), SELECTOR, POD.formatted("Always"));
        var refusal = assertThrows(
                KubernetesClientException.class,
                () -> STORY.client().resource(deployment).serverSideApply());
        assertEquals(422, refusal.getCode(), refusal::getMessage);
    }

    @Test
    void an_ephemeral_container_is_judged_as_every_other() {
        STORY.make(GOOD.formatted("ephemeral", STORY.namespace()));
        var refusal =
                assertThrows(KubernetesClientException.class, () -> patch("ephemeral", "ephemeralcontainers", """
                {"spec": {"ephemeralContainers": [{"name": "debugger", "image": "registry.invalid/debug"}]}}
                """));
        assertEquals(422, refusal.getCode(), refusal::getMessage);
        assertEquals(List.of("spec.ephemeralContainers[0].securityContext.readOnlyRootFilesystem"), fields(refusal));
        patch("ephemeral", "ephemeralcontainers", """
                {"spec": {"ephemeralContainers": [{"name": "debugger", "image": "registry.invalid/debug",
                  "securityContext": {"readOnlyRootFilesystem": true}}]}}
                """);
    }

    /// No control asks for amounts.
    @Test
    void a_resize_is_let_through() {
        STORY.make(GOOD.formatted("resized", STORY.namespace()));
        patch("resized", "resize", """
                {"spec": {"containers": [{"name": "web", "resources": {"limits": {"cpu": "200m", "memory": "64Mi"}, "requests": {"cpu": "200m", "memory": "64Mi"}}}]}}
                """);
        assertEquals(
                "200m",
                STORY.client()
                        .pods()
                        .inNamespace(STORY.namespace())
                        .withName("resized")
                        .get()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getLimits()
                        .get("cpu")
                        .toString());
    }

    @ParameterizedTest
    @CsvSource({"exec?command=id", "attach?stdin=true", "portforward?ports=80", "proxy/"})
    void a_way_into_a_pod_is_refused(String way) {
        var name = "entered-" + way.replaceAll("[^a-z].*", "");
        STORY.make(GOOD.formatted(name, STORY.namespace()));
        var refusal = assertThrows(
                KubernetesClientException.class,
                () -> STORY.client().raw("/api/v1/namespaces/" + STORY.namespace() + "/pods/" + name + "/" + way));
        assertEquals(422, refusal.getCode(), refusal::getMessage);
        assertTrue(refusal.getMessage().contains("policy kinds, admission.interactive."), refusal::getMessage);
    }

    private static void patch(String pod, String subresource, String patch) {
        STORY.client()
                .pods()
                .inNamespace(STORY.namespace())
                .withName(pod)
                .subresource(subresource)
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch);
    }

    private static List<String> fields(KubernetesClientException refusal) {
        return refusal.getStatus().getDetails().getCauses().stream()
                .map(StatusCause::getField)
                .toList();
    }
}
