// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.PolicyName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What was already so before an update. A finding stands where the old object has the same one, of the same policy,
/// and what it is about is unchanged: its container, or for what belongs to the whole pod every container.
final class Standing {
    private record Key(PolicyName policy, String rule, String of, String seen) {}

    /// What an update in place may change without making the container another one.
    private static final Set<String> CHANGEABLE = Set.of("resources");

    private static final String WHOLE_POD = "";

    private final Map<String, Container> before = new HashMap<>();
    private final Set<Key> findingsBefore = new HashSet<>();
    private final boolean samePod;

    Standing(Pod pod, Pod old, List<Finding> oldFindings) {
        for (var container : old.containers()) {
            before.put(container.words(), container);
        }
        for (var finding : oldFindings) {
            findingsBefore.add(key(finding));
        }
        samePod = pod.containers().stream().allMatch(this::same);
    }

    Finding mark(Finding finding) {
        boolean unchanged = finding.breach().container().map(this::same).orElse(samePod);
        return unchanged && findingsBefore.contains(key(finding)) ? finding.standing() : finding;
    }

    private boolean same(Container container) {
        var old = before.get(container.words());
        return old != null && Fields.same(lasting(container.node()), lasting(old.node()));
    }

    private static Node.Mapping lasting(Node.Mapping container) {
        var entries = container.entries().stream()
                .filter(entry -> !CHANGEABLE.contains(entry.key()))
                .toList();
        return new Node.Mapping(entries, container.span());
    }

    private static Key key(Finding finding) {
        var breach = finding.breach();
        var of = breach.container().map(Container::words).orElse(WHOLE_POD);
        // Of a pod the same may be seen in several places: a volume that is added, beside one of its kind that stood.
        var seen = breach.container().isPresent() ? breach.seen() : breach.fact();
        return new Key(finding.policy(), breach.rule(), of, seen);
    }
}
