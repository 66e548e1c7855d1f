// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.Draft.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The plan of one kind of event while the passes work on it. Rules are counted from 0 within the plan.
final class PlanDraft {
    final List<Candidate> candidates;

    /// split: for each rule, the terms that all must hold and that no step decides yet.
    final List<List<Term>> parts = new ArrayList<>();
    /// look up: for each question, the terms that its lookup decides, by rule.
    final Map<Question, Map<Integer, Term>> singles = new LinkedHashMap<>();
    /// key
    final List<KeyGroup> keys = new ArrayList<>();
    /// order
    final List<StepDraft> steps = new ArrayList<>();

    PlanDraft(List<Candidate> candidates) {
        this.candidates = candidates;
    }

    int rules() {
        return candidates.size();
    }

    /// Keys that ask the same questions.
    ///
    /// @param found for each question, by rule, the term that finds the rule
    /// @param chances by rule, how likely it is found
    /// @param exact by rule, the terms that their keys decide
    record KeyGroup(Map<Question, Map<Integer, Term>> found, Map<Integer, Double> chances, Map<Integer, Term> exact) {
        static KeyGroup empty() {
            return new KeyGroup(new LinkedHashMap<>(), new HashMap<>(), new HashMap<>());
        }
    }

    /// A step, before it is bound.
    sealed interface StepDraft {
        record Single(Question question) implements StepDraft {}

        record Keys(KeyGroup group) implements StepDraft {}
    }
}
