// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.fix;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.fix.Change.Field;
import io.gatehouse.admission.fix.Change.Value;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What ends a finding and can be written without asking anybody.
///
/// That is a field of a security context for which a policy wants one value, and an image that must be pulled: the
/// container gets less than before and nothing else in the manifest changes its meaning. What a workload asks for by
/// name (the node's namespaces or paths, ports, capabilities, an image, a secret) is never taken away here: whether it
/// can do without is known to its author alone.
final class Fixes {
    /// What can be done about a finding.
    sealed interface Outcome {
        /// One after the other: the first that ends the finding counts.
        record Remedies(List<List<Change>> remedies) implements Outcome {
            public Remedies {
                remedies = List.copyOf(remedies);
            }
        }

        record None(String why) implements Outcome {}
    }

    private static final String SECURITY = ".securityContext.";
    private static final Value TRUE = new Value.Flag(true);
    private static final Value FALSE = new Value.Flag(false);
    private static final Value RUNTIME_DEFAULT = new Value.Word("RuntimeDefault");
    private static final Outcome AUTHOR =
            new Outcome.None("the workload asks for it; only its author knows whether it can do without");

    private Fixes() {}

    /// @param object that the finding is about, as it stands now
    static Outcome of(Finding finding, Node.Mapping object, Snapshot snapshot) {
        var breach = finding.breach();
        return switch (breach.rule()) {
            case "admission.readOnlyRootFilesystem" -> readOnlyRoot(finding, object, snapshot);
            case "admission.privilege.allowPrivilegeEscalation" ->
                needsPrivilege(breach)
                        ? new Outcome.None(
                                "the container is privileged or has CAP_SYS_ADMIN, and Kubernetes refuses one"
                                        + " that may not gain privileges then; take those away first")
                        : set(breach, FALSE);
            case "admission.privilege.runAsNonRoot" ->
                runsAsRoot(breach, object)
                        ? new Outcome.None("it runs as user 0 and would not start; give it another user first")
                        : set(breach, TRUE);
            case "admission.privilege.capabilities" -> capabilities(breach);
            case "admission.privilege.seccomp", "admission.privilege.appArmor" -> profile(breach);
            case "admission.privilege.procMount" -> set(breach, new Value.Word("Default"));
            case "admission.images.alwaysPull" -> set(breach, new Value.Word("Always"));
            default -> AUTHOR;
        };
    }

    private static Outcome set(Breach breach, Value value) {
        return one(Change.set(Change.steps(breach.field()), value));
    }

    private static Outcome one(Change change) {
        return new Outcome.Remedies(List.of(List.of(change)));
    }

    private static boolean needsPrivilege(Breach breach) {
        var container = breach.container();
        boolean privileged =
                container.map(one -> Fields.isTrue(one.security("privileged"))).orElse(false);
        var added = container
                .flatMap(one -> Fields.mapping(one.node(), "securityContext"))
                .flatMap(context -> Fields.mapping(context, "capabilities"))
                .map(capabilities -> Fields.items(capabilities, "add"))
                .orElse(List.of());
        return privileged
                || added.stream()
                        .anyMatch(item -> item instanceof Node.Text(var name, var _)
                                && List.of("SYS_ADMIN", "CAP_SYS_ADMIN").contains(name));
    }

    /// The container's own user, else the pod's.
    private static boolean runsAsRoot(Breach breach, Node.Mapping object) {
        int context = breach.field().lastIndexOf(SECURITY);
        if (context < 0) {
            return true;
        }
        var own = breach.container().flatMap(container -> container.security("runAsUser"));
        var ofPod = at(object, Change.steps(podPath(breach) + SECURITY + "runAsUser"));
        return own.or(() -> ofPod)
                .filter(user -> user instanceof Node.Number(var literal, var _) && literal.equals("0"))
                .isPresent();
    }

    /// `spec.template.spec` of `spec.template.spec.containers[0]…`.
    private static String podPath(Breach breach) {
        for (var kind : Container.Kind.values()) {
            int list = breach.field().indexOf("." + kind.field() + "[");
            if (list >= 0) {
                return breach.field().substring(0, list);
            }
        }
        int context = breach.field().indexOf(SECURITY);
        return context < 0 ? breach.field() : breach.field().substring(0, context);
    }

