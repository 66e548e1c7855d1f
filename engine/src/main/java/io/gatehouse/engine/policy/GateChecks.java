// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.Pinned;
import io.gatehouse.schemas.policy.AdmissionSection.Pulled;
import io.gatehouse.schemas.policy.PolicySchema;
import io.gatehouse.schemas.policy.PrivilegeSection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What contradicts itself in an `admission` section, what in it can never match, and what has no effect.
final class GateChecks {
    private static final int LAST_PORT = 65535;
    /// These carry pods whatever a policy says of them.
    private static final Set<String> BUILT_IN_GROUPS = Set.of("apps", "batch");
    private static final String HOST_PATH = "hostPath";

    private final Node.Mapping document;
    private final AdmissionSection asked;
    private final List<Diagnostic> problems = new ArrayList<>();

    private GateChecks(Node.Mapping document, AdmissionSection asked) {
        this.document = document;
        this.asked = asked;
    }

    static List<Diagnostic> check(Node.Mapping document, AdmissionSection asked) {
        var checks = new GateChecks(document, asked);
        checks.writable();
        checks.ports();
        checks.bothWays("privilege", "capabilities");
        checks.bothWays("images");
        asked.privilege().ifPresent(checks::relaxing);
        asked.volumes().ifPresent(checks::volumes);
        asked.images().ifPresent(checks::images);
        asked.environment().ifPresent(checks::environment);
        checks.workloads();
        return checks.problems;
    }

    /// Where nothing writable may stand, none is allowed either.
    private void writable() {
        var forbidden = items("readOnlyRootFilesystem", "writable", "forbid");
        for (var item : items("readOnlyRootFilesystem", "writable", "paths")) {
            for (var other : forbidden) {
                if (covers(plain(other.value()), plain(item.value()))) {
                    problems.add(Code.CONTRADICTION.at(
                            item.span(),
                            "nothing may be mounted at " + Kinds.quoted(item) + ", which is allowed: 'forbid' has "
                                    + Kinds.quoted(other) + " in line "
                                    + other.span().line()));
                }
            }
        }
    }

    private static boolean covers(String forbidden, String path) {
        return path.equals(forbidden) || !forbidden.equals("/") && path.startsWith(forbidden + "/");
    }

