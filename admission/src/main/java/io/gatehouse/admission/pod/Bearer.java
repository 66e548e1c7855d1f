// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import java.util.List;
import java.util.Optional;

/// A kind of object that carries a pod. The webhook's rules and the offline check are made from this one table: a kind
/// that is missing here is judged nowhere.
///
/// @param group `""` for the core group; versions of a group carry the pod in the same place
/// @param resource as in the API's paths
/// @param template the fields that lead to the pod: empty where the object is the pod itself
public record Bearer(String group, String version, String kind, String resource, List<String> template) {
    private static final List<String> TEMPLATE = List.of("spec", "template");

    public static final List<Bearer> ALL = List.of(
            new Bearer("", "v1", "Pod", "pods", List.of()),
            new Bearer("", "v1", "PodTemplate", "podtemplates", List.of("template")),
            new Bearer("", "v1", "ReplicationController", "replicationcontrollers", TEMPLATE),
            new Bearer("apps", "v1", "Deployment", "deployments", TEMPLATE),
            new Bearer("apps", "v1", "ReplicaSet", "replicasets", TEMPLATE),
            new Bearer("apps", "v1", "StatefulSet", "statefulsets", TEMPLATE),
            new Bearer("apps", "v1", "DaemonSet", "daemonsets", TEMPLATE),
            new Bearer("batch", "v1", "Job", "jobs", TEMPLATE),
            new Bearer("batch", "v1", "CronJob", "cronjobs", List.of("spec", "jobTemplate", "spec", "template")));

    /// The group these kinds lived in before `apps`; manifests of that age are still about.
    private static final String FORMER_APPS = "extensions";

    public Bearer {
        template = List.copyOf(template);
    }

    public static Optional<Bearer> of(String group, String kind) {
        var now = group.equals(FORMER_APPS) ? "apps" : group;
        return ALL.stream()
                .filter(bearer -> bearer.group.equals(now) && bearer.kind.equals(kind))
                .findFirst();
    }

    public boolean isPod() {
        return template.isEmpty();
    }
}
