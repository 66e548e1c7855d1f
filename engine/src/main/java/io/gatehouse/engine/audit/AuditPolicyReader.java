// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// From a document to a policy, or to everything that an API server would refuse in it.
final class AuditPolicyReader {
    private static final List<String> POLICY_KEYS =
            List.of("apiVersion", "kind", "metadata", "omitStages", "omitManagedFields", "rules");
    private static final List<String> RULE_KEYS = List.of(
            "level",
            "users",
            "userGroups",
            "verbs",
            "resources",
            "namespaces",
            "nonResourceURLs",
            "omitStages",
            "omitManagedFields");
    private static final List<String> RESOURCES_KEYS = List.of("group", "resources", "resourceNames");
    private static final String VERSION = "audit.k8s.io/v1";

    private final SourceText file;
    private final List<Diagnostic> diagnostics = new ArrayList<>();

    AuditPolicyReader(SourceText file) {
        this.file = file;
    }

    List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    Optional<AuditPolicy> read() {
        var reading = YamlReader.read(file);
        diagnostics.addAll(reading.diagnostics());
        if (!diagnostics.isEmpty()) {
            return Optional.empty();
        }
        if (reading.documents().size() != 1 || !(reading.documents().getFirst() instanceof Node.Mapping policy)) {
            diagnostics.add(Code.AUDIT_NO_POLICY.at(
                    new Span(file, 1, 1, 1),
                    "the file holds " + reading.documents().size() + " documents, not one policy"));
            return Optional.empty();
        }
        return Optional.of(policy(policy));
    }

    private AuditPolicy policy(Node.Mapping policy) {
        checkKeys(policy, POLICY_KEYS);
        expect(policy, "apiVersion", VERSION);
        expect(policy, "kind", "Policy");
        var stages = stages(policy);
        var rules = new ArrayList<AuditRule>();
        for (var item : items(policy, "rules")) {
            if (item instanceof Node.Mapping rule) {
                rules.add(rule(rule, stages));
            } else {
                diagnostics.add(Code.AUDIT_WRONG_VALUE.at(item.span(), "a rule is a mapping"));
            }
        }
        if (rules.isEmpty() && diagnostics.isEmpty()) {
            diagnostics.add(Code.AUDIT_NO_POLICY.at(policy.span(), "the policy has no rule"));
        }
        return new AuditPolicy(rules);
    }

    private void expect(Node.Mapping policy, String key, String value) {
        var found = policy.get(key);
        if (found.isEmpty()) {
            diagnostics.add(Code.AUDIT_NO_POLICY.at(policy.span(), "'" + key + ": " + value + "' is missing"));
        } else if (!(found.get() instanceof Node.Text(var text, var _)) || !text.equals(value)) {
            diagnostics.add(Code.AUDIT_NO_POLICY.at(found.get().span(), "'" + key + "' must be " + value));
        }
    }

    private AuditRule rule(Node.Mapping rule, Set<String> stages) {
        checkKeys(rule, RULE_KEYS);
        var level = level(rule);
        var resources = new ArrayList<AuditRule.Resources>();
        for (var item : items(rule, "resources")) {
            if (item instanceof Node.Mapping each) {
                resources.add(resources(each));
            } else {
                diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                        item.span(), "resources are given by group", "write '- {group: \"\", resources: [pods]}'"));
            }
        }
        var paths = texts(rule, "nonResourceURLs");
        var namespaces = texts(rule, "namespaces");
        rule.get("nonResourceURLs")
                .ifPresent(node -> checkPaths(node, paths, !resources.isEmpty() || !namespaces.isEmpty()));
        var omitted = new LinkedHashSet<>(stages);
        omitted.addAll(stages(rule));
        return new AuditRule(
                level,
                texts(rule, "users"),
                texts(rule, "userGroups"),
                texts(rule, "verbs"),
                namespaces,
                resources,
                paths,
                omitted,
                rule.span());
    }

    private AuditLevel level(Node.Mapping rule) {
        var node = rule.get("level");
        if (node.isEmpty()) {
            diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                    rule.span(), "the rule has no level", "write one of " + String.join(", ", AuditLevel.words())));
            return AuditLevel.NONE;
        }
        var level =
                node.get() instanceof Node.Text(var text, var _) ? AuditLevel.of(text) : Optional.<AuditLevel>empty();
        if (level.isEmpty()) {
            diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                    node.get().span(),
                    "no such level",
                    "write one of " + String.join(", ", AuditLevel.words()) + ", with these capitals"));
        }
        return level.orElse(AuditLevel.NONE);
    }

    private AuditRule.Resources resources(Node.Mapping each) {
        checkKeys(each, RESOURCES_KEYS);
        var group = each.get("group").map(node -> text(node)).orElse("");
        if (group.equals("core")) {
            diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                    each.get("group").orElseThrow().span(),
                    "there is no API group 'core'",
                    "the group of pods, secrets and their like has the empty name: group: \"\""));
        }
        var kinds = texts(each, "resources");
        var names = texts(each, "resourceNames");
        if (!names.isEmpty() && kinds.isEmpty()) {
            diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                    each.get("resourceNames").orElseThrow().span(),
                    "names of objects without their resource",
                    "name the resource too"));
        }
        return new AuditRule.Resources(group, kinds, names);
    }

    private void checkPaths(Node node, Set<String> paths, boolean asksResource) {
        if (asksResource) {
            diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                    node.span(),
                    "a request is about a path or about a resource, so this rule covers nothing",
                    "make two rules of it"));
        }
        for (var path : paths) {
            int star = path.indexOf('*');
            if (!path.equals("*") && (!path.startsWith("/") || star >= 0 && star < path.length() - 1)) {
                diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                        node.span(), "'" + path + "' is no path", "begin it with '/'; '*' may stand at its end only"));
            }
        }
    }

    private Set<String> stages(Node.Mapping of) {
        var stages = texts(of, "omitStages");
        for (var stage : stages) {
            if (!AuditPolicy.STAGES.contains(stage)) {
                diagnostics.add(Code.AUDIT_WRONG_VALUE.at(
                        of.get("omitStages").orElseThrow().span(),
                        "there is no stage '" + stage + "'",
                        "the stages are " + String.join(", ", AuditPolicy.STAGES)));
            }
        }
        return stages;
    }

    // ---- values

    private void checkKeys(Node.Mapping mapping, List<String> known) {
        for (var entry : mapping.entries()) {
            if (!known.contains(entry.key())) {
                var meant = Spelling.nearest(entry.key(), known);
                diagnostics.add(Code.AUDIT_UNKNOWN_KEY.at(
                        entry.keySpan(),
                        "unknown key '" + entry.key() + "'",
                        meant == null ? "known here: " + String.join(", ", known) : "did you mean '" + meant + "'?"));
            }
        }
    }

    private List<Node> items(Node.Mapping of, String key) {
        return switch (of.get(key).orElse(null)) {
            case null -> List.of();
            case Node.Null _ -> List.of();
            case Node.Sequence(var items, var _) -> items;
            case Node other -> {
                diagnostics.add(Code.AUDIT_WRONG_VALUE.at(other.span(), "'" + key + "' is a list"));
                yield List.of();
            }
        };
    }

    private Set<String> texts(Node.Mapping of, String key) {
        var texts = new LinkedHashSet<String>();
        items(of, key).forEach(item -> texts.add(text(item)));
        return texts;
    }

    private String text(Node node) {
        if (node instanceof Node.Text(var text, var _)) {
            return text;
        }
        diagnostics.add(Code.AUDIT_WRONG_VALUE.at(node.span(), "a text is expected here"));
        return "";
    }
}
