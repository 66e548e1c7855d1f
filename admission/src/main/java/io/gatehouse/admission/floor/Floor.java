// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.floor;

import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.Way;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Setting;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.lang.reflect.RecordComponent;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// What the API server can keep without the gate.
///
/// @param policies one for each part of a policy that can be said, and the guards
/// @param losses what cannot be said, and why
public record Floor(List<StaticPolicy> policies, List<Loss> losses) {
    public Floor {
        policies = List.copyOf(policies);
        losses = List.copyOf(losses);
    }

    /// @param part of the policy document
    public record Loss(String policy, String part, String why) {}

    private static final String VARIABLES_OF = "Old";

    /// Parts of `admission` that are said below; every other one that asks something is told as a loss.
    private static final Set<String> SAID =
            Set.of("readOnlyRootFilesystem", "forbiddenMounts", "privilege", "interactive");

    private static final Set<String> SAID_PRIVILEGES = Set.of("settings", "relaxed");

    /// Settings of the whole pod that may be left out or false.
    private static final List<Setting> SHARED =
            List.of(Setting.HOST_PID, Setting.HOST_IPC, Setting.HOST_NETWORK, Setting.SHARE_PROCESS_NAMESPACE);

    private static final Set<Way> SAID_WAYS = Set.of(Way.EXEC, Way.ATTACH, Way.EPHEMERAL_CONTAINERS);

