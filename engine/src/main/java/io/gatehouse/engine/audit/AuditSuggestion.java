// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What rules over audit events need in the log, and the smallest audit policy that writes it.
public final class AuditSuggestion {
    /// Groups of what rules name without one, by resource; everything else is in a group that only its author knows.
    private static final Map<String, List<String>> GROUPS = Map.of(
            "",
                    List.of(
                            "pods",
                            "secrets",
                            "configmaps",
                            "services",
                            "namespaces",
                            "serviceaccounts",
                            "nodes",
                            "events",
                            "endpoints",
                            "persistentvolumes",
                            "persistentvolumeclaims",
                            "replicationcontrollers",
                            "podtemplates",
                            "limitranges",
                            "resourcequotas",
                            "bindings",
                            "*"),
            "apps", List.of("deployments", "daemonsets", "statefulsets", "replicasets", "controllerrevisions"),
            "batch", List.of("jobs", "cronjobs"),
            "rbac.authorization.k8s.io", List.of("roles", "clusterroles", "rolebindings", "clusterrolebindings"),
            "networking.k8s.io", List.of("networkpolicies", "ingresses", "ingressclasses"),
            "policy", List.of("poddisruptionbudgets"),
            "certificates.k8s.io", List.of("certificatesigningrequests"),
            "admissionregistration.k8s.io",
                    List.of(
                            "validatingwebhookconfigurations", "mutatingwebhookconfigurations",
                            "validatingadmissionpolicies", "validatingadmissionpolicybindings"),
            "apiextensions.k8s.io", List.of("customresourcedefinitions"),
            "authentication.k8s.io", List.of("tokenreviews"));

    private final List<Rule> rules;
    private final RuleSet set;

    private AuditSuggestion(RuleSet set) {
        this.set = set;
        this.rules = set.rules().stream()
                .filter(rule -> rule.enabled() && rule.source() == Source.K8S_AUDIT)
                .toList();
    }

    /// @return empty where the rules ask for no audit event
    public static String of(RuleSet rules) {
        var suggestion = new AuditSuggestion(rules);
        return suggestion.rules.isEmpty() ? "" : suggestion.text();
    }

    /// Where a policy writes less than rules need.
    public static List<Diagnostic> shortfalls(AuditPolicy policy, RuleSet rules) {
        var found = new ArrayList<Diagnostic>();
        for (var rule : new AuditSuggestion(rules).rules) {
            var level = AuditNeeds.level(rule.condition());
            AuditNeeds.of(rule.condition()).stream()
                    .flatMap(need -> samples(need).stream())
                    .filter(request -> policy.answer(request).level().compareTo(level) < 0)
                    .findFirst()
                    .ifPresent(request -> found.add(tooLittle(policy, rule, level, request)));
        }
        return found;
    }

    private static Diagnostic tooLittle(AuditPolicy policy, Rule rule, AuditLevel level, AuditRequest request) {
        var answer = policy.answer(request);
        var about = request.about() instanceof AuditRequest.Resource resource ? resource.combined() : "paths";
        return Code.AUDIT_TOO_LITTLE.at(
                answer.rule().map(AuditRule::span).orElse(rule.span()),
                "'" + request.verb() + " " + about + "' is written at "
                        + answer.level().word() + ", and rule '" + rule.name() + "' needs " + level.word());
    }

    /// One request for each verb and kind that is named; where anything will do, a usual one.
    private static List<AuditRequest> samples(AuditNeed need) {
        var samples = new ArrayList<AuditRequest>();
        for (var verb : need.verbs().isEmpty() ? Set.of("create") : need.verbs()) {
            for (var kind : need.isAboutAnything() ? Set.of("pods") : need.kinds()) {
                int slash = kind.indexOf('/');
                var resource = slash < 0 ? kind : kind.substring(0, slash);
                var subresource = slash < 0 ? "" : kind.substring(slash + 1);
                var named = resource.equals("*") ? "pods" : resource;
                samples.add(new AuditRequest(
                        "somebody",
                        List.of(),
                        verb,
                        new AuditRequest.Resource(
                                group(named), named, subresource.equals("*") ? "status" : subresource, "default", "")));
            }
        }
        return samples;
    }

