// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.engine.policy.Denial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// No condition of the policy's own holds: `deny`.
record Conditions() implements Control {
    static final String RULE = "admission.deny.";
    private static final int LONGEST_CONDITION = 200;

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        if (plan.denials().isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var denial : plan.denials()) {
            switch (denial.scope()) {
                case POD -> ofPod(denial, arrival, breaches);
                case CONTAINER -> {
                    for (var container : covered) {
                        ofContainer(denial, arrival, container, breaches);
                    }
                }
            }
        }
        return breaches;
    }

    private static void ofPod(Denial denial, Arrival arrival, List<Breach> breaches) {
        var event = arrival.whole();
        if (event.isPresent() && denial.holds(event.get())) {
            var pod = arrival.pod();
            breaches.add(breach(denial, pod.path(), denial.message(), pod.spec().span(), Optional.empty()));
        }
    }

    private static void ofContainer(Denial denial, Arrival arrival, Container container, List<Breach> breaches) {
        var event = arrival.alone(container);
        if (event.isPresent() && denial.holds(event.get())) {
            breaches.add(breach(
                    denial,
                    container.path(),
                    container.words() + ": " + denial.message(),
                    container.nameSpan(),
                    Optional.of(container)));
        }
    }

    private static Breach breach(Denial denial, String field, String fact, Span span, Optional<Container> container) {
        var when = cut(denial.when().strip());
        return new Breach(
                RULE + denial.name(),
                field,
                "as '" + when + "' says",
                Breach.OTHERWISE,
                fact,
                "refused when " + when,
                span,
                container);
    }

    private static String cut(String condition) {
        return condition.length() <= LONGEST_CONDITION ? condition : condition.substring(0, LONGEST_CONDITION) + "…";
    }
}
