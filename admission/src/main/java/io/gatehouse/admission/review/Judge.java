// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Control;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.admission.pod.PodReader;
import io.gatehouse.admission.review.Finding.Since;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /// @param today in UTC, for exemptions that end
    public static Outcome decide(ReviewRequest request, Snapshot snapshot, LocalDate today) {
        return switch (request.operation()) {
            case CREATE -> decide(request, Optional.empty(), snapshot, today);
            case UPDATE -> decide(request, request.oldObject(), snapshot, today);
            case DELETE, CONNECT ->
                new Outcome.Judged(new Decision.Allow(request.operation() + " brings in no container"));
        };
    }

    private static Outcome decide(
            ReviewRequest request, Optional<Node.Mapping> before, Snapshot snapshot, LocalDate today) {
        var subject = request.subject();
        var bearer = Bearer.of(subject.group(), subject.kind());
        if (bearer.isEmpty()) {
            return new Outcome.Judged(new Decision.Allow(subject.kind() + " carries no pod"));
        }
        return switch (PodReader.read(bearer.get(), request.object().orElseThrow(), "")) {
            case PodReader.Outcome.Malformed(var diagnostics) -> new Outcome.Malformed(diagnostics);
            case PodReader.Outcome.Found(var pod) -> {
                var old = before.flatMap(object -> pod(bearer.get(), object));
                yield new Outcome.Judged(decide(findings(pod, old, subject.namespace(), snapshot, today)));
            }
        };
    }

    /// An old object that cannot be read excuses nothing.
    private static Optional<Pod> pod(Bearer bearer, Node.Mapping object) {
        return PodReader.read(bearer, object, "") instanceof PodReader.Outcome.Found found
                ? Optional.of(found.pod())
                : Optional.empty();
    }

    public static Decision decide(List<Finding> findings) {
        if (findings.isEmpty()) {
            return new Decision.Allow("no policy in force forbids it");
        }
        return findings.stream().anyMatch(Finding::refuses) ? new Decision.Deny(findings) : new Decision.Warn(findings);
    }

    /// All findings of all policies, in the order of the manifest.
    ///
    /// @param before the same pod as it is stored, where the request changes one
    /// @param namespace absent where it is not known, which no policy that asks for one matches
    public static List<Finding> findings(
            Pod pod, Optional<Pod> before, Optional<String> namespace, Snapshot snapshot, LocalDate today) {
        var findings = fresh(pod, namespace, snapshot, today);
        if (before.isPresent() && !findings.isEmpty()) {
            var standing = new Standing(pod, before.get(), fresh(before.get(), namespace, snapshot, today));
            findings.replaceAll(standing::mark);
        }
        findings.sort(Comparator.comparingInt((Finding f) -> f.breach().span().line())
                .thenComparingInt(f -> f.breach().span().column())); // then as policies and controls stand
        return findings;
    }

    private static List<Finding> fresh(Pod pod, Optional<String> namespace, Snapshot snapshot, LocalDate today) {
        var findings = new ArrayList<Finding>();
        covered(pod, namespace, snapshot, today).forEach((policy, containers) -> {
            var asked = policy.admission().orElseThrow();
            for (var control : Control.ALL) {
                for (var breach : control.breaches(asked, pod, containers)) {
                    findings.add(new Finding(policy.name(), policy.mode(), breach, Since.NOW));
                }
            }
        });
        return findings;
    }

    /// Which containers each policy is about, policies in the order of the snapshot.
    private static Map<WorkloadPolicy, List<Container>> covered(
            Pod pod, Optional<String> namespace, Snapshot snapshot, LocalDate today) {
        var containersOf = new IdentityHashMap<WorkloadPolicy, List<Container>>();
        for (var container : pod.containers()) {
            var workload = new Workload(namespace, Optional.of(pod.labels()), container.image(), container.name());
            for (var policy : snapshot.select(workload, today)) {
                if (policy.admission().isPresent()) {
                    containersOf.computeIfAbsent(policy, _ -> new ArrayList<>()).add(container);
                }
            }
        }
        var inOrder = new LinkedHashMap<WorkloadPolicy, List<Container>>();
        for (var policy : snapshot.policies()) {
            var containers = containersOf.get(policy);
            if (containers != null) {
                inOrder.put(policy, containers);
            }
        }
        return inOrder;
    }
}