    /// No field can be asked for by these as they are.
    private static final Set<String> CEL_WORDS = Set.of(
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");

    private static final Map<String, String> WHY_NOT = Map.of(
            "distroless", "an image's files are not in the object",
            "deny", "conditions are written in the rules' own language");

    /// @param excluded namespaces that the gate is not asked about, which get guards instead
    /// @param administrators groups that may do there what they want, beside those of the cluster itself
    public static Floor of(Snapshot snapshot, LocalDate today, List<String> excluded, List<String> administrators) {
        var policies = new ArrayList<StaticPolicy>();
        var losses = new ArrayList<Loss>();
        snapshot.brakes()
                .told(today)
                .ifPresent(
                        brake -> losses.add(new Loss("(all)", "mode", brake + "; the floor keeps nothing meanwhile")));
        for (var compiled : snapshot.compiled()) {
            var policy = compiled.policy();
            if (compiled.admission().isPresent()) {
                of(snapshot, policy, compiled.admission().get().asked(), today, excluded, policies, losses);
            }
        }
        policies.addAll(Guards.of(excluded, administrators));
        return new Floor(policies, losses);
    }

    private static void of(
            Snapshot snapshot,
            WorkloadPolicy policy,
            AdmissionSection asked,
            LocalDate today,
            List<String> excluded,
            List<StaticPolicy> policies,
            List<Loss> losses) {
        var name = policy.name().toString();
        if (snapshot.isExempted(policy)) {
            losses.add(new Loss(name, "(all)", "exemptions are documents of their own, which come and go"));
            return;
        }
        if (policy.rollout().namespaceModes().contains(Mode.AUDIT)) {
            losses.add(new Loss(name, "(all)", "a namespace may choose audit by its label at any time"));
            return;
        }
        Predicate<String> enforced = rule -> {
            boolean refuses = snapshot.stage(policy, rule, today).mode() == Mode.ENFORCE;
            if (!refuses) {
                losses.add(new Loss(name, rule, "it is in audit, and the floor only refuses"));
            }
            return refuses;
        };
        var validations = new ArrayList<StaticPolicy.Validation>();
        podValidations(name, asked, enforced, validations);
        if (!validations.isEmpty()) {
            policies.add(StaticPolicy.ofPods(
                    objectName("gatehouse-floor-", policy),
                    podRules(),
                    excluded,
                    namespaceConditions(policy, today),
                    variables(policy, Floor::builtInPod),
                    validations));
            custom(snapshot, policy, today, excluded, validations, policies, losses);
        }
        connections(policy, asked, enforced, today, excluded, policies, losses);
        losses(name, asked, losses);
    }

    /// Kinds that policies name, each pod template of one by itself: an object may carry several.
    private static void custom(
            Snapshot snapshot,
            WorkloadPolicy policy,
            LocalDate today,
            List<String> excluded,
            List<StaticPolicy.Validation> validations,
            List<StaticPolicy> policies,
            List<Loss> losses) {
        for (var bearer : Bearer.named(snapshot.workloads())) {
            var resource = bearer.resource() + "." + bearer.group();
            int number = 0;
            for (var template : bearer.templates()) {
                if (!template.stream().allMatch(Floor::isField)) {
                    losses.add(new Loss(
                            policy.name().toString(),
                            resource,
                            "CEL would need to go through the lists of " + String.join(".", template)));
                    continue;
                }
                policies.add(StaticPolicy.ofPods(
                        objectName("gatehouse-floor-", policy) + "." + resource + "." + ++number,
                        List.of(new StaticPolicy.Rule(
                                bearer.group(), List.of("CREATE", "UPDATE"), List.of(bearer.resource()))),
                        excluded,
                        namespaceConditions(policy, today),
                        variables(policy, object -> podAt(object, template)),
                        validations));
            }
        }
    }

    /// What CEL takes as a name of a field as it is.
    private static boolean isField(String step) {
        return step.matches("[A-Za-z_][A-Za-z0-9_]*") && !CEL_WORDS.contains(step);
    }

    /// A namespace has no dot, so that no two policies have one name.
    private static String objectName(String prefix, WorkloadPolicy policy) {
        var name = policy.name();
        return prefix + name.namespace().map(one -> "ns." + one + ".").orElse("cluster.") + name.name();
    }

    private static void podValidations(
            String policy,
            AdmissionSection asked,
            Predicate<String> enforced,
            List<StaticPolicy.Validation> validations) {
        if (asked.readOnlyRootFilesystem() && enforced.test("admission.readOnlyRootFilesystem")) {
            validations.add(validation(
                    policy,
                    "admission.readOnlyRootFilesystem",
                    "a container may write to its root filesystem; set readOnlyRootFilesystem to true",
                    "variables.windows# || variables.covered#.all(c, has(c.securityContext)"
                            + " && has(c.securityContext.readOnlyRootFilesystem)"
                            + " && c.securityContext.readOnlyRootFilesystem == true)"));
        }
        asked.privilege().ifPresent(privilege -> privileges(policy, privilege, enforced, validations));
        if (!asked.forbiddenMounts().isEmpty() && enforced.test("admission.sensitiveMounts")) {
            validations.add(validation(
                    policy,
                    "admission.sensitiveMounts",
                    "a volume mounts a forbidden path of the node; use a volume that is not the node's",
                    "variables.covered#.size() == 0 || !has(variables.spec#.volumes)"
                            + " || variables.spec#.volumes.all(v, !has(v.hostPath) || !has(v.hostPath.path) || !("
                            + reaches("v.hostPath.path", asked.forbiddenMounts()) + "))"));
        }
        if (asked.interactive()
                        .filter(one -> one.denies(Way.EPHEMERAL_CONTAINERS))
                        .isPresent()
                && enforced.test("admission.interactive.ephemeralContainers")) {
            validations.add(validation(
                    policy,
                    "admission.interactive.ephemeralContainers",
                    "an ephemeral container would be added to a running pod; look at its logs and events instead",
                    "!has(variables.spec#.ephemeralContainers)"
                            + " || variables.spec#.ephemeralContainers.all(e, !variables.covered#.exists(c, c == e))"));
        }
    }

    private static void privileges(
            String policy,
            PrivilegeSection privilege,
            Predicate<String> enforced,
            List<StaticPolicy.Validation> validations) {
        for (var setting : privilege.settings()) {
            // Users of its own take the danger out of what the policy says so of.
            var unless = privilege.relaxed().contains(setting)
                    ? "(has(variables.spec#.hostUsers) && variables.spec#.hostUsers == false) || "
                    : "";
            var rule = "admission.privilege." + setting.field();
            if (!enforced.test(rule)) {
                continue;
            }
            if (setting == Setting.PRIVILEGED) {
                validations.add(validation(
                        policy,
                        rule,
                        "a container runs privileged; set privileged to false or leave it out",
                        unless
                                + "variables.covered#.all(c, !has(c.securityContext) || !has(c.securityContext.privileged)"
                                + " || c.securityContext.privileged == false)"));
            } else if (setting == Setting.ALLOW_PRIVILEGE_ESCALATION) {
                validations.add(validation(
                        policy,
                        rule,
                        "a container may gain privileges; set allowPrivilegeEscalation to false",
                        unless + "variables.windows# || variables.covered#.all(c, has(c.securityContext)"
                                + " && has(c.securityContext.allowPrivilegeEscalation)"
                                + " && c.securityContext.allowPrivilegeEscalation == false)"));
            } else if (SHARED.contains(setting)) {
                var field = setting.field();
                validations.add(validation(
                        policy,
                        rule,
                        "the pod shares what it should have for itself; set " + field + " to false or leave it out",
                        unless + "variables.covered#.size() == 0 || !has(variables.spec#." + field
                                + ") || variables.spec#." + field + " == false"));
            }
        }
    }

    /// The gate refuses of an update what it changes. Here an update is refused where nothing of this kind was wrong
    /// before, which is never more.
    private static StaticPolicy.Validation validation(String policy, String rule, String message, String fine) {
        var now = fine.replace("#", "");
        var before = fine.replace("#", VARIABLES_OF);
        return new StaticPolicy.Validation(
                "(" + now + ") || (request.operation == 'UPDATE' && !(" + before + "))",
                "gatehouse floor: " + message + " (policy " + policy + ", " + rule + ")");
    }

    /// Whether a path is, lies in or holds one of the forbidden. What is not written plainly is left to the gate, which
    /// knows where it leads.
    private static String reaches(String path, List<String> forbidden) {
        var all = new LinkedHashSet<String>();
        for (var one : forbidden) {
            var plain = one.length() > 1 && one.endsWith("/") ? one.substring(0, one.length() - 1) : one;
            all.add(plain);
            if (plain.equals("/run") || plain.startsWith("/run/")) {
                all.add("/var" + plain);
            } else if (plain.equals("/var/run") || plain.startsWith("/var/run/")) {
                all.add(plain.substring("/var".length()));
            }
        }
        var within = new ArrayList<>(all);
        within.remove("/"); // everything lies in it, and it forbids only itself
        return "!" + path + ".matches('//|/\\\\.\\\\.?(/|$)') && (" + path + " == '/' || " + Cel.list(List.copyOf(all))
                + ".exists(f, f == " + path + " || f + '/' == " + path + " || f.startsWith(" + path
                + ".endsWith('/') ? "
                + path + " : " + path + " + '/')) || " + Cel.list(within) + ".exists(f, " + path
                + ".startsWith(f + '/')))";
    }

    private static List<String> namespaceConditions(WorkloadPolicy policy, LocalDate today) {
        var conditions = new ArrayList<String>();
        policy.name().namespace().ifPresent(one -> conditions.add("request.namespace == " + Cel.text(one)));
        if (!policy.match().namespaces().isEmpty()) {
            conditions.add(Cel.matchesAny("request.namespace", policy.match().namespaces()));
        }
        for (var exemption : policy.exempt()) {
            if (exemption.expires().filter(today::isAfter).isEmpty()) {
                conditions.add("!" + Cel.matchesAny("request.namespace", exemption.namespaces()));
            }
        }
        return conditions;
    }

    /// What validations ask of the object and, under the same names with an ending, of the one before.
    ///
    /// @param podOf the expression of the pod, from that of the object
    private static List<StaticPolicy.Variable> variables(WorkloadPolicy policy, UnaryOperator<String> podOf) {
        var variables = new ArrayList<StaticPolicy.Variable>();
        for (var which : List.of("object", "oldObject")) {
            var end = which.equals("object") ? "" : VARIABLES_OF;
            var pod = "variables.pod" + end;
            var spec = "variables.spec" + end;
            variables.add(new StaticPolicy.Variable("pod" + end, podOf.apply(which)));
            variables.add(new StaticPolicy.Variable("spec" + end, "has(" + pod + ".spec) ? " + pod + ".spec : {}"));
            variables.add(new StaticPolicy.Variable(
                    "labels" + end,
                    "has(" + pod + ".metadata) && has(" + pod + ".metadata.labels) ? " + pod
                            + ".metadata.labels : {}"));
            variables.add(new StaticPolicy.Variable(
                    "windows" + end,
                    "has(" + spec + ".os) && has(" + spec + ".os.name) && " + spec + ".os.name == 'windows'"));
            var lists = new ArrayList<String>();
            for (var list : List.of("containers", "initContainers", "ephemeralContainers")) {
                lists.add("(has(" + spec + "." + list + ") ? " + spec + "." + list + " : [])");
            }
            variables.add(new StaticPolicy.Variable(
                    "covered" + end,
                    "(" + String.join(" + ", lists) + ").filter(c, " + Cel.and(containerTerms(policy, end)) + ")"));
        }
        return variables;
    }

    private static String builtInPod(String which) {
        return which + " == null ? {} : " + which + ".kind == 'Pod' ? " + which + " : " + which
                + ".kind == 'PodTemplate' ? (has(" + which + ".template) ? " + which + ".template : {}) : " + which
                + ".kind == 'CronJob' ? " + which + ".spec.jobTemplate.spec.template : (has(" + which + ".spec) && has("
                + which + ".spec.template) ? " + which + ".spec.template : {})";
    }

    /// A template that is left out carries nothing: a kind may leave its pods to another object.
    private static String podAt(String which, List<String> template) {
        var terms = new ArrayList<String>();
        var path = new StringBuilder(which);
        for (var step : template) {
            terms.add("has(" + path.append('.').append(step) + ")");
        }
        return which + " == null ? {} : " + String.join(" && ", terms) + " ? " + path + " : {}";
    }

    private static List<String> containerTerms(WorkloadPolicy policy, String end) {
        var match = policy.match();
        var terms = new ArrayList<String>();
        match.matchLabels()
                .forEach((key, value) -> terms.add(Cel.text(key) + " in variables.labels" + end + " && variables.labels"
                        + end + "[" + Cel.text(key) + "] == " + Cel.text(value)));
        terms.sort(String::compareTo);
        if (!match.images().isEmpty()) {
            terms.add("has(c.image) && " + Cel.matchesAny("c.image", match.images()));
        }
        if (!match.containers().isEmpty()) {
            terms.add("has(c.name) && " + Cel.matchesAny("c.name", match.containers()));
        }
        return terms;
    }

    private static List<StaticPolicy.Rule> podRules() {
        var rules = new ArrayList<StaticPolicy.Rule>();
        for (var bearer : Bearer.ALL) {
            rules.add(new StaticPolicy.Rule(bearer.group(), List.of("CREATE", "UPDATE"), List.of(bearer.resource())));
        }
        rules.add(new StaticPolicy.Rule("", List.of("UPDATE"), List.of("pods/ephemeralcontainers")));
        return rules;
    }

    private static void connections(
            WorkloadPolicy policy,
            AdmissionSection asked,
            Predicate<String> enforced,
            LocalDate today,
            List<String> excluded,
            List<StaticPolicy> policies,
            List<Loss> losses) {
        var interactive = asked.interactive();
        if (interactive.isEmpty()) {
            return;
        }
        var ways = new ArrayList<String>();
        if (interactive.get().denies(Way.EXEC) && enforced.test("admission.interactive.exec")) {
            ways.add("pods/exec");
        }
        if (interactive.get().denies(Way.ATTACH) && enforced.test("admission.interactive.attach")) {
            ways.add("pods/attach");
        }
        if (ways.isEmpty()) {
            return;
        }
        var name = policy.name().toString();
        if (!policy.match().containers().isEmpty()) {
            losses.add(new Loss(
                    name, "interactive", "which container is meant is the gate's to work out where none is named"));
            return;
        }
        policies.add(new StaticPolicy(
                objectName("gatehouse-connect-", policy),
                List.of(new StaticPolicy.Rule("", List.of("CONNECT"), ways)),
                Optional.of(new StaticPolicy.Namespaces("NotIn", excluded)),
                namespaceConditions(policy, today),
                List.of(),
                List.of(new StaticPolicy.Validation(
                        "false",
                        "gatehouse floor: nobody may go into a running container (policy " + name
                                + ", admission.interactive)"))));
    }

    private static void losses(String policy, AdmissionSection asked, List<Loss> losses) {
        unsaid(asked, SAID)
                .forEach(part -> losses.add(new Loss(
                        policy, part, WHY_NOT.getOrDefault(part, "the floor has no words for it, the gate keeps it"))));
        asked.privilege()
                .ifPresent(privilege -> privilege.settings().stream()
                        .filter(one -> one != Setting.PRIVILEGED
                                && one != Setting.ALLOW_PRIVILEGE_ESCALATION
                                && !SHARED.contains(one))
                        .forEach(one -> losses.add(new Loss(
                                policy,
                                "privilege." + one.field(),
                                "the floor has no words for it, the gate keeps it"))));
        asked.interactive()
                .ifPresent(interactive -> interactive.denied().stream()
                        .filter(way -> !SAID_WAYS.contains(way))
                        .forEach(way -> losses.add(new Loss(
                                policy,
                                "interactive." + way.field(),
                                "the floor has no words for it, the gate keeps it"))));
        asked.privilege()
                .ifPresent(privilege -> unsaid(privilege, SAID_PRIVILEGES)
                        .forEach(part -> losses.add(new Loss(
                                policy, "privilege." + part, "the floor has no words for it, the gate keeps it"))));
        if (!asked.forbiddenMounts().isEmpty()) {
            losses.add(new Loss(
                    policy, "sensitiveMounts", "of paths written with '//', '.' or '..' the gate alone knows the end"));
        }
    }

    /// The components of a section that ask something and are not said here: none can be forgotten.
    private static List<String> unsaid(Record section, Set<String> said) {
        var unsaid = new ArrayList<String>();
        for (RecordComponent component : section.getClass().getRecordComponents()) {
            if (said.contains(component.getName())) {
                continue;
            }
            try {
                boolean asks = switch (component.getAccessor().invoke(section)) {
                    case Boolean value -> value;
                    case Optional<?> value -> value.isPresent();
                    case List<?> value -> !value.isEmpty();
                    case Map<?, ?> value -> !value.isEmpty();
                    default -> true;
                };
                if (asks) {
                    unsaid.add(component.getName());
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("reading " + component, e);
            }
        }
        return unsaid;
    }

    /// YAML for `kubectl apply`, the losses in front.
    public String text() {
        var out = new StringBuilder(
                "# Made by 'gatehouse policy floor' from the policies in force. Make it anew when they"
                        + " change;\n# to lift it in a hurry: kubectl delete validatingadmissionpolicybinding -l"
                        + " app.kubernetes.io/managed-by=gatehouse\n");
        for (var loss : losses) {
            out.append("# left to the gate: policy ")
                    .append(loss.policy())
                    .append(", ")
                    .append(loss.part())
                    .append(": ")
                    .append(loss.why().replaceAll("\\s+", " "))
                    .append('\n');
        }
        policies.forEach(policy -> out.append(policy.text()));
        return out.toString();
    }
}
