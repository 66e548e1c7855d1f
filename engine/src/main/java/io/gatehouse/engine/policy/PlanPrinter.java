// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.policy.JavaPlan.Task;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Writes down who keeps which part of a policy, a line for each thing asked.
public final class PlanPrinter {
    private PlanPrinter() {}

    public static String print(CompiledPolicy compiled) {
        var policy = compiled.policy();
        var lines = new ArrayList<String>();
        lines.add(policy.name() + ", " + policy.mode().text());
        compiled.admission().ifPresent(plan -> gate(plan, lines));
        compiled.kernel()
                .ifPresent(plan -> plan.demands()
                        .forEach(demand -> lines.add("  kernel: " + plan.mode().text() + " " + line(demand))));
        compiled.java().ifPresent(plan -> plan.tasks().forEach(task -> lines.add("  java:   " + line(task))));
        return String.join("\n", lines) + "\n";
    }

    private static void gate(AdmissionPlan plan, List<String> lines) {
        for (var asked : GatePrinter.lines(plan.asked())) {
            lines.add("  gate:   " + asked);
        }
        for (var denial : plan.denials()) {
            var what = denial.scope() == Denial.Scope.CONTAINER ? "each container" : "the pod";
            lines.add("  gate:   deny." + denial.name() + ": refuses " + what + " when "
                    + denial.when().strip());
        }
    }

    private static void add(List<String> words, String word, boolean asked) {
        if (asked) {
            words.add(word);
        }
    }

    private static String line(Demand demand) {
        var about = switch (demand) {
            case Demand.Programs(var paths, var _) -> ": " + String.join(" ", paths);
            case Demand.OtherPrograms others -> ": " + String.join(" ", forbidden(others));
            case Demand.ImageOnly _, Demand.Nothing _ -> "";
            case Demand.ScriptsOfImage(var paths, var _) -> paths.isEmpty() ? "" : ", also " + String.join(" ", paths);
            case Demand.NoOwnCode(var paths, var _) -> paths.isEmpty() ? "" : ", but by " + String.join(" ", paths);
            case Demand.RootUnchanged(var paths, var readOnly, var _) ->
                exceptBelow(paths) + (readOnly ? ", by a read-only mount" : "");
            case Demand.DeclaredVolumes(var paths, var _) -> exceptBelow(paths);
            case Demand.Unchanged(var paths, var _) -> ": none of " + String.join(" ", paths);
            case Demand.Unread(var paths, var _) -> ": none of " + String.join(" ", paths);
            case Demand.Connect(var allow, var forbid, var _) ->
                allow.map(PlanPrinter::only).orElse("")
                        + (forbid.isEmpty()
                                ? ""
                                : (allow.isPresent() ? ", but" : ":") + " none of " + endpoints(forbid));
            case Demand.Bind(var allow, var _) -> only(allow);
            case Demand.Listen(var allow, var _) -> only(allow);
        };
        return demand.rule() + ", else " + demand.action().text() + about;
    }

    private static String exceptBelow(List<String> paths) {
        return paths.isEmpty() ? "" : ", but below " + String.join(" ", paths);
    }

    private static List<String> forbidden(Demand.OtherPrograms others) {
        var forbidden = new ArrayList<String>();
        add(forbidden, "shells", others.noShells());
        add(forbidden, "package managers", others.noPackageManagers());
        forbidden.addAll(others.paths());
        return forbidden;
    }

    private static String only(List<Endpoint> allow) {
        return allow.isEmpty() ? ": nothing" : ": only " + endpoints(allow);
    }

    private static String endpoints(List<Endpoint> endpoints) {
        return endpoints.stream().map(EndpointText::print).collect(Collectors.joining(" "));
    }

    private static String line(Task task) {
        return switch (task) {
            case Task.Choose choose -> "choose containers" + chosen(choose);
            case Task.Resolve(var paths) -> "look up " + String.join(" ", paths);
            case Task.JudgeLate(var rules) -> "judge late by " + String.join(", ", rules);
            case Task.Tell(var rules) -> "tell of " + String.join(", ", rules);
        };
    }

    private static String chosen(Task.Choose choose) {
        var match = choose.match();
        var words = new StringBuilder();
        choose.namespace().ifPresent(namespace -> words.append(" of namespace ").append(namespace));
        part(words, " of namespaces ", match.namespaces());
        new TreeMap<>(match.matchLabels())
                .forEach((key, value) ->
                        words.append(" labelled ").append(key).append('=').append(value));
        part(words, " of images ", match.images());
        part(words, " named ", match.containers());
        if (choose.namespace().isEmpty() && match.equals(Match.ALL)) {
            words.append(", all");
        }
        for (Exemption exemption : choose.exempt()) {
            part(words, ", not of ", exemption.namespaces());
        }
        return words.toString();
    }

    private static void part(StringBuilder words, String heading, List<String> globs) {
        if (!globs.isEmpty()) {
            words.append(heading).append(String.join(" ", globs));
        }
    }
}
