// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A kind of object that carries pods. The webhook's rules and the offline check are made from this one table and from
/// the kinds that policies add to it: a kind that is in neither is judged nowhere.
///
/// @param group `""` for the core group; versions of a group carry the pod in the same place
/// @param resource as in the API's paths
/// @param templates the steps that lead to pods: fields, `field[]` for each item of a list, `*` for each field of a
///     mapping; one without steps where the object is the pod itself
/// @param builtIn of Kubernetes itself, where a template that is missing is a mistake
public record Bearer(
        String group, String version, String kind, String resource, List<List<String>> templates, boolean builtIn) {
    private static final List<String> TEMPLATE = List.of("spec", "template");

    public static final List<Bearer> ALL = List.of(
            builtIn("", "Pod", "pods", List.of()),
            builtIn("", "PodTemplate", "podtemplates", List.of("template")),
            builtIn("", "ReplicationController", "replicationcontrollers", TEMPLATE),
            builtIn("apps", "Deployment", "deployments", TEMPLATE),
            builtIn("apps", "ReplicaSet", "replicasets", TEMPLATE),
            builtIn("apps", "StatefulSet", "statefulsets", TEMPLATE),
            builtIn("apps", "DaemonSet", "daemonsets", TEMPLATE),
            builtIn("batch", "Job", "jobs", TEMPLATE),
            builtIn("batch", "CronJob", "cronjobs", List.of("spec", "jobTemplate", "spec", "template")));

    /// The group these kinds lived in before `apps`; manifests of that age are still about.
    private static final String FORMER_APPS = "extensions";

    public Bearer {
        templates = templates.stream().map(List::copyOf).toList();
    }

    private static Bearer builtIn(String group, String kind, String resource, List<String> template) {
        return new Bearer(group, "v1", kind, resource, List.of(template), true);
    }

    /// The built-in kinds, and after them those that policies name.
    public static List<Bearer> all(List<WorkloadKind> named) {
        return Stream.concat(ALL.stream(), named(named).stream()).toList();
    }

    /// The same in one version.
    public Bearer in(String served) {
        return new Bearer(group, served, kind, resource, templates, builtIn);
    }

    /// Of the built-in kinds.
    public static Optional<Bearer> of(String group, String kind) {
        var now = group.equals(FORMER_APPS) ? "apps" : group;
        for (var bearer : ALL) {
            if (bearer.group.equals(now) && bearer.kind.equals(kind)) {
                return Optional.of(bearer);
            }
        }
        return Optional.empty();
    }

    /// Of the built-in kinds and of those that policies name. Several that name one kind each add their templates.
    public static Optional<Bearer> of(List<WorkloadKind> named, String group, String kind) {
        var builtIn = of(group, kind);
        if (builtIn.isPresent() || named.isEmpty()) {
            return builtIn;
        }
        var alike = named.stream()
                .filter(one -> one.group().equals(group) && one.kind().equals(kind))
                .toList();
        return alike.isEmpty() ? Optional.empty() : Optional.of(of(alike));
    }

    /// The kinds that policies name, each once.
    public static List<Bearer> named(List<WorkloadKind> named) {
        return named.stream()
                .map(one -> of(named, one.group(), one.kind()).orElseThrow())
                .filter(bearer -> !bearer.builtIn)
                .distinct()
                .toList();
    }

    private static Bearer of(List<WorkloadKind> alike) {
        var first = alike.getFirst();
        var resource = alike.stream()
                .flatMap(one -> one.resource().stream())
                .findFirst()
                .orElseGet(() -> plural(first.kind()));
        var templates = alike.stream()
                .flatMap(one -> one.templates().stream())
                .distinct()
                .map(path -> List.of(path.split("\\.")))
                .toList();
        return new Bearer(first.group(), "*", first.kind(), resource, templates, false);
    }

    /// As Kubernetes itself guesses the resource of a kind.
    public static String plural(String kind) {
        var singular = kind.toLowerCase(Locale.ROOT);
        if (singular.isEmpty() || singular.equals("endpoints")) {
            return singular;
        }
        var stem = singular.substring(0, singular.length() - 1);
        return switch (singular.charAt(singular.length() - 1)) {
            case 's' -> singular + "es";
            case 'y' -> stem + "ies";
            default -> singular + "s";
        };
    }

    public boolean isPod() {
        return templates.equals(List.of(List.of()));
    }
}
