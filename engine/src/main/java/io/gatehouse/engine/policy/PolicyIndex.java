// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Finds the policies that apply to the containers of a pod without asking each.
///
/// What a namespace decides is decided once a day for each namespace and kept. Of what is left, a policy that asks for
/// a label or for images that begin alike is found by these; all others are asked. So a cluster with a policy for each
/// team asks each workload about its own.
final class PolicyIndex {
    /// Of these, whatever lies behind them.
    private static final String ENDS_A_PART = "/:@";
    /// More namespaces than clusters have. One more, and all are forgotten.
    private static final int MOST_NAMESPACES = 2_000;

    private final List<WorkloadPolicy> policies;
    private final Map<Map.Entry<String, String>, BitSet> byLabel = new HashMap<>();
    /// By how the reference of an image begins, up to the end of one of its parts, or by the whole of it.
    private final Map<String, BitSet> byImage = new HashMap<>();
    /// How long the keys of `byImage` are.
    private final BitSet imageLengths = new BitSet();
    private final BitSet always = new BitSet();
    /// Written by any thread: who comes later may find what another has found.
    private volatile OfDay ofDay = new OfDay(LocalDate.MIN, new ConcurrentHashMap<>());

    /// @param byNamespace the policies that are about pods of a namespace, or of none
    private record OfDay(LocalDate day, Map<Optional<String>, BitSet> byNamespace) {}

    PolicyIndex(List<WorkloadPolicy> policies) {
        this.policies = policies;
        for (int i = 0; i < policies.size(); i++) {
            file(i, policies.get(i));
        }
    }

    private void file(int place, WorkloadPolicy policy) {
        var match = policy.match();
        if (!match.matchLabels().isEmpty()) {
            in(byLabel, match.matchLabels().entrySet().iterator().next()).set(place);
            return;
        }
        var beginnings = match.images().stream().map(PolicyIndex::beginning).toList();
        if (beginnings.isEmpty() || beginnings.contains("")) {
            always.set(place);
            return;
        }
        for (var beginning : beginnings) {
            in(byImage, beginning).set(place);
            imageLengths.set(beginning.length());
        }
    }

    private static <K> BitSet in(Map<K, BitSet> filed, K key) {
        return filed.computeIfAbsent(key, _ -> new BitSet());
    }

    /// What every image has that a pattern matches: `registry.example.com/shop/` of `registry.example.com/shop/w*:1`,
    /// all of a pattern that is no glob.
    private static String beginning(String pattern) {
        if (!Glob.isGlob(pattern)) {
            return pattern;
        }
        int end = 0;
        for (int i = 0; pattern.charAt(i) != '*' && pattern.charAt(i) != '?'; i++) {
            if (endsAPart(pattern.charAt(i))) {
                end = i + 1;
            }
        }
        return pattern.substring(0, end);
    }

    private static boolean endsAPart(char c) {
        return ENDS_A_PART.indexOf(c) >= 0;
    }

    /// The places of the policies that may be about some of a pod's containers: of all that are, and of few others.
    ///
    /// @param containers of one pod, so that they have namespace and labels in common
    BitSet concerning(List<Workload> containers, LocalDate today) {
        var pod = containers.getFirst();
        var found = (BitSet) always.clone();
        if (!byLabel.isEmpty() && pod.labels().isPresent()) {
            for (var label : pod.labels().get().entrySet()) {
                add(found, byLabel.get(label));
            }
        }
        if (!byImage.isEmpty()) {
            for (var container : containers) {
                if (container.image().isPresent()) {
                    addOfImage(found, container.image().get());
                }
            }
        }
        found.and(ofNamespace(pod, today));
        for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(i + 1)) {
            if (!Selection.matchesLabels(policies.get(i).match(), pod)) {
                found.clear(i);
            }
        }
        return found;
    }

    private void addOfImage(BitSet found, String image) {
        int longest = Math.min(image.length(), imageLengths.length() - 1);
        for (int length = 1; length <= longest; length++) {
            boolean whole = length == image.length();
            if (imageLengths.get(length) && (whole || endsAPart(image.charAt(length - 1)))) {
                add(found, byImage.get(image.substring(0, length)));
            }
        }
    }

    private static void add(BitSet found, BitSet more) {
        if (more != null) {
            found.or(more);
        }
    }

    /// Not to be changed.
    private BitSet ofNamespace(Workload pod, LocalDate today) {
        var known = ofDay;
        if (!known.day().equals(today)) {
            known = new OfDay(today, new ConcurrentHashMap<>());
            ofDay = known;
        }
        var kept = known.byNamespace().get(pod.namespace());
        if (kept != null) {
            return kept;
        }
        var found = new BitSet(policies.size());
        for (int i = 0; i < policies.size(); i++) {
            found.set(i, Selection.concernsNamespace(policies.get(i), pod, today));
        }
        if (known.byNamespace().size() >= MOST_NAMESPACES) {
            known.byNamespace().clear();
        }
        known.byNamespace().put(pod.namespace(), found);
        return found;
    }
}
