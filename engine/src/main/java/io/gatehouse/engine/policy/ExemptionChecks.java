// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.PolicyExemption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether an exemption is about anything: its policies are there, take it, and ask what it names.
final class ExemptionChecks {
    private final Map<String, Draft.OfPolicy> policies = new HashMap<>();
    private final Map<String, Set<String>> asked = new HashMap<>();
    private final List<Diagnostic> problems = new ArrayList<>();
    private final List<Notice> notices;

    /// @param notices gets what is to be said from a day on
    ExemptionChecks(List<Draft.OfPolicy> policies, List<Notice> notices) {
        for (var draft : policies) {
            var name = draft.policy().name().toString();
            this.policies.put(name, draft);
            asked.put(name, RolloutChecks.asked(draft));
        }
        this.notices = notices;
    }

    List<Diagnostic> check(Draft.OfExemption draft) {
        problems.clear();
        var spec = Shaped.section(draft.document(), "spec").orElseThrow();
        var exemption = draft.exemption();
        var controls = new LinkedHashSet<String>();
        for (var item : items(spec, "policies")) {
            policy(exemption, item, controls);
        }
        if (!controls.isEmpty()) {
            for (var item : items(spec, "controls")) {
                var name = ((Node.Text) item).value();
                if (!Controls.standsForAny(name, controls)) {
                    problems.add(Code.EXEMPTION_IDLE.at(
                            item.span(),
                            "no policy that '" + exemption.name() + "' is about asks a control '" + name + "'",
                            fix(name, controls)));
                }
            }
        }
        notices.add(new Notice(
                exemption.expires().plusDays(1),
                Code.EXEMPTION_EXPIRED.at(
                        spec.get("expires").orElseThrow().span(),
                        "exemption '" + exemption.name() + "' of " + exemption.owner() + " ended with "
                                + exemption.expires())));
        return List.copyOf(problems);
    }

    private void policy(PolicyExemption exemption, Node item, Set<String> controls) {
        var name = ((Node.Text) item).value();
        var named = policies.get(name);
        var namespace = exemption.name().namespace();
        if (named == null) {
            var meant = Spelling.nearest(name, List.copyOf(policies.keySet()));
            problems.add(Code.EXEMPTION_IDLE.at(
                    item.span(),
                    "there is no policy '" + name + "'",
                    meant == null ? Code.EXEMPTION_IDLE.fix() : "did you mean '" + meant + "'?"));
        } else if (namespace.isPresent()
                && named.policy()
                        .name()
                        .namespace()
                        .filter(of -> !of.equals(namespace.get()))
                        .isPresent()) {
            problems.add(Code.EXEMPTION_IDLE.at(
                    item.span(),
                    "policy '" + name + "' is about another namespace than '" + namespace.get() + "'",
                    "an exemption of a namespace is about workloads of that namespace alone",
                    "make this a ClusterPolicyExemption, or remove it"));
        } else if (!PolicyExemptions.permits(named.policy(), exemption)) {
            problems.add(Code.EXEMPTION_NOT_TAKEN.at(
                    item.span(),
                    "policy '" + name + "' takes no exemption from namespace '" + namespace.orElseThrow() + "'"));
        } else {
            controls.addAll(asked.get(name));
        }
    }

    private static List<Node> items(Node.Mapping spec, String field) {
        return spec.get(field).map(node -> ((Node.Sequence) node).items()).orElse(List.of());
    }

    static String fix(String name, Set<String> asked) {
        var meant = Spelling.nearest(name, List.copyOf(asked));
        return meant == null ? "name one that it asks, or remove it" : "did you mean '" + meant + "'?";
    }
}
