// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which events the kernel may keep to itself, because no rule can be satisfied by them. Immutable.
///
/// An event is wanted if its kind has a need that admits it. Every event that satisfies a rule is wanted;
/// the state of processes and descriptors may want others, which is not known here.
///
/// @param needs by the code of the kind; a kind that is not there is wanted by no rule
public record KernelFilter(Map<Integer, List<KernelNeed>> needs) {
    public KernelFilter {
        var copy = new TreeMap<Integer, List<KernelNeed>>();
        needs.forEach((kind, list) -> copy.put(kind, List.copyOf(list)));
        needs = Collections.unmodifiableMap(copy);
    }

    /// For all rules together, or for one alone. Those that are switched off want nothing.
    public static KernelFilter of(List<Rule> rules) {
        var draft = new Draft<Void>(List.copyOf(rules), Source.SYSCALL, (field, _) -> {
            throw new IllegalStateException("no event is read to find what the kernel can test: " + field);
        });
        Selecting.select(draft);
        Selecting.share(draft);
        Specialising.specialise(draft);
        var lowering = new Lowering(draft.pool);
        var needs = new TreeMap<Integer, List<KernelNeed>>();
        for (int kind = 0; kind < draft.candidates.size(); kind++) {
            var ofKind = new ArrayList<KernelNeed>();
            for (var candidate : draft.candidates.get(kind)) {
                ofKind.addAll(lowering.lower(candidate.condition(), kind));
            }
            if (!ofKind.isEmpty()) {
                needs.put(kind, Lowering.withoutRepetition(ofKind));
            }
        }
        return new KernelFilter(needs);
    }

    public boolean wants(int kind, KernelView view) {
        return needs.getOrDefault(kind, List.of()).stream().anyMatch(need -> need.admits(view));
    }

    /// One need for all events of a kind, for a kernel that can test no more; nothing if no rule wants the
    /// kind.
    public Optional<KernelNeed> widest(int kind) {
        return needs.getOrDefault(kind, List.of()).stream().reduce(KernelNeed::or);
    }
}
