// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.floor;

import io.gatehouse.admission.pod.Bearer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What stands where the gate cannot: in the namespaces it leaves out only the cluster itself and its administrators
/// bring in pods or go into them, and only administrators change the gate's registration.
///
/// The API server asks no such policy about such policies and their bindings; who may write those is a matter of roles.
final class Guards {
    /// Who runs the cluster.
    private static final List<String> GROUPS = List.of("system:masters", "system:nodes");

    private static final List<String> USERS =
            List.of("system:apiserver", "system:kube-controller-manager", "system:kube-scheduler");

    private Guards() {}

    static List<StaticPolicy> of(List<String> namespaces, List<String> administrators) {
        var rules = new ArrayList<StaticPolicy.Rule>();
        for (var bearer : Bearer.ALL) {
            rules.add(new StaticPolicy.Rule(bearer.group(), List.of("CREATE", "UPDATE"), List.of(bearer.resource())));
        }
        rules.add(new StaticPolicy.Rule("", List.of("UPDATE"), List.of("pods/ephemeralcontainers")));
        rules.add(
                new StaticPolicy.Rule("", List.of("CONNECT"), List.of("pods/exec", "pods/attach", "pods/portforward")));
        var trusted = trusted(administrators)
                + namespaces.stream()
                        .map(one -> " || request.userInfo.username.startsWith("
                                + Cel.text("system:serviceaccount:" + one + ":") + ")")
                        .reduce("", String::concat);
        var registration = new StaticPolicy(
                "gatehouse-guard-registration",
                List.of(
                        new StaticPolicy.Rule(
                                "admissionregistration.k8s.io",
                                List.of("CREATE", "UPDATE", "DELETE"),
                                List.of("validatingwebhookconfigurations")),
                        new StaticPolicy.Rule(
                                "apiextensions.k8s.io",
                                List.of("UPDATE", "DELETE"),
                                List.of("customresourcedefinitions"))),
                Optional.empty(),
                List.of("request.name == 'gatehouse' || request.name.endsWith('.gatehouse.io')"),
                List.of(),
                List.of(new StaticPolicy.Validation(
                        trusted(administrators),
                        "gatehouse guard: only administrators of the cluster change the gate's registration")));
        return List.of(
                new StaticPolicy(
                        "gatehouse-guard-namespaces",
                        rules,
                        Optional.of(new StaticPolicy.Namespaces("In", namespaces)),
                        List.of(),
                        List.of(),
                        List.of(new StaticPolicy.Validation(
                                trusted,
                                "gatehouse guard: the gate is not asked here, so only the cluster itself and its"
                                        + " administrators bring in pods or go into them"))),
                registration);
    }

    private static String trusted(List<String> administrators) {
        var groups = new ArrayList<>(GROUPS);
        groups.addAll(administrators);
        return "(has(request.userInfo.groups) && request.userInfo.groups.exists(g, g in " + Cel.list(groups)
                + ")) || request.userInfo.username in " + Cel.list(USERS);
    }
}
