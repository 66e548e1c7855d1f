// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.imagepolicy;

import io.gatehouse.admission.control.Arrival;
import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.control.Control;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Exempted;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.admission.review.Findings;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.CompiledPolicy;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What becomes of the images of a pod by the policies in force.
public record ImageVerdicts(Decision decision, Optional<String> brokenGlass, List<PolicyName> leftOut) {
    /// @param brokenGlass the reason that was given, where it let something in
    /// @param leftOut policies that find something in these images and select by what an image review does not tell
    public ImageVerdicts {
        leftOut = List.copyOf(leftOut);
    }

    /// @param today in UTC, for exemptions that end
    public static ImageVerdicts of(ImageReview review, Snapshot snapshot, Images images, LocalDate today) {
        var pod = pod(review);
        if (pod.containers().isEmpty()) {
            return new ImageVerdicts(Judge.decide(Findings.NONE), Optional.empty(), List.of());
        }
        var arrival = new Arrival(pod, review.sent(), images);
        var findings = new ArrayList<Finding>();
        var exempted = new ArrayList<Exempted>();
        boolean broken = false;
        for (var covered : snapshot.select(workloads(review), today)) {
            var policy = covered.policy();
            if (selectsByMore(policy)) {
                continue;
            }
            var fresh = findings(covered, arrival, some(pod.containers(), covered.containers()), exempted);
            if (review.breakGlass().isPresent() && breakGlassCounts(policy)) {
                broken |= fresh.stream().anyMatch(finding -> finding.refuses() || finding.waits());
                fresh.replaceAll(ImageVerdicts::told);
            }
            findings.addAll(fresh);
        }
        return new ImageVerdicts(
                Judge.decide(new Findings(findings, exempted)),
                broken ? review.breakGlass() : Optional.empty(),
                leftOut(review, arrival, snapshot, today));
    }

    /// @param exempted takes what need not be kept
    private static List<Finding> findings(
            Snapshot.Covered covered, Arrival arrival, List<Container> containers, List<Exempted> exempted) {
        var findings = new ArrayList<Finding>();
        var counts = covered.counts();
        covered.policy().admission().ifPresent(plan -> {
            for (var control : Control.OF_IMAGES) {
                for (var breach : control.breaches(plan, arrival, containers)) {
                    if (!breach.field().endsWith(".image")) {
                        continue; // of the container, as its pull policy is, which the review does not tell
                    }
                    var stage = counts.stage(breach.rule());
                    var finding = new Finding(
                            covered.policy().policy().name(),
                            stage.mode(),
                            stage.enforcedFrom(),
                            breach,
                            Since.NOW,
                            "");
                    breach.container()
                            .flatMap(one -> counts.exemption(
                                    breach.rule(), arrival.pod().containers().indexOf(one)))
                            .ifPresentOrElse(
                                    exemption -> exempted.add(new Exempted(finding, exemption)),
                                    () -> findings.add(finding));
                }
            }
        });
        return findings;
    }

    private static boolean breakGlassCounts(CompiledPolicy policy) {
        return policy.admission().filter(plan -> plan.asked().breakGlass()).isPresent();
    }

    private static Finding told(Finding finding) {
        var breach = finding.breach();
        return new Finding(
                finding.policy(),
                finding.mode(),
                new Breach(
                        breach.rule(),
                        breach.field(),
                        breach.seen(),
                        breach.wanted(),
                        breach.fact(),
                        breach.remedy(),
                        breach.span(),
                        breach.container(),
                        Breach.Weight.TOLD),
                finding.since());
    }

    private static List<PolicyName> leftOut(ImageReview review, Arrival arrival, Snapshot snapshot, LocalDate today) {
        var unknown = new Workload(review.namespace(), Optional.empty(), Optional.empty(), "");
        return snapshot.maySelect(unknown, today).stream()
                .filter(covered -> selectsByMore(covered.policy()) && finds(covered.policy(), arrival))
                .map(covered -> covered.policy().policy().name())
                .toList();
    }

    private static boolean finds(CompiledPolicy policy, Arrival arrival) {
        return policy.admission().stream()
                .flatMap(plan -> Control.OF_IMAGES.stream()
                        .flatMap(control ->
                                control.breaches(plan, arrival, arrival.pod().containers()).stream()))
                .anyMatch(breach -> breach.field().endsWith(".image"));
    }

    private static boolean selectsByMore(CompiledPolicy policy) {
        var match = policy.policy().match();
        return !match.matchLabels().isEmpty() || !match.containers().isEmpty();
    }

    /// A pod of which only the images are known. Each container is called by its image, for want of a name.
    private static Pod pod(ImageReview review) {
        var containers = new ArrayList<Container>();
        for (var image : review.images()) {
            containers.add(new Container(
                    Container.Kind.MAIN,
                    image.path(),
                    image.node(),
                    image.reference(),
                    image.node().span(),
                    Optional.of(image.reference())));
        }
        var nothing = new Node.Mapping(List.of(), review.sent().span());
        return new Pod("spec", nothing, nothing, Map.of(), containers, List.of());
    }

    private static List<Workload> workloads(ImageReview review) {
        return review.images().stream()
                .map(image ->
                        new Workload(review.namespace(), Optional.of(Map.of()), Optional.of(image.reference()), ""))
                .toList();
    }

    private static List<Container> some(List<Container> containers, BitSet which) {
        return which.stream().mapToObj(containers::get).toList();
    }
}
