// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Arrival;
import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.control.Control;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.HiddenPods;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.admission.pod.PodReader;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.Mode;
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

    private static final Comparator<Finding> AS_WRITTEN = Comparator.comparingInt(
                    (Finding finding) -> finding.breach().span().line())
            .thenComparingInt(finding -> finding.breach().span().column());

    private Judge() {}

    /// Where nothing is known of images and of namespaces.
    public static Outcome decide(ReviewRequest request, Snapshot snapshot, LocalDate today) {
        return decide(request, snapshot, Images.NONE, today);
    }

    /// Where nothing is known of namespaces.
    public static Outcome decide(ReviewRequest request, Snapshot snapshot, Images images, LocalDate today) {
        return decide(request, snapshot, images, Namespaces.UNKNOWN, today);
    }

    /// @param today in UTC, for exemptions that end and modes that begin
    public static Outcome decide(
            ReviewRequest request, Snapshot snapshot, Images images, Namespaces namespaces, LocalDate today) {
        return switch (request.operation()) {
            case CREATE -> decide(request, Optional.empty(), snapshot, images, namespaces, today);
            case UPDATE -> decide(request, request.oldObject(), snapshot, images, namespaces, today);
            case DELETE -> byRules(request, Findings.NONE, snapshot, today, "DELETE brings in no container");
            case CONNECT ->
                byRules(
                        request,
                        Connections.of(request, snapshot, namespaceMode(request.subject(), namespaces), today),
                        snapshot,
                        today,
                        "CONNECT brings in no container, and no policy in force forbids it");
        };
    }

    private static Outcome decide(
            ReviewRequest request,
            Optional<Node.Mapping> before,
            Snapshot snapshot,
            Images images,
            Namespaces namespaces,
            LocalDate today) {
        var subject = request.subject();
        var bearer = Bearer.of(snapshot.workloads(), subject.group(), subject.kind());
        if (bearer.isEmpty()) {
            return byRules(
                    request,
                    Findings.NONE,
                    snapshot,
                    today,
                    subject.kind() + " carries no pod",
                    request.object().flatMap(HiddenPods::find).map(template -> unjudged(subject.kind(), template)));
        }
        return switch (PodReader.read(bearer.get(), request.object().orElseThrow(), "")) {
            case PodReader.Outcome.Malformed(var diagnostics) -> new Outcome.Malformed(diagnostics);
            case PodReader.Outcome.Found(var pods) -> {
                var standing = before.map(object -> pods(bearer.get(), object)).orElse(List.of());
                var mode = namespaceMode(subject, namespaces);
                var findings = Findings.NONE;
                for (var pod : pods) {
                    var old = at(pod.path(), standing).map(same -> new Arrival(same, request.sent(), images));
                    var arrival = new Arrival(pod, request.sent(), images);
                    findings = findings.and(findings(arrival, old, subject, mode, snapshot, today));
                }
                yield new Outcome.Judged(decide(
                        named(findings.and(RuleFindings.of(request.sent(), subject, snapshot, today)), subject)));
            }
        };
    }

    /// Loud, since a kind that nobody named would otherwise pass without a word.
    public static String unjudged(String kind, String template) {
        return "no policy says that a " + kind + " carries a pod at " + template + "; nothing was judged";
    }

    private static Optional<Mode> namespaceMode(Subject subject, Namespaces namespaces) {
        return subject.namespace().flatMap(namespaces::labels).flatMap(Workload::modeOf);
    }

    private static Outcome byRules(
            ReviewRequest request, Findings already, Snapshot snapshot, LocalDate today, String otherwise) {
        return byRules(request, already, snapshot, today, otherwise, Optional.empty());
    }

    private static Outcome byRules(
            ReviewRequest request,
            Findings already,
            Snapshot snapshot,
            LocalDate today,
            String otherwise,
            Optional<String> notice) {
        var subject = request.subject();
        var findings = named(already.and(RuleFindings.of(request.sent(), subject, snapshot, today)), subject);
        return new Outcome.Judged(
                findings.told().isEmpty()
                        ? new Decision.Allow(notice.orElse(otherwise), findings.exempted(), notice)
                        : decide(findings));
    }

    /// An old object that cannot be read excuses nothing.
    private static List<Pod> pods(Bearer bearer, Node.Mapping object) {
        return PodReader.read(bearer, object, "") instanceof PodReader.Outcome.Found(var pods) ? pods : List.of();
    }

    private static Optional<Pod> at(String path, List<Pod> pods) {
        return pods.stream().filter(pod -> pod.path().equals(path)).findFirst();
    }

    /// With their ids: once all findings of an object are together.
    public static Findings named(Findings findings, Subject subject) {
        return findings.equals(Findings.NONE) ? findings : FindingId.name(findings, subject);
    }

    public static Decision decide(Findings all) {
        var findings = all.told();
        if (findings.isEmpty()) {
            return new Decision.Allow("no policy in force forbids it", all.exempted());
        }
        if (findings.stream().anyMatch(Finding::refuses)) {
            return new Decision.Deny(findings, all.exempted());
        }
        return findings.stream().anyMatch(Finding::waits)
                ? new Decision.Wait(findings, all.exempted())
                : new Decision.Warn(findings, all.exempted());
    }

    /// All findings of all policies, in the order of the manifest. They have no ids yet.
    ///
    /// @param before the same pod as it is stored, where the request changes one
    /// @param subject without a namespace where it is not known, which no policy that asks for one matches
    /// @param namespaceMode what the label of its namespace asks for
    public static Findings findings(
            Arrival arrival,
            Optional<Arrival> before,
            Subject subject,
            Optional<Mode> namespaceMode,
            Snapshot snapshot,
            LocalDate today) {
        var found = fresh(arrival, subject, namespaceMode, snapshot, today);
        var told = found.told;
        if (before.isPresent() && !told.isEmpty()) {
            var old = fresh(before.get(), subject, namespaceMode, snapshot, today);
            var standing = new Standing(arrival.pod(), before.get().pod(), old.told);
            told.replaceAll(standing::mark);
        }
        told.sort(AS_WRITTEN); // then as policies and controls stand
        found.exempted.sort(Comparator.comparing(Exempted::finding, AS_WRITTEN));
        return told.isEmpty() && found.exempted.isEmpty() ? Findings.NONE : new Findings(told, found.exempted);
    }

    /// What is being found. Belongs to one judgement.
    private record Found(List<Finding> told, List<Exempted> exempted) {}

    private static Found fresh(
            Arrival arrival, Subject subject, Optional<Mode> namespaceMode, Snapshot snapshot, LocalDate today) {
        var found = new Found(new ArrayList<>(), new ArrayList<>());
        var pod = arrival.pod();
        for (var covered : snapshot.select(workloads(pod, subject.namespace(), namespaceMode), today)) {
            var plan = covered.policy().admission();
            if (plan.isEmpty()) {
                continue;
            }
            var containers = some(pod.containers(), covered.containers());
            for (var control : Control.ALL) {
                var breaches = control.breaches(plan.get(), arrival, containers);
                for (int i = 0; i < breaches.size(); i++) { // mostly none, which need no iterator
                    weigh(breaches.get(i), covered, pod, found);
                }
            }
        }
        return found;
    }

    /// What becomes of the breaches of one policy: findings in the mode of their control, or exempt.
    ///
    /// @param pod of which the policy was asked, with the containers it was asked for
    public static Findings weigh(List<Breach> breaches, Snapshot.Covered covered, Pod pod) {
        var found = new Found(new ArrayList<>(), new ArrayList<>());
        breaches.forEach(breach -> weigh(breach, covered, pod, found));
        return new Findings(found.told, found.exempted);
    }

    /// In which mode the control is, and whether it need be kept.
    private static void weigh(Breach breach, Snapshot.Covered covered, Pod pod, Found found) {
        var counts = covered.counts();
        var stage = counts.stage(breach.rule());
        var finding = new Finding(
                covered.policy().policy().name(), stage.mode(), stage.enforcedFrom(), breach, Since.NOW, "");
        var exemption = breach.container()
                .map(container -> counts.exemption(breach.rule(), place(pod, container)))
                .orElseGet(() -> counts.exemption(breach.rule()));
        exemption.ifPresentOrElse(by -> found.exempted.add(new Exempted(finding, by)), () -> found.told.add(finding));
    }

    /// By identity: two containers may be written alike.
    private static int place(Pod pod, Container container) {
        for (int i = 0; i < pod.containers().size(); i++) {
            if (pod.containers().get(i) == container) {
                return i;
            }
        }
        throw new IllegalArgumentException(container.words() + " is none of the pod's");
    }

    private static List<Workload> workloads(Pod pod, Optional<String> namespace, Optional<Mode> namespaceMode) {
        var labels = Optional.of(pod.labels());
        var workloads = new ArrayList<Workload>(pod.containers().size());
        for (var container : pod.containers()) {
            workloads.add(new Workload(namespace, labels, container.image(), container.name(), namespaceMode));
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
