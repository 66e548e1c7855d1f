// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The one question that decides a term, where there is one: all of its checks ask it.
final class Questions {
    private final Map<Term, Optional<Question>> known = new HashMap<>();

    Optional<Question> of(Term term) {
        var question = known.get(term);
        if (question == null) {
            question = switch (term) {
                case Fixed _ -> Optional.empty();
                case Leaf leaf -> Question.of(leaf.check);
                case Not not -> of(not.term);
                case Term.Several several -> ofAll(several);
            };
            known.put(term, question);
        }
        return question;
    }

    private Optional<Question> ofAll(Term.Several several) {
        var first = of(several.terms.getFirst());
        if (first.isEmpty()) {
            return first;
        }
        for (var part : several.terms) {
            if (!of(part).equals(first)) {
                return Optional.empty();
            }
        }
        return first;
    }
}
