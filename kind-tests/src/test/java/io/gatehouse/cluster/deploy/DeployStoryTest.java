// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Ended;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Gatehouse;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@ClusterStory
class DeployStoryTest {
    private static final Path DEPLOY = Path.of(System.getProperty("gatehouse.root"), "deploy");
    private static final Pattern ERROR = Pattern.compile("(?m)^error (GH-[0-9]+): ");

    @RegisterExtension
    static final Story STORY = Story.of("deploy", DeployStoryTest::begin);

    private static Path kustomization;
    private static Ended applied;

    /// The names of what belongs to no namespace get an ending; the rest lies in the story's namespace.
    static void begin(Story story) throws Exception {
        story.definitions();
        var folder = story.folder().toRealPath();
        var deploy = folder.relativize(DEPLOY.toRealPath());
        Files.writeString(folder.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: %1$s
                nameSuffix: -%1$s
                resources: [%2$s]
                components: [%2$s/cluster]
                """.formatted(story.namespace(), deploy));
        kustomization = folder;
        story.atEnd(() -> story.kubectl().run("delete", "--wait=false", "-k", kustomization.toString()));
        applied = story.kubectl().run("apply", "--server-side", "-k", kustomization.toString());
    }

    @Test
    void the_api_server_takes_every_manifest_and_warns_of_none() {
        assertEquals(0, applied.status(), applied::text);
        assertFalse(applied.text().contains("Warning"), applied::text);
        var kinds = applied.text()
                .lines()
                .map(line -> line.replaceFirst("[./].*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(
                kinds.containsAll(Set.of(
                        "namespace",
                        "serviceaccount",
                        "role",
                        "rolebinding",
                        "clusterrole",
                        "clusterrolebinding",
                        "service",
                        "deployment",
                        "daemonset",
                        "poddisruptionbudget",
                        "networkpolicy")),
                kinds::toString);
    }

    @Test
    void applied_once_more_nothing_differs() throws Exception {
        var diff = STORY.kubectl().run("diff", "--server-side", "-k", kustomization.toString());
        assertEquals("", diff.text());
        assertEquals(0, diff.status());
    }

    /// Nothing of the cluster's own rules for pods keeps them out.
    @Test
    void three_pods_are_made() {
        Story.await(
                "the controllers made three pods",
                () -> STORY.client()
                                .pods()
                                .inNamespace(STORY.namespace())
                                .withLabel("app", "gatehouse-admission")
                                .list()
                                .getItems()
                                .size()
                        == 3);
    }

    /// For a moment the gate is asked about the whole cluster, and lets in all but its own probe.
    @Test
    void the_doctor_finds_no_hole_in_ours_and_names_those_of_another() throws Exception {
        var gate = Gate.withPolicies(STORY, "");
        guard();
        var sound = gate.registration().replaceFirst(" *- \\{key: kubernetes.io/metadata.name, operator: In, .*\n", "");
        var broken = sound.replace("failurePolicy: Fail", "failurePolicy: Ignore")
                .replace("matchPolicy: Equivalent", "matchPolicy: Exact")
                .replace("timeoutSeconds: 5", "timeoutSeconds: 30")
                .replace("pods/ephemeralcontainers, ", "")
                .replace("pods/exec, ", "");
        try {
            STORY.client().resource(sound).create();
            var ours = doctor();
            assertEquals(List.of(), errors(ours), ours::text);
            assertEquals(0, ours.status(), ours::text);

            STORY.client().resource(broken).forceConflicts().serverSideApply();
            var other = doctor();
            assertEquals(1, other.status(), other::text);
            assertEquals(List.of("GH-1902", "GH-1905", "GH-1905"), errors(other), other::text);
            for (var hole : List.of(
                    "'failurePolicy: Ignore' lets through what is not answered",
                    "nobody is asked about UPDATE pods/ephemeralcontainers",
                    "nobody is asked about CONNECT pods/exec",
                    "'matchPolicy: Exact' leaves out other versions",
                    "a request waits up to 30 s")) {
                assertTrue(other.out().contains(hole), () -> hole + " is not among " + other.out());
            }
        } finally {
            STORY.client().resource(sound).delete();
        }
    }

    /// What 'policy floor' prints of guards, under names of the story's own.
    private static void guard() throws IOException, InterruptedException {
        var policy = Files.writeString(STORY.folder().resolve("audit.yaml"), """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: audited}
                spec: {mode: audit, admission: {readOnlyRootFilesystem: {required: true}}}
                """);
        var floor = Gatehouse.run("policy", "floor", policy.toString());
        assertEquals(0, floor.status(), floor::text);
        STORY.makeAll(floor.out().replace("gatehouse-guard-", STORY.namespace() + "-guard-"));
    }

    private static Ended doctor() throws IOException, InterruptedException {
        return Gatehouse.run(
                "doctor",
                "--cluster",
                "--kubeconfig=" + STORY.cluster().kubeconfig(),
                "--webhook=" + STORY.namespace(),
                "--service-namespace=" + STORY.namespace(),
                "--service-account=gatehouse-admission-" + STORY.namespace());
    }

    private static List<String> errors(Ended doctor) {
        return ERROR.matcher(doctor.out()).results().map(one -> one.group(1)).toList();
    }
}