    private static String plain(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private void ports() {
        for (var item : items("privilege", "hostPorts", "allow")) {
            var written = item.value();
            int hyphen = written.indexOf('-');
            int first = Integer.parseInt(hyphen < 0 ? written : written.substring(0, hyphen));
            int last = hyphen < 0 ? first : Integer.parseInt(written.substring(hyphen + 1));
            if (first == 0 || last > LAST_PORT || first > last) {
                problems.add(Code.MATCHES_NOTHING.at(
                        item.span(),
                        "no port is in " + Kinds.quoted(item),
                        "ports go from 1 to 65535, and a range from the smaller to the larger"));
            }
        }
    }

    private void bothWays(String... section) {
        var forbidden = new HashMap<String, Node.Text>();
        items(with(section, "forbid")).forEach(item -> forbidden.put(item.value(), item));
        for (var item : items(with(section, "allow"))) {
            var other = forbidden.get(item.value());
            if (other != null) {
                problems.add(Code.CONTRADICTION.at(
                        item.span(),
                        Kinds.quoted(item) + " is both allowed and forbidden: '" + section[section.length - 1]
                                + ".forbid' has it in line " + other.span().line()));
            }
        }
    }

    private void relaxing(PrivilegeSection privilege) {
        for (var item : items("privilege", "userNamespaces", "relax")) {
            if (privilege.settings().stream()
                    .noneMatch(setting -> setting.field().equals(item.value()))) {
                problems.add(Code.NO_EFFECT.at(
                        item.span(),
                        Kinds.quoted(item) + " is relaxed and not asked for",
                        "ask for it beside 'userNamespaces', or remove it"));
            }
        }
    }

    private void volumes(AdmissionSection.Volumes volumes) {
        if (volumes.hostPaths().filter(paths -> !paths.isEmpty()).isPresent()
                && volumes.allow().filter(kinds -> !kinds.contains(HOST_PATH)).isPresent()) {
            noEffect(
                    place("volumes", "hostPaths"),
                    "allows paths of the node, and 'volumes.allow' no hostPath volume",
                    "add 'hostPath' to 'volumes.allow', or remove the paths");
        }
    }

    private void images(AdmissionSection.ImageNames images) {
        boolean used = images.pinned().equals(Optional.of(Pinned.TAG))
                || images.alwaysPull().equals(Optional.of(Pulled.MOVING));
        if (!used) {
            noEffect(
                    place("images", "movingTags"),
                    "has no effect without 'pinned: tag' or 'alwaysPull: moving'",
                    "add one of them, or remove it");
        }
        for (var list : List.of("allow", "forbid")) {
            for (var item : items("images", list)) {
                if (item.value().startsWith("/") || item.value().contains("://")) {
                    problems.add(Code.MATCHES_NOTHING.at(
                            item.span(),
                            "no image is named like " + Kinds.quoted(item),
                            "write it as a pod does, such as 'ghcr.io/shop/*', without a scheme"));
                }
            }
        }
    }

    private void environment(AdmissionSection.Environment environment) {
        if (!environment.denyPlainSecrets()) {
            noEffect(place("environment", "secretNames"), "has no effect without 'plainSecrets: deny'", "add that");
            noEffect(place("environment", "allowValues"), "has no effect without 'plainSecrets: deny'", "add that");
            if (!environment.denyLiterals()) {
                noEffect(
                        place("environment", "allowNames"),
                        "has no effect without 'plainSecrets: deny' or 'literals: deny'",
                        "add one of them");
            }
        }
    }

    /// What carries pods is the same for all namespaces, so no namespace may say it.
    private void workloads() {
        if (!asked.workloads().isEmpty()
                && Shaped.text(document, "kind").equals(Optional.of(PolicySchema.NAMESPACED_KIND))) {
            place("workloads")
                    .ifPresent(at -> problems.add(Code.WRONG_SCOPE.at(
                            at.name(),
                            "a WorkloadPolicy cannot say what carries pods",
                            "a kind is the same in every namespace",
                            "move it to a ClusterWorkloadPolicy")));
        }
        for (int i = 0; i < asked.workloads().size(); i++) {
            if (BUILT_IN_GROUPS.contains(asked.workloads().get(i).group())) {
                var at = Place.of(
                                document,
                                List.of("spec", "admission", "workloads", i, "group"),
                                (mapping, key) -> mapping.entries().stream()
                                        .filter(entry -> entry.key().equals(key))
                                        .findFirst())
                        .orElseThrow();
                problems.add(Code.NO_EFFECT.at(
                        at.node().span(),
                        "the kinds of " + Kinds.quoted(asked.workloads().get(i).group())
                                + " that carry pods are judged already",
                        "remove it"));
            }
        }
    }

    private void noEffect(Optional<Place> place, String what, String fix) {
        place.ifPresent(at -> problems.add(Code.NO_EFFECT.at(at.name(), "'" + at.path() + "' " + what, fix)));
    }

    private Optional<Place> place(String... path) {
        var whole = new ArrayList<>(List.of("spec", "admission"));
        whole.addAll(List.of(path));
        return Place.of(document, whole.toArray(String[]::new));
    }

    private List<Node.Text> items(String... path) {
        return place(path)
                .map(place -> ((Node.Sequence) place.node())
                        .items().stream().map(Node.Text.class::cast).toList())
                .orElse(List.of());
    }

    private static String[] with(String[] section, String field) {
        var path = new ArrayList<>(List.of(section));
        path.add(field);
        return path.toArray(String[]::new);
    }
}