    private static String group(String resource) {
        return GROUPS.entrySet().stream()
                .filter(entry -> entry.getValue().contains(resource))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    // ---- the policy

    private record Key(AuditLevel level, List<String> verbs) {}

    private String text() {
        var kinds = new TreeMap<Key, Set<String>>(Comparator.comparing(Key::level)
                .reversed()
                .thenComparing(key -> key.verbs().isEmpty())
                .thenComparing(key -> String.join(",", key.verbs())));
        var anything = new TreeMap<AuditLevel, Set<String>>(Comparator.reverseOrder());
        for (var rule : rules) {
            var level = AuditNeeds.level(rule.condition());
            for (var need : AuditNeeds.of(rule.condition())) {
                if (need.isAboutAnything()) {
                    anything.computeIfAbsent(level, _ -> new TreeSet<>()).addAll(all(need.verbs()));
                } else {
                    var key = new Key(level, need.verbs().stream().sorted().toList());
                    kinds.computeIfAbsent(key, _ -> new TreeSet<>()).addAll(need.kinds());
                }
            }
        }
        kinds.keySet().removeIf(key -> isWrittenAnyway(key, anything));
        return print(kinds, anything);
    }

    private static boolean isWrittenAnyway(Key key, Map<AuditLevel, Set<String>> anything) {
        return anything.entrySet().stream()
                .anyMatch(entry -> entry.getKey().compareTo(key.level()) >= 0
                        && (entry.getValue().contains("*")
                                || !key.verbs().isEmpty() && entry.getValue().containsAll(key.verbs())));
    }

    /// No verb means all of them, and stays so among others.
    private static Collection<String> all(Set<String> verbs) {
        return verbs.isEmpty() ? Set.of("*") : verbs;
    }

    private String print(Map<Key, Set<String>> kinds, Map<AuditLevel, Set<String>> anything) {
        var out = new StringBuilder("# What " + rules.size() + " rules need of the audit log, and no more.\n");
        untold().forEach(line -> out.append("# ").append(line).append('\n'));
        out.append("apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n");
        for (var level : List.of(AuditLevel.REQUEST_RESPONSE, AuditLevel.REQUEST, AuditLevel.METADATA)) {
            kinds.forEach((key, of) -> {
                if (key.level() == level) {
                    rule(out, level, key.verbs(), of);
                }
            });
            if (anything.containsKey(level)) {
                var verbs = anything.get(level);
                rule(out, level, verbs.contains("*") ? List.of() : List.copyOf(verbs), Set.of());
            }
        }
        boolean takesAll = anything.values().stream().anyMatch(verbs -> verbs.contains("*"));
        return (takesAll ? out : out.append("  - level: None\n")).toString();
    }

    private static void rule(StringBuilder out, AuditLevel level, List<String> verbs, Set<String> kinds) {
        out.append("  - level: ").append(level.word()).append('\n');
        if (!verbs.isEmpty()) {
            out.append("    verbs: [").append(String.join(", ", verbs)).append("]\n");
        }
        if (kinds.isEmpty()) {
            return;
        }
        out.append("    resources:\n");
        var byGroup = kinds.stream()
                .collect(Collectors.groupingBy(
                        kind -> group(kind.contains("/") ? kind.substring(0, kind.indexOf('/')) : kind),
                        TreeMap::new,
                        Collectors.toList()));
        byGroup.forEach((group, of) -> out.append("      - {group: \"")
                .append(group)
                .append("\", resources: [")
                .append(of.stream().map(AuditSuggestion::quoted).collect(Collectors.joining(", ")))
                .append("]}\n"));
    }

    private static String quoted(String kind) {
        return kind.contains("*") ? "\"" + kind + "\"" : kind;
    }

    /// Fields of outputs that need more than any condition does: they are printed as `<NA>`, and no rule stays silent.
    private List<String> untold() {
        var untold = new TreeSet<String>();
        for (var rule : rules) {
            var level = AuditNeeds.level(rule.condition());
            for (var use : set.details().get(rule.name()).format().fields()) {
                if (AuditNeeds.level(use.field()).compareTo(level) > 0) {
                    untold.add(use.key() + " (" + AuditNeeds.level(use.field()).word() + ")");
                }
            }
        }
        return untold.isEmpty()
                ? List.of()
                : List.of("Outputs also name what is left out here and printed as <NA>: " + String.join(", ", untold));
    }
}
