// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.floor;

import java.util.List;
import java.util.Optional;

/// One ValidatingAdmissionPolicy and its binding.
///
/// @param rules what it is asked about
/// @param namespaces where; absent for what belongs to none
/// @param conditions all must hold, else the request is not its business
public record StaticPolicy(
        String name,
        List<Rule> rules,
        Optional<Namespaces> namespaces,
        List<String> conditions,
        List<Variable> variables,
        List<Validation> validations) {
    public record Rule(String group, List<String> operations, List<String> resources) {}

    /// @param operator `In` or `NotIn`
    public record Namespaces(String operator, List<String> names) {}

    public record Variable(String name, String expression) {}

    /// @param expression refuses where it does not hold
    public record Validation(String expression, String message) {}

    public StaticPolicy {
        rules = List.copyOf(rules);
        conditions = List.copyOf(conditions);
        variables = List.copyOf(variables);
        validations = List.copyOf(validations);
    }

    static StaticPolicy ofPods(
            String name,
            List<Rule> rules,
            List<String> excluded,
            List<String> conditions,
            List<Variable> variables,
            List<Validation> validations) {
        return new StaticPolicy(
                name, rules, Optional.of(new Namespaces("NotIn", excluded)), conditions, variables, validations);
    }

    String text() {
        var out = new StringBuilder(
                "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n");
        metadata(out);
        out.append("spec:\n  failurePolicy: Fail\n  matchConstraints:\n    matchPolicy: Equivalent\n");
        selector(out, "    ");
        // By version, or the API server does not compare the expressions with the types; 'Equivalent' covers the
        // others.
        out.append("    resourceRules:\n");
        for (var rule : rules) {
            out.append("      - {apiGroups: [")
                    .append(quoted(rule.group()))
                    .append("], apiVersions: [v1], operations: [")
                    .append(String.join(", ", rule.operations()))
                    .append("], resources: [")
                    .append(String.join(", ", rule.resources()))
                    .append("]}\n");
        }
        if (!conditions.isEmpty()) {
            out.append("  matchConditions:\n");
            int number = 0;
            for (var condition : conditions) {
                out.append("    - name: condition-").append(++number).append('\n');
                out.append("      expression: ").append(quoted(condition)).append('\n');
            }
        }
        if (!variables.isEmpty()) {
            out.append("  variables:\n");
            for (var variable : variables) {
                out.append("    - name: ").append(variable.name()).append('\n');
                out.append("      expression: ")
                        .append(quoted(variable.expression()))
                        .append('\n');
            }
        }
        out.append("  validations:\n");
        for (var validation : validations) {
            out.append("    - expression: ")
                    .append(quoted(validation.expression()))
                    .append('\n');
            out.append("      message: ").append(quoted(validation.message())).append('\n');
            out.append("      reason: Invalid\n");
        }
        out.append("---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n");
        metadata(out);
        out.append("spec:\n  policyName: ").append(name).append("\n  validationActions: [Deny]\n");
        return out.toString();
    }

    private void metadata(StringBuilder out) {
        out.append("metadata:\n  name: ")
                .append(name)
                .append("\n  labels: {app.kubernetes.io/managed-by: gatehouse}\n");
    }

    private void selector(StringBuilder out, String indent) {
        namespaces.ifPresent(where -> out.append(indent)
                .append("namespaceSelector:\n")
                .append(indent)
                .append("  matchExpressions:\n")
                .append(indent)
                .append("    - {key: kubernetes.io/metadata.name, operator: ")
                .append(where.operator())
                .append(", values: [")
                .append(String.join(", ", where.names()))
                .append("]}\n"));
    }

    /// Double quotes: any text, in one line.
    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> out.appendCodePoint(point);
            }
        });
        return out.append('"').toString();
    }
}
