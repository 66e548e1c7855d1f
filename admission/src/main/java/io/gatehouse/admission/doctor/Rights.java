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
        wanted.add(right("", "namespaces", List.of("get"), "what is reported lies in a namespace that is still there"));
        wanted.add(right("events.k8s.io", "events", List.of("create"), "denials are told"));
        wanted.add(right("openreports.io", "reports", List.of("list", "patch", "delete"), "what the scan found"));
        wanted.add(right("wgpolicyk8s.io", "policyreports", List.of("list", "patch", "delete"), "what the scan found"));
        wanted.add(new Right(
                "coordination.k8s.io",
                "leases",
                List.of("get", "create", "update", "patch"),
                Within.OWN_NAMESPACE,
                "one replica scans and writes"));
        return List.copyOf(wanted);
    }

    private static Right right(String group, String resource, List<String> verbs, String why) {
        return new Right(group, resource, verbs, Within.CLUSTER, why);
    }
}
