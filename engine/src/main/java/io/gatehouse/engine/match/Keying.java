// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.PlanDraft.KeyGroup;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Not;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Keys: for a term over several questions, one answer to each question of which at least one must be
/// given.
///
/// `fd.name in (a, b) or (fd.directory = c and proc.name = d)` has the key "fd.name in (a, b)" or
/// "fd.directory = c". The name's lookup and the directory's each find the rules that their value leads to,
/// however many rules there are.
final class Keying {
    /// More lookups than this are not worth it for one term.
    private static final int MOST_QUESTIONS = 6;
    /// A key that holds more often than this decides too little, unless it is the whole term.
    private static final double SELDOM_ENOUGH = 0.5;

    /// @param found what each question must be answered with
    /// @param exact whether the term holds whenever its key does
    private record Key(Map<Question, Term> found, boolean exact, double chance) {}

    /// Fewer parts are found sooner one by one, but where case is folded, which would copy the text.
    private static final int ENOUGH_PARTS = 3;

    private final Draft<?> draft;
    private final PlanDraft plan;
    private final Set<Question> ofParts;
    private final Map<Term, Optional<Key>> known = new HashMap<>();

    private Keying(Draft<?> draft, PlanDraft plan) {
        this.draft = draft;
        this.plan = plan;
        this.ofParts = questionsOfParts(plan);
    }

    /// Where enough parts are looked for in one text to do it in one pass.
    private static Set<Question> questionsOfParts(PlanDraft plan) {
        var parts = new HashMap<Question, Set<String>>();
        for (var terms : plan.parts) {
            for (var leaf : Rows.leaves(terms)) {
                Question.ofPart(leaf.check)
                        .ifPresent(question -> parts.computeIfAbsent(question, _ -> new HashSet<>())
                                .add(Question.part(leaf.check)));
            }
        }
        parts.entrySet().removeIf(entry -> {
            var question = (Question.OfParts) entry.getKey();
            boolean enough = question.upperAndLower() == PartTable.Case.IS_FOLDED
                    || entry.getValue().size() >= ENOUGH_PARTS;
            return !enough || !PartTable.fits(entry.getValue());
        });
        return parts.keySet();
    }

    static String key(Draft<?> draft) {
        int keys = 0;
        int groups = 0;
        for (var plan : draft.plans) {
            keys += new Keying(draft, plan).key();
            groups += plan.keys.size();
        }
        return "%d keys in %d groups".formatted(keys, groups);
    }

    private int key() {
        int keys = 0;
        var groups = new LinkedHashMap<Set<Question>, KeyGroup>();
        for (int rule = 0; rule < plan.rules(); rule++) {
            for (var parts = plan.parts.get(rule).iterator(); parts.hasNext(); ) {
                var part = parts.next();
                var key = of(part);
                if (key.isPresent() && worthwhile(key.get()) && add(groups, rule, part, key.get())) {
                    keys++;
                    if (key.get().exact) {
                        parts.remove();
                    }
                }
            }
        }
        plan.keys.addAll(groups.values());
        return keys;
    }

    private static boolean worthwhile(Key key) {
        return key.found.size() <= MOST_QUESTIONS && (key.exact || key.chance < SELDOM_ENOUGH);
    }

    /// A group holds one key of a rule; a second one that asks the same stays a term of the rest.
    private static boolean add(Map<Set<Question>, KeyGroup> groups, int rule, Term part, Key key) {
        var group = groups.computeIfAbsent(key.found.keySet(), _ -> KeyGroup.empty());
        if (group.chances().putIfAbsent(rule, key.chance) != null) {
            return false;
        }
        if (key.exact) {
            group.exact().put(rule, part);
        }
        key.found.forEach((question, term) ->
                group.found().computeIfAbsent(question, _ -> new HashMap<>()).put(rule, term));
        return true;
    }

    private Optional<Key> of(Term term) {
        var key = known.get(term);
        if (key == null) {
            var question = draft.questions.of(term);
            key = question.isPresent()
                    ? Optional.of(new Key(Map.of(question.get(), term), true, draft.estimate.chance(term)))
                    : switch (term) {
                        case Any any -> ofAny(any.terms);
                        case All all -> ofAll(all.terms);
                        case Not not when not.term instanceof Any any -> ofAll(negated(any));
                        case Not not when not.term instanceof All all -> ofAny(negated(all));
                        case Term.Leaf leaf -> ofPart(leaf);
                        case Not _, Term.Fixed _ -> Optional.empty();
                    };
            known.put(term, key);
        }
        return key;
    }

    private Optional<Key> ofPart(Term.Leaf leaf) {
        return Question.ofPart(leaf.check)
                .filter(ofParts::contains)
                .map(question -> new Key(Map.of(question, leaf), true, draft.estimate.chance(leaf)));
    }

    private List<Term> negated(Term.Several several) {
        return several.terms.stream().map(draft.pool::not).toList();
    }

    private Optional<Key> ofAny(List<Term> parts) {
        var found = new LinkedHashMap<Question, Term>();
        boolean exact = true;
        double none = 1;
        for (var part : parts) {
            var key = of(part);
            if (key.isEmpty()) {
                return key;
            }
            exact &= key.get().exact;
            none *= 1 - key.get().chance;
            key.get()
                    .found
                    .forEach((question, term) ->
                            found.merge(question, term, (one, other) -> draft.pool.any(List.of(one, other))));
            if (found.size() > MOST_QUESTIONS) {
                return Optional.empty();
            }
        }
        return Optional.of(new Key(found, exact, 1 - none));
    }

    /// The key of the part that holds least often.
    private Optional<Key> ofAll(List<Term> parts) {
        Optional<Key> best = Optional.empty();
        for (var part : parts) {
            var key = of(part);
            if (key.isPresent() && (best.isEmpty() || key.get().chance < best.get().chance)) {
                best = key;
            }
        }
        return best.map(key -> new Key(key.found, false, key.chance));
    }
}
