// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.control.Breach.Weight;
import io.gatehouse.admission.image.ImageVerdict;
import io.gatehouse.admission.image.Images.Answer;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// No image holds a shell, a package manager or the like. An image volume needs no look: it is mounted
/// without the right to execute. Windows images are no matter of this control.
record Distroless() implements Control {
    static final String RULE = "admission.distroless";
    private static final int MAX_NAMED = 3;
    private static final int RETRY_UNKNOWN_SECONDS = 10;
    private static final String DIGEST = "sha256:";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().distroless();
        if (asked.isEmpty() || arrival.pod().isWindows()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            container
                    .image()
                    .flatMap(image -> breach(asked.get(), arrival, container, image))
                    .ifPresent(breaches::add);
        }
        return breaches;
    }

    private static Optional<Breach> breach(
            AdmissionSection.Distroless asked, Arrival arrival, Container container, String image) {
        int at = image.indexOf('@' + DIGEST);
        if (at >= 0 && asked.allow().contains(image.substring(at + 1))) {
            return Optional.empty();
        }
        return switch (arrival.images().of(image)) {
            case Answer.Known(var verdict) -> known(asked, container, image, verdict);
            case Answer.Pending(var seconds) ->
                Optional.of(breach(
                        container,
                        image,
                        asked.unknown() == Unknown.AUDIT ? Weight.TOLD : new Weight.Wait(seconds),
                        container.words() + " runs an image that is still being looked into",
                        "ask again in " + seconds + " seconds"));
            case Answer.Unknown(var why) ->
                Optional.of(breach(
                        container,
                        image,
                        switch (asked.unknown()) {
                            case REFUSE -> Weight.AS_POLICY;
                            case WAIT -> new Weight.Wait(RETRY_UNKNOWN_SECONDS);
                            case AUDIT -> Weight.TOLD;
                        },
                        container.words() + " runs an image of which nothing is known: " + why,
                        "use one that the gate can look into, or allow its digest"));
        };
    }

    private static Optional<Breach> known(
            AdmissionSection.Distroless asked, Container container, String image, ImageVerdict verdict) {
        if (verdict.distroless() || asked.allow().contains(verdict.image().text())) {
            return Optional.empty();
        }
        var against = verdict.evidence().stream()
                .filter(evidence -> evidence.kind().decides() && !allowed(asked.allow(), evidence.path()))
                .toList();
        if (against.isEmpty() && verdict.omitted() == 0) {
            return Optional.empty();
        }
        int more = Math.max(0, against.size() - MAX_NAMED) + verdict.omitted();
        var named = against.stream().limit(MAX_NAMED).map(Evidence::words).collect(Collectors.joining(", "));
        return Optional.of(breach(
                container,
                image,
                Weight.AS_POLICY,
                container.words() + " runs an image that is not distroless: " + named
                        + (more == 0 ? "" : (named.isEmpty() ? "" : " and ") + more + " more findings"),
                "use a distroless image; 'gatehouse image inspect' lists what is in this one"));
    }

    private static boolean allowed(List<String> allow, String path) {
        for (var one : allow) {
            if (one.equals(path) || one.endsWith("/") && path.startsWith(one)) {
                return true;
            }
        }
        return false;
    }

    private static Breach breach(Container container, String image, Weight weight, String fact, String remedy) {
        return new Breach(
                RULE,
                container.path() + ".image",
                '"' + image + '"',
                "a distroless image",
                fact,
                remedy,
                container.node().get("image").map(Node::span).orElse(container.nameSpan()),
                Optional.of(container),
                weight);
    }
}
