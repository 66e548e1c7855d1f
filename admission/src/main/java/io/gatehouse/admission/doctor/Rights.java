// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.schemas.policy.PolicyResource;
import java.util.ArrayList;
import java.util.List;

/// What the gate must be allowed in a cluster to follow policies there, write their status, scan, report and tell.
/// One table: the roles in `deploy` and the doctor's check are made from it.
public final class Rights {
    /// @param within in its own namespace alone
    /// @param why what it is for
    public record Right(String group, String resource, List<String> verbs, Within within, String why) {}

    public enum Within {
        CLUSTER,
        OWN_NAMESPACE
    }

    public static final List<Right> WANTED = wanted();

    private Rights() {}

    private static List<Right> wanted() {
        var read = List.of("get", "list", "watch");
        var wanted = new ArrayList<Right>();
        for (var resource : PolicyResource.values()) {
            wanted.add(right(PolicyResource.GROUP, resource.plural(), read, "policies are followed"));
            wanted.add(right(PolicyResource.GROUP, resource.plural() + "/status", List.of("patch"), "their status"));
        }
        for (var bearer : Bearer.ALL) {
            wanted.add(right(bearer.group(), bearer.resource(), List.of("list"), "what runs is scanned"));
        }
        wanted.add(right("", "namespaces", read, "labels of namespaces count"));
        wanted.add(right(
                PolicyResource.GROUP,
                "nodereports",
                List.of("list", "delete"),
                "what nodes say of themselves is summed up"));
        wanted.add(right("events.k8s.io", "events", List.of("create"), "denials are told"));
        wanted.add(right(
                "openreports.io", "reports", List.of("list", "create", "patch", "delete"), "what the scan found"));
        wanted.add(right(
                "wgpolicyk8s.io",
                "policyreports",
                List.of("list", "create", "patch", "delete"),
                "what the scan found"));
        wanted.add(new Right(
                "coordination.k8s.io",
                "leases",
                List.of("get", "create", "update", "patch"),
                Within.OWN_NAMESPACE,
                "one replica scans and writes"));
        return List.copyOf(wanted);
    }

    /// The roles that give all this and nothing more, in YAML for `kubectl apply`.
    public static String roles(String namespace, String account) {
        var out = new StringBuilder();
        for (var within : Within.values()) {
            var kind = within == Within.CLUSTER ? "ClusterRole" : "Role";
            var place = within == Within.CLUSTER ? "" : "\n  namespace: " + namespace;
            out.append(out.isEmpty() ? "" : "---\n");
            out.append("apiVersion: rbac.authorization.k8s.io/v1\nkind: ").append(kind);
            out.append("\nmetadata:\n  name: ").append(account).append(place).append("\nrules:\n");
            for (var right : WANTED) {
                if (right.within() == within) {
                    out.append("  # ").append(right.why()).append("\n  - apiGroups: [\"");
                    out.append(right.group()).append("\"]\n    resources: [").append(right.resource());
                    out.append("]\n    verbs: [")
                            .append(String.join(", ", right.verbs()))
                            .append("]\n");
                }
            }
            out.append("---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ")
                    .append(kind)
                    .append("Binding");
            out.append("\nmetadata:\n  name: ").append(account).append(place);
            out.append("\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ")
                    .append(kind);
            out.append("\n  name: ").append(account).append("\nsubjects:\n  - kind: ServiceAccount\n    name: ");
            out.append(account).append("\n    namespace: ").append(namespace).append('\n');
        }
        return out.toString();
    }

    private static Right right(String group, String resource, List<String> verbs, String why) {
        return new Right(group, resource, verbs, Within.CLUSTER, why);
    }
}
