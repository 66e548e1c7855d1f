// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import java.util.ArrayList;
import java.util.List;

/// Which requests a list of `rules` is about, as the API server matches them: a resource does not cover its
/// subresources, and neither does `*`.
record RuleSpace(List<Node.Mapping> rules) {
    /// One kind of request.
    record Request(String group, String version, String resource, String operation) {
        @Override
        public String toString() {
            return operation + " " + resource + (group.isEmpty() ? "" : "." + group);
        }
    }

    /// What brings in containers, and the ways into those that run.
    static final List<Request> WANTED = wanted(List.of());

    /// The same, with the kinds that policies name.
    static List<Request> wanted(List<WorkloadKind> named) {
        var wanted = new ArrayList<Request>();
        for (var bearer : Bearer.all(named)) {
            for (var operation : List.of("CREATE", "UPDATE")) {
                wanted.add(new Request(bearer.group(), bearer.version(), bearer.resource(), operation));
            }
        }
        wanted.add(new Request("", "v1", "pods/ephemeralcontainers", "UPDATE"));
        wanted.add(new Request("", "v1", "pods/resize", "UPDATE"));
        for (var way : List.of("pods/exec", "pods/attach", "pods/portforward")) {
            wanted.add(new Request("", "v1", way, "CONNECT"));
        }
        return List.copyOf(wanted);
    }

    boolean covers(Request request) {
        return rules.stream().anyMatch(rule -> covers(rule, request));
    }

    /// Versions are left to `matchPolicy`, which is a finding of its own.
    private static boolean covers(Node.Mapping rule, Request request) {
        return names(rule, "apiGroups", request.group())
                && names(rule, "operations", request.operation())
                && Trees.texts(rule, "resources").stream().anyMatch(pattern -> covers(pattern, request.resource()))
                && !Fields.text(rule, "scope").orElse("*").equals("Cluster");
    }

    private static boolean names(Node.Mapping rule, String field, String wanted) {
        var names = Trees.texts(rule, field);
        return names.contains("*") || names.contains(wanted);
    }

    static boolean covers(String pattern, String resource) {
        if (pattern.equals("*/*") || pattern.equals(resource)) {
            return true;
        }
        int slash = resource.indexOf('/');
        if (slash < 0) {
            return pattern.equals("*");
        }
        return pattern.equals(resource.substring(0, slash) + "/*") || pattern.equals("*" + resource.substring(slash));
    }
}
