// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.floor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gatehouse;
import io.gatehouse.cluster.Story;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The API server takes the floor, finds nothing wrong with its expressions, and keeps it without any gate.
@ClusterStory
class FloorStoryTest {
    @RegisterExtension
    static final Story STORY = Story.of("floor", FloorStoryTest::begin);

    /// A namespace that the policy leaves out.
    private static String exempt;
    /// One that stands for those that the gate is not asked about.
    private static String guarded;

    private static String printed;

    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: NAME}
            spec:
              mode: enforce
              match: {namespaces: ["NAME*"], images: ["registry.invalid/*"], podSelector: {matchLabels: {app: web}}}
              exempt: [{namespaces: [NAME-exempt], reason: a story, expires: 2099-01-01}]
              admission:
                readOnlyRootFilesystem: {required: true}
                sensitiveMounts: {forbid: [/etc, /var/run/docker.sock]}
                privilege:
                  privileged: false
                  allowPrivilegeEscalation: false
                  hostPID: false
                  hostIPC: false
                  hostNetwork: false
                  shareProcessNamespace: false
                interactive: {exec: deny, attach: deny, ephemeralContainers: deny}
            ---
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: NAME-excused}
            spec:
              mode: enforce
              match: {namespaces: [NAME]}
              exemptionsFrom: [NAME]
              admission: {images: {pinned: digest}}
            ---
            apiVersion: gatehouse.io/v1alpha1
            kind: PolicyExemption
            metadata: {name: later, namespace: NAME}
            spec: {policies: [NAME-excused], match: {podSelector: {matchLabels: {app: importer}}}, owner: jane, reason: a story, expires: 2099-01-01}
            """;
    private static final String GOOD = "readOnlyRootFilesystem: true, allowPrivilegeEscalation: false";
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: %s, labels: {app: %s}}
            spec:
              containers:
                - name: web
                  image: registry.invalid/web
                  securityContext: {%s}
              %s
            """;

    private static final String RIGHTS = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: NAME}
            rules:
              - {apiGroups: [""], resources: [pods], verbs: [create]}
              - {apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [create]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: NAME}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAME}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: GROUP}]
            """;

    static void begin(Story story) throws Exception {
        exempt = story.namespace() + "-exempt";
        guarded = story.namespace() + "-guarded";
        story.namespace(exempt, Map.of());
        story.namespace(guarded, Map.of());
        story.make(deployment("before", "false"));

        var policies =
                Files.writeString(story.folder().resolve("policies.yaml"), POLICIES.replace("NAME", story.namespace()));
        var floor = Gatehouse.run("policy", "floor", policies.toString());
        assertEquals(0, floor.status(), floor::text);
        printed = floor.out();
        // The guards are about namespaces of the whole cluster: here they are about one of the story's own.
        story.makeAll(RIGHTS.replace("NAME", story.namespace()).replace("GROUP", friends()));
        story.makeAll(printed.replace("kube-system", guarded)
                .replace("gatehouse-system", guarded + "-too")
                .replace("name: gatehouse-guard-", "name: " + story.namespace() + "-guard-")
                .replace("policyName: gatehouse-guard-", "policyName: " + story.namespace() + "-guard-")
                .replace("request.name == 'gatehouse'", "request.name == '" + story.namespace() + "'"));
        Story.await("the API server keeps the floor", () -> refused(deployment("probe", "false")));
        Story.await(
                "the API server keeps the guards",
                () -> story.kubectl()
                                .with(
                                        pod("probe", guarded, "other", GOOD, ""),
                                        as("create", "--dry-run=server", "-f", "-"))
                                .status()
                        != 0);
    }

    /// A user who may do everything in these namespaces, and is no administrator of the cluster.
    private static String[] as(String... words) {
        var all = new ArrayList<>(List.of("--as=jane", "--as-group=" + friends()));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    private static String friends() {
        return STORY.namespace() + "-friends";
    }

    private static boolean refused(String manifest) {
        try {
            STORY.client().resource(manifest).dryRun(true).create();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == 422;
        }
    }

    private static String deployment(String name, String readOnly) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %s, namespace: %s}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers:
                        - name: web
                          image: registry.invalid/web
                          securityContext: {readOnlyRootFilesystem: %s, allowPrivilegeEscalation: false}
                """.formatted(name, STORY.namespace(), readOnly);
    }

    @Test
    void the_api_server_finds_nothing_wrong_with_the_expressions() {
        var policies = STORY.client().admissionRegistration().v1().validatingAdmissionPolicies();
        var ours = policies.list().getItems().stream()
                .map(one -> one.getMetadata().getName())
                .filter(name -> name.contains(STORY.namespace()))
                .toList();
        assertEquals(4, ours.size(), ours::toString);
        for (var name : ours) {
            Story.await(
                    "it has looked at " + name,
                    () -> checked(policies.withName(name).get()));
            var warnings =
                    policies.withName(name).get().getStatus().getTypeChecking().getExpressionWarnings();
            assertEquals(List.of(), warnings == null ? List.of() : warnings, name);
        }
    }

    private static boolean checked(ValidatingAdmissionPolicy policy) {
        return policy.getStatus() != null
                && policy.getStatus().getTypeChecking() != null
                && policy.getMetadata()
                        .getGeneration()
                        .equals(policy.getStatus().getObservedGeneration());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            readOnlyRootFilesystem | readOnlyRootFilesystem: false, allowPrivilegeEscalation: false | ''
            privilege.privileged | readOnlyRootFilesystem: true, privileged: true | ''
            privilege.allowPrivilegeEscalation | readOnlyRootFilesystem: true, allowPrivilegeEscalation: true | ''
            privilege.hostPID | GOOD | hostPID: true
            privilege.hostIPC | GOOD | hostIPC: true
            privilege.hostNetwork | GOOD | hostNetwork: true
            privilege.shareProcessNamespace | GOOD | shareProcessNamespace: true
            sensitiveMounts | GOOD | volumes: [{name: v, hostPath: {path: /etc/kubernetes}}]
            sensitiveMounts | GOOD | volumes: [{name: v, hostPath: {path: /}}]
            sensitiveMounts | GOOD | volumes: [{name: v, hostPath: {path: /run/docker.sock}}]
            """)
    void a_pod_is_refused_with_the_control(String control, String security, String more) {
        var manifest = pod("refused", STORY.namespace(), "web", security.replace("GOOD", GOOD), more);
        var refusal = assertThrows(
                KubernetesClientException.class,
                () -> STORY.client().resource(manifest).dryRun(true).create());
        assertEquals(422, refusal.getCode(), refusal::getMessage);
        assertTrue(
                refusal.getMessage().contains("gatehouse floor: ")
                        && refusal.getMessage()
                                .contains("(policy " + STORY.namespace() + ", admission." + control + ")"),
                refusal::getMessage);
    }

    private static String pod(String name, String namespace, String app, String security, String more) {
        return POD.formatted(name, namespace, app, security, more);
    }

    @Test
    void what_is_as_wanted_or_is_not_meant_is_let_in() {
        for (var manifest : List.of(
                pod("good", STORY.namespace(), "web", GOOD, ""),
                pod("host", STORY.namespace(), "web", GOOD, "volumes: [{name: v, hostPath: {path: /etcetera}}]"),
                pod("other", STORY.namespace(), "other", "readOnlyRootFilesystem: false", "hostPID: true"),
                pod("exempt", exempt, "web", "readOnlyRootFilesystem: false", "hostPID: true"))) {
            STORY.client().resource(manifest).dryRun(true).create();
        }
    }

    /// What stood before the floor may be changed, as long as it gets no worse.
    @Test
    void an_update_of_what_was_wrong_before_is_let_through() {
        var deployments = STORY.client().apps().deployments().inNamespace(STORY.namespace());
        deployments.withName("before").edit(one -> {
            one.getMetadata().setLabels(Map.of("touched", "yes"));
            return one;
        });
        assertThrows(
                KubernetesClientException.class,
                () -> deployments.withName("before").edit(one -> {
                    one.getSpec().getTemplate().getSpec().setHostPID(true);
                    return one;
                }));
    }

    @Test
    void a_cron_job_is_looked_into_as_deep_as_it_is() {
        var refusal = assertThrows(
                KubernetesClientException.class,
                () -> STORY.client()
                        .resource("""
                        apiVersion: batch/v1
                        kind: CronJob
                        metadata: {name: nightly, namespace: %s}
                        spec:
                          schedule: 0 0 1 1 *
                          jobTemplate:
                            spec:
                              template:
                                metadata: {labels: {app: web}}
                                spec: {restartPolicy: Never, containers: [{name: web, image: registry.invalid/web}]}
                        """.formatted(STORY.namespace()))
                        .dryRun(true)
                        .create());
        assertTrue(refusal.getMessage().contains("admission.readOnlyRootFilesystem"), refusal::getMessage);
    }

    @Test
    void nobody_goes_into_a_container() throws Exception {
        STORY.make(pod("entered", STORY.namespace(), "web", GOOD, ""));
        var exec = STORY.kubectl().run("-n", STORY.namespace(), "exec", "entered", "--", "id");
        assertTrue(exec.text().contains("gatehouse floor: nobody may go into a running container"), exec::text);
        var debug = STORY.kubectl()
                .run(
                        "-n",
                        STORY.namespace(),
                        "debug",
                        "entered",
                        "--image=registry.invalid/debug",
                        "--profile=restricted");
        assertTrue(debug.text().contains("gatehouse floor: "), debug::text);
    }

    @Test
    void only_administrators_bring_pods_into_a_guarded_namespace() throws Exception {
        var manifest = pod("guarded", guarded, "other", GOOD, "");
        STORY.client().resource(manifest).dryRun(true).create(); // we are one
        var refused = STORY.kubectl().with(manifest, as("create", "--dry-run=server", "-f", "-"));
        assertTrue(refused.text().contains("gatehouse guard: the gate is not asked here"), refused::text);
    }

    @Test
    void only_administrators_change_the_registration() throws Exception {
        var registration = """
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: %s}
                webhooks: []
                """.formatted(STORY.namespace());
        var refused = STORY.kubectl().with(registration, as("create", "--dry-run=server", "-f", "-"));
        assertTrue(refused.text().contains("gatehouse guard: only administrators"), refused::text);
    }

    @Test
    void a_policy_with_an_exemption_is_left_to_the_gate_and_named() {
        assertTrue(
                printed.contains("# left to the gate: policy " + STORY.namespace() + "-excused, (all): exemptions"),
                printed);
        assertFalse(printed.contains("pinned-digest"));
    }
}
