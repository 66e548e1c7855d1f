// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Arrival;
import io.gatehouse.admission.control.Control;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.admission.pod.PodReader;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Decides by a snapshot what becomes of an object. Online and offline ask the same methods.
public final class Judge {
    public sealed interface Outcome {
        record Judged(Decision decision) implements Outcome {}

        /// The object has a shape that cannot be judged. Not a decision, and never to be shown as one.
        record Malformed(List<Diagnostic> diagnostics) implements Outcome {
            public Malformed {
                diagnostics = List.copyOf(diagnostics);
            }
        }
    }

    private Judge() {}

    /// Where nothing is known of images.
    public static Outcome decide(ReviewRequest request, Snapshot snapshot, LocalDate today) {
        return decide(request, snapshot, Images.NONE, today);
    }

    /// @param today in UTC, for exemptions that end
    public static Outcome decide(ReviewRequest request, Snapshot snapshot, Images images, LocalDate today) {
        return switch (request.operation()) {
            case CREATE -> decide(request, Optional.empty(), snapshot, images, today);
            case UPDATE -> decide(request, request.oldObject(), snapshot, images, today);
            case DELETE -> byRules(request, List.of(), snapshot, today, "DELETE brings in no container");
            case CONNECT ->
                byRules(
                        request,
                        Connections.of(request, snapshot, today),
                        snapshot,
                        today,
                        "CONNECT brings in no container, and no policy in force forbids it");
        };
    }

    private static Outcome decide(
            ReviewRequest request, Optional<Node.Mapping> before, Snapshot snapshot, Images images, LocalDate today) {
        var subject = request.subject();
        var bearer = Bearer.of(snapshot.workloads(), subject.group(), subject.kind());
        if (bearer.isEmpty()) {
            return byRules(request, List.of(), snapshot, today, subject.kind() + " carries no pod");
        }
        return switch (PodReader.read(bearer.get(), request.object().orElseThrow(), "")) {
            case PodReader.Outcome.Malformed(var diagnostics) -> new Outcome.Malformed(diagnostics);
            case PodReader.Outcome.Found(var pods) -> {
                var standing = before.map(object -> pods(bearer.get(), object)).orElse(List.of());
                var findings = new ArrayList<Finding>();
                for (var pod : pods) {
                    var old = at(pod.path(), standing).map(same -> new Arrival(same, request.sent(), images));
                    findings.addAll(findings(
                            new Arrival(pod, request.sent(), images), old, subject.namespace(), snapshot, today));
                }
                findings.addAll(RuleFindings.of(request.sent(), subject, snapshot, today));
                yield new Outcome.Judged(decide(findings));
            }
        };
    }

    private static Outcome byRules(
            ReviewRequest request, List<Finding> already, Snapshot snapshot, LocalDate today, String otherwise) {
        var findings = new ArrayList<>(already);
        findings.addAll(RuleFindings.of(request.sent(), request.subject(), snapshot, today));
        return new Outcome.Judged(findings.isEmpty() ? new Decision.Allow(otherwise) : decide(findings));
    }

    /// An old object that cannot be read excuses nothing.
    private static List<Pod> pods(Bearer bearer, Node.Mapping object) {
        return PodReader.read(bearer, object, "") instanceof PodReader.Outcome.Found(var pods) ? pods : List.of();
    }

    private static Optional<Pod> at(String path, List<Pod> pods) {
        return pods.stream().filter(pod -> pod.path().equals(path)).findFirst();
    }

    public static Decision decide(List<Finding> findings) {
        if (findings.isEmpty()) {
            return new Decision.Allow("no policy in force forbids it");
        }
        if (findings.stream().anyMatch(Finding::refuses)) {
            return new Decision.Deny(findings);
        }
        return findings.stream().anyMatch(Finding::waits) ? new Decision.Wait(findings) : new Decision.Warn(findings);
    }

    /// All findings of all policies, in the order of the manifest.
    ///
    /// @param before the same pod as it is stored, where the request changes one
    /// @param namespace absent where it is not known, which no policy that asks for one matches
    public static List<Finding> findings(
            Arrival arrival, Optional<Arrival> before, Optional<String> namespace, Snapshot snapshot, LocalDate today) {
        var findings = fresh(arrival, namespace, snapshot, today);
        if (before.isPresent() && !findings.isEmpty()) {
            var standing =
                    new Standing(arrival.pod(), before.get().pod(), fresh(before.get(), namespace, snapshot, today));
            findings.replaceAll(standing::mark);
        }
        findings.sort(Comparator.comparingInt((Finding f) -> f.breach().span().line())
                .thenComparingInt(f -> f.breach().span().column())); // then as policies and controls stand
        return findings;
    }

    private static List<Finding> fresh(
            Arrival arrival, Optional<String> namespace, Snapshot snapshot, LocalDate today) {
        var findings = new ArrayList<Finding>();
        var pod = arrival.pod();
        for (var covered : snapshot.select(workloads(pod, namespace), today)) {
            var policy = covered.policy().policy();
            covered.policy().admission().ifPresent(plan -> {
                var containers = some(pod.containers(), covered.containers());
                for (var control : Control.ALL) {
                    for (var breach : control.breaches(plan, arrival, containers)) {
                        findings.add(new Finding(policy.name(), policy.mode(), breach, Since.NOW));
                    }
                }
            });
        }
        return findings;
    }

    private static List<Workload> workloads(Pod pod, Optional<String> namespace) {
        var labels = Optional.of(pod.labels());
        var workloads = new ArrayList<Workload>(pod.containers().size());
        for (var container : pod.containers()) {
            workloads.add(new Workload(namespace, labels, container.image(), container.name()));
        }
        return workloads;
    }

    private static List<Container> some(List<Container> containers, BitSet which) {
        if (which.cardinality() == containers.size()) {
            return containers;
        }
        var chosen = new ArrayList<Container>();
        which.stream().forEach(place -> chosen.add(containers.get(place)));
        return chosen;
    }
}
