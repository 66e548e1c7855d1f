// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;

/// A plan while the passes work on it. Each field is set by the pass that its comment names.
final class Draft<E> {
    final List<Rule> given;
    final Source source;
    final Readers<E> readers;
    final TermPool pool = new TermPool();
    final Questions questions = new Questions();
    final Estimate estimate = new Estimate();
    final KindFacts facts;
    final Slots slots = new Slots();

    /// select: in order of position.
    List<Rule> rules = List.of();
    /// share: for each rule.
    List<Term> conditions = List.of();
    /// specialise: for each kind, what is left of the rules that can match it.
    List<List<Candidate>> candidates = List.of();
    /// join: the kinds that something is left for.
    final List<PlanDraft> plans = new ArrayList<>();
    /// join: for each kind the index of its plan, or -1.
    int[] planOfKind = {};
    /// bind: for each plan.
    final List<KindPlan<E>> bound = new ArrayList<>();

    Draft(List<Rule> given, Source source, Readers<E> readers) {
        this.given = given;
        this.source = source;
        this.readers = readers;
        this.facts = KindFacts.of(source);
    }

    /// A rule and its condition for one kind of event.
    record Candidate(int rule, Term condition) {}
}
