// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.doctor.ClusterObjects.Found;
import io.gatehouse.admission.doctor.Rights.Right;
import io.gatehouse.admission.doctor.Rights.Within;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;

/// What roles and bindings give the gate, worked out from the objects, so that nobody's own rights are needed but to
/// read them.
final class RightsChecks {
    private RightsChecks() {}

    static void check(ClusterObjects objects, String account, String namespace, List<Diagnostic> holes) {
        if (!objects.knows("ClusterRole") || !objects.knows("ClusterRoleBinding")) {
            return;
        }
        var everywhere = rules(objects, "ClusterRoleBinding", account, namespace, "");
        var own = new ArrayList<>(everywhere);
        own.addAll(rules(objects, "RoleBinding", account, namespace, namespace));
        for (var right : Rights.WANTED) {
            var given = right.within() == Within.CLUSTER ? everywhere : own;
            var missing = right.verbs().stream()
                    .filter(verb -> given.stream().noneMatch(rule -> gives(rule, right, verb)))
                    .toList();
            if (!missing.isEmpty()) {
                holes.add(Code.RIGHT_MISSING.at(
                        ClusterDoctor.nowhere(),
                        namespace + "/" + account + " may not " + String.join(", ", missing) + " " + right.resource()
                                + (right.group().isEmpty() ? "" : "." + right.group()) + ": " + right.why()));
            }
        }
    }

    private static List<Node.Mapping> rules(
            ClusterObjects objects, String bindings, String account, String namespace, String bindingNamespace) {
        var rules = new ArrayList<Node.Mapping>();
        for (var binding : objects.of(bindings)) {
            if (!binding.namespace().equals(bindingNamespace) || !names(binding, account, namespace)) {
                continue;
            }
            Fields.mapping(binding.object(), "roleRef").ifPresent(reference -> {
                var kind = Fields.text(reference, "kind").orElse("");
                var name = Fields.text(reference, "name").orElse("");
                objects.of(kind).stream()
                        .filter(role -> role.name().equals(name)
                                && (kind.equals("ClusterRole")
                                        || role.namespace().equals(bindingNamespace)))
                        .forEach(role -> rules.addAll(Trees.mappings(role.object(), "rules")));
            });
        }
        return rules;
    }

    private static boolean names(Found binding, String account, String namespace) {
        return Trees.mappings(binding.object(), "subjects").stream().anyMatch(subject -> {
            var name = Fields.text(subject, "name").orElse("");
            return switch (Fields.text(subject, "kind").orElse("")) {
                case "ServiceAccount" ->
                    name.equals(account)
                            && Fields.text(subject, "namespace").orElse("").equals(namespace);
                case "User" -> name.equals("system:serviceaccount:" + namespace + ":" + account);
                case "Group" ->
                    name.equals("system:authenticated")
                            || name.equals("system:serviceaccounts")
                            || name.equals("system:serviceaccounts:" + namespace);
                default -> false;
            };
        });
    }

    private static boolean gives(Node.Mapping rule, Right right, String verb) {
        return (Trees.texts(rule, "apiGroups").contains("*")
                        || Trees.texts(rule, "apiGroups").contains(right.group()))
                && (Trees.texts(rule, "verbs").contains("*")
                        || Trees.texts(rule, "verbs").contains(verb))
                && Trees.items(rule, "resourceNames").isEmpty()
                && Trees.texts(rule, "resources").stream()
                        .anyMatch(pattern -> pattern.equals("*") || RuleSpace.covers(pattern, right.resource()));
    }
}