    private static Outcome capabilities(Breach breach) {
        if (!breach.field().endsWith(".capabilities.drop")) {
            return AUTHOR;
        }
        var path = Change.steps(breach.field());
        var changes = new ArrayList<Change>();
        for (var name : breach.wanted().split(", ")) {
            changes.add(Change.add(path, new Value.Word(name)));
        }
        return new Outcome.Remedies(List.of(changes));
    }

    private static Outcome profile(Breach breach) {
        if (breach.field().endsWith("Profile")) {
            return set(breach, new Value.Fields(List.of(new Field("type", RUNTIME_DEFAULT))));
        }
        if (breach.field().endsWith("Profile.type")) {
            return set(breach, RUNTIME_DEFAULT);
        }
        return AUTHOR;
    }

    /// Read-only, with an empty directory at every place that the policy declares writable and the container has not
    /// mounted anything at; where that cannot be, read-only alone.
    private static Outcome readOnlyRoot(Finding finding, Node.Mapping object, Snapshot snapshot) {
        var breach = finding.breach();
        var flag = Change.set(Change.steps(breach.field()), TRUE);
        var mounts = breach.container()
                .map(container -> mounts(finding, container, object, snapshot))
                .orElse(List.of());
        if (mounts.isEmpty()) {
            return one(flag);
        }
        var all = new ArrayList<Change>();
        all.add(flag);
        all.addAll(mounts);
        return new Outcome.Remedies(List.of(all, List.of(flag)));
    }

    private static List<Change> mounts(Finding finding, Container container, Node.Mapping object, Snapshot snapshot) {
        var declared = snapshot.policies().stream()
                .filter(policy -> policy.name().equals(finding.policy()))
                .flatMap(policy -> policy.admission().stream())
                .flatMap(section -> section.writable().stream())
                .filter(writable -> writable.backing()
                        .map(kinds -> kinds.contains("emptyDir"))
                        .orElse(true))
                .map(AdmissionSection.Writable::paths)
                .flatMap(Optional::stream)
                .flatMap(List::stream)
                .distinct()
                .toList();
        var changes = new ArrayList<Change>();
        var volumes = Change.steps(podPath(finding.breach()) + ".volumes");
        for (var path : declared) {
            if (!isMounted(container, path)) {
                var name = volumeName(path);
                if (!hasVolume(object, volumes, name)) {
                    changes.add(Change.add(
                            volumes,
                            new Value.Fields(List.of(
                                    new Field("name", new Value.Word(name)),
                                    new Field("emptyDir", new Value.Fields(List.of()))))));
                }
                changes.add(Change.add(
                        Change.steps(containerPath(finding.breach()) + ".volumeMounts"),
                        new Value.Fields(List.of(
                                new Field("name", new Value.Word(name)),
                                new Field("mountPath", new Value.Word(path))))));
            }
        }
        return changes;
    }

    private static String containerPath(Breach breach) {
        return breach.field().substring(0, breach.field().lastIndexOf(SECURITY));
    }

    private static boolean isMounted(Container container, String path) {
        return Fields.mappings(container.node(), "volumeMounts").stream()
                .flatMap(mount -> Fields.text(mount, "mountPath").stream())
                .anyMatch(at -> covers(at, path));
    }

    /// At the path, above it or below it: another mount would hide one of the two.
    private static boolean covers(String mounted, String path) {
        var at = mounted.endsWith("/") ? mounted : mounted + "/";
        var wanted = path + "/";
        return wanted.startsWith(at) || at.startsWith(wanted);
    }

    private static boolean hasVolume(Node.Mapping object, List<Object> volumes, String name) {
        return at(object, volumes)
                .filter(node -> node instanceof Node.Sequence(var items, var _)
                        && items.stream()
                                .anyMatch(item -> item instanceof Node.Mapping volume
                                        && Fields.text(volume, "name").equals(Optional.of(name))))
                .isPresent();
    }

    /// `writable-var-cache-nginx`, at most 63 characters.
    private static String volumeName(String path) {
        var name = ("writable" + path.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-")).replaceAll("-+$", "");
        return name.length() <= 63 ? name : name.substring(0, 63).replaceAll("-+$", "");
    }

    static Optional<Node> at(Node node, List<Object> path) {
        var at = Optional.of(node);
        for (var step : path) {
            at = at.flatMap(one -> switch (one) {
                case Node.Mapping mapping when step instanceof String key -> mapping.get(key);
                case Node.Sequence(var items, var _)
                when step instanceof Integer place && place < items.size() -> Optional.of(items.get(place));
                default -> Optional.empty();
            });
        }
        return at;
    }
}
