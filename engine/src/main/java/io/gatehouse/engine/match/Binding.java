// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.match.PlanDraft.KeyGroup;
import io.gatehouse.engine.match.PlanDraft.StepDraft;
import io.gatehouse.engine.rule.Rule;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// From drafts to plans that run: tables are filled, fields bound, places of the scratch memory given out.
final class Binding<E> {
    private final Draft<E> draft;
    private final Values<E> values;
    private int rows;

    Binding(Draft<E> draft) {
        this.draft = draft;
        this.values = new Values<>(draft.readers, draft.slots);
    }

    String bind() {
        for (var plan : draft.plans) {
            draft.bound.add(new OfPlan(plan).bind());
        }
        return "%d rows of lookups, %d fields, %d terms remembered"
                .formatted(rows, draft.slots.texts() + draft.slots.numbers(), draft.slots.memos());
    }

    private final class OfPlan {
        private final PlanDraft plan;
        private final TestBuilder<E> tests;
        private final Map<Question, Rows> tables = new HashMap<>();
        private final Map<Question, Lookup<E>> lookups = new HashMap<>();

        OfPlan(PlanDraft plan) {
            this.plan = plan;
            this.tests = new TestBuilder<>(values, draft.estimate, draft.slots, asked());
        }

        /// Every term that becomes a test, once for each use.
        private List<Term> asked() {
            var asked = new ArrayList<Term>();
            plan.parts.forEach(asked::addAll);
            for (var question : plan.singles.keySet()) {
                if (question instanceof Question.OfTerm(var term)) {
                    asked.add(term);
                }
            }
            return asked;
        }

        KindPlan<E> bind() {
            for (var question : questions()) {
                if (!(question instanceof Question.OfParts)) {
                    lookups.put(question, lookup(question));
                }
            }
            var steps = plan.steps.stream().map(this::step).toList();
            return new KindPlan<>(rules(), array(steps, Step.class), rests(), Outline.of(draft, plan));
        }

        private Set<Question> questions() {
            var questions = new LinkedHashSet<>(plan.singles.keySet());
            plan.keys.forEach(group -> questions.addAll(group.found().keySet()));
            return questions;
        }

        /// All that is asked by one question, so that one table serves every step.
        private Collection<Term> terms(Question question) {
            var terms = new ArrayList<>(
                    plan.singles.getOrDefault(question, Map.of()).values());
            for (KeyGroup group : plan.keys) {
                terms.addAll(group.found().getOrDefault(question, Map.of()).values());
            }
            return terms;
        }

        private Lookup<E> lookup(Question question) {
            return switch (question) {
                case Question.OfNumber(var subject) -> {
                    var table = new Rows.OfNumber(terms(question));
                    keep(question, table);
                    yield new Lookup.OfNumber<>(values.number(subject), table.starts());
                }
                case Question.OfText(var subject) -> {
                    var table = new Rows.OfText(TextTable.Direction.FROM_START, terms(question));
                    keep(question, table);
                    yield new Lookup.OfText<>(values.text(subject), table.table(), draft.slots.nextLookup());
                }
                case Question.OfEnd(var subject) -> {
                    var table = new Rows.OfText(TextTable.Direction.FROM_END, terms(question));
                    keep(question, table);
                    yield new Lookup.OfText<>(values.text(subject), table.table(), draft.slots.nextLookup());
                }
                case Question.OfParts _ -> throw new IllegalStateException("several parts may lie in a text");
                case Question.OfTerm(var term) -> {
                    keep(question, new Rows.OfTerm(term));
                    yield new Lookup.OfTerm<>(tests.of(term));
                }
            };
        }

        private void keep(Question question, Rows table) {
            tables.put(question, table);
            rows += table.count();
        }

        private Step<E> step(StepDraft step) {
            return switch (step) {
                case StepDraft.Single(var question) -> {
                    var terms = plan.singles.get(question);
                    yield new Step.Single<>(
                            mask(terms.keySet()),
                            lookups.get(question),
                            tables.get(question).masks(terms, mask(all())));
                }
                case StepDraft.Keys(var group) -> keys(group);
            };
        }

        private Step<E> keys(KeyGroup group) {
            var finders = new ArrayList<Finder<E>>();
            group.found().forEach((question, terms) -> finders.add(finder(question, terms)));
            return new Step.Keys<>(mask(group.chances().keySet()), array(finders, Finder.class));
        }

        private Finder<E> finder(Question question, Map<Integer, Term> terms) {
            return question instanceof Question.OfParts(var subject, var upperAndLower)
                    ? partFinder(subject, upperAndLower, terms)
                    : new Finder.OfRow<>(
                            lookups.get(question), tables.get(question).masks(terms, mask(Set.of())));
        }

        private Finder<E> partFinder(Subject.Read subject, PartTable.Case upperAndLower, Map<Integer, Term> terms) {
            var users = new LinkedHashMap<String, Set<Integer>>();
            terms.forEach((rule, term) -> Rows.leaves(List.of(term))
                    .forEach(leaf -> users.computeIfAbsent(Question.part(leaf.check), _ -> new HashSet<>())
                            .add(rule)));
            var table = new PartTable(users.keySet(), upperAndLower);
            var masks = new long[table.rowCount()][];
            for (int row = 0; row < masks.length; row++) {
                var found = new HashSet<Integer>();
                table.ending(row).forEach(part -> found.addAll(users.get(part)));
                masks[row] = mask(found);
            }
            rows += masks.length;
            return new Finder.OfParts<>(values.text(subject), table, new Masks(masks), draft.slots.nextLookup());
        }

        private Rule[] rules() {
            return plan.candidates.stream()
                    .map(candidate -> draft.rules.get(candidate.rule()))
                    .toArray(Rule[]::new);
        }

        private Set<Integer> all() {
            var all = new HashSet<Integer>();
            for (int rule = 0; rule < plan.rules(); rule++) {
                all.add(rule);
            }
            return all;
        }

        private long[] mask(Set<Integer> rules) {
            var mask = new long[KindPlan.words(plan.rules())];
            rules.forEach(rule -> mask[rule >> 6] |= 1L << rule);
            return mask;
        }

        private Test<E>[] rests() {
            return array(
                    plan.parts.stream()
                            .map(parts -> tests.of(draft.pool.all(parts)))
                            .toList(),
                    Test.class);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays have no type parameters
    private static <T> T[] array(List<? extends T> list, Class<?> type) {
        return list.toArray((T[]) Array.newInstance(type, 0));
    }
}
