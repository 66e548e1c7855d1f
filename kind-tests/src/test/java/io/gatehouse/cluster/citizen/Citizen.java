// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.citizen;

import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The account that a gate in a cluster runs under, with the rights that `deploy/cluster` gives it, in the story's
/// namespace. What it may not do, the API server refuses it here too.
final class Citizen {
    private static final Path ROLES = Path.of(System.getProperty("gatehouse.root"), "deploy", "cluster", "roles.yaml");
    /// So much of the definition as to keep reports; where the cluster has it, its own counts.
    private static final String REPORTS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: reports.openreports.io}
            spec:
              group: openreports.io
              names: {kind: Report, plural: reports, singular: report}
              scope: Namespaced
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    private final Story story;
    private final Path kubeconfig;

    private Citizen(Story story, Path kubeconfig) {
        this.story = story;
        this.kubeconfig = kubeconfig;
    }

    static Citizen of(Story story) throws IOException {
        story.definitions();
        reports(story);
        story.make("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %1$s, namespace: %1$s}\n"
                .formatted(story.namespace()));
        story.makeAll(Files.readString(ROLES)
                .replace("gatehouse-system", story.namespace())
                .replace("name: gatehouse-admission", "name: " + story.namespace()));
        var token = story.client()
                .serviceAccounts()
                .inNamespace(story.namespace())
                .withName(story.namespace())
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(3600L)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
        return new Citizen(
                story,
                story.cluster()
                        .kubeconfigFor(token, story.namespace(), story.folder().resolve("citizen.kubeconfig")));
    }

    private static void reports(Story story) {
        var definitions = story.client().apiextensions().v1().customResourceDefinitions();
        if (definitions.withName("reports.openreports.io").get() == null) {
            story.client().resource(REPORTS).create(); // stays, as the definitions of policies do
        }
        Story.await("reports are served", () -> story.client().raw("/apis/openreports.io/v1alpha1/reports") != null);
    }

    Gate start(String name) throws IOException, InterruptedException {
        return Gate.start(story, Gate.Start.of(name, "--cluster", "--kubeconfig=" + kubeconfig, "--scan-every=1"), "");
    }

    /// What it was refused, in its own words; none is expected.
    static List<String> refused(Gate gate) {
        return gate.notices().stream()
                .filter(line -> line.contains("orbidden")
                        || line.contains("403")
                        || line.contains("cannot")
                        || line.contains("does not tell"))
                .toList();
    }
}
