// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Makes terms, each once and in its simplest form. Of one compilation, thus of one thread.
final class TermPool {
    private final Map<Term, Term> terms = new HashMap<>();
    private final Map<Condition, Term> known = new IdentityHashMap<>();

    int size() {
        return terms.size();
    }

    Term of(Condition condition) {
        var term = known.get(condition);
        if (term == null) {
            term = switch (condition) {
                case Condition.And(var parts) ->
                    all(parts.stream().map(this::of).toList());
                case Condition.Or(var parts) -> any(parts.stream().map(this::of).toList());
                case Condition.Not(var part) -> not(of(part));
                case Check check -> pooled(new Leaf(check));
            };
            known.put(condition, term);
        }
        return term;
    }

    Term not(Term term) {
        return switch (term) {
            case Fixed fixed -> Fixed.of(fixed == Fixed.FALSE);
            case Not not -> not.term;
            default -> pooled(new Not(term));
        };
    }

    Term all(Collection<? extends Term> parts) {
        var flat = new LinkedHashSet<Term>();
        for (var part : parts) {
            if (part instanceof All all) {
                flat.addAll(all.terms);
            } else if (part != Fixed.TRUE) {
                flat.add(part);
            }
        }
        if (flat.contains(Fixed.FALSE) || contradicts(flat)) {
            return Fixed.FALSE;
        }
        return switch (flat.size()) {
            case 0 -> Fixed.TRUE;
            case 1 -> flat.getFirst();
            default -> pooled(new All(List.copyOf(flat)));
        };
    }

    Term any(Collection<? extends Term> parts) {
        var flat = new LinkedHashSet<Term>();
        for (var part : parts) {
            if (part instanceof Any any) {
                flat.addAll(any.terms);
            } else if (part != Fixed.FALSE) {
                flat.add(part);
            }
        }
        if (flat.contains(Fixed.TRUE) || contradicts(flat)) {
            return Fixed.TRUE;
        }
        return switch (flat.size()) {
            case 0 -> Fixed.FALSE;
            case 1 -> flat.getFirst();
            default -> withoutCommonTerms(flat);
        };
    }

    /// `(a and b) or (a and c)` is `a and (b or c)`.
    private Term withoutCommonTerms(Set<Term> branches) {
        var common = new LinkedHashSet<Term>();
        boolean first = true;
        for (var branch : branches) {
            if (first) {
                common.addAll(conjuncts(branch));
                first = false;
            } else {
                common.retainAll(Set.copyOf(conjuncts(branch)));
            }
            if (common.isEmpty()) {
                return pooled(new Any(List.copyOf(branches)));
            }
        }
        var rests = new ArrayList<Term>();
        for (var branch : branches) {
            rests.add(all(conjuncts(branch).stream()
                    .filter(part -> !common.contains(part))
                    .toList()));
        }
        var result = new ArrayList<Term>(common);
        result.add(any(rests));
        return all(result);
    }

    /// The terms that all must hold for this one to hold.
    List<Term> conjuncts(Term term) {
        return switch (term) {
            case All all ->
                all.terms.stream().flatMap(part -> conjuncts(part).stream()).toList();
            case Not not
            when not.term instanceof Any any ->
                any.terms.stream()
                        .flatMap(choice -> conjuncts(not(choice)).stream())
                        .toList();
            default -> List.of(term);
        };
    }

    /// The term with some of its parts exchanged.
    ///
    /// @param exchange answers the part itself where it stays and its own parts are to be looked at
    /// @param touched the terms that hold something to exchange
    /// @param done results so far, of one and the same exchange
    Term exchange(Term term, UnaryOperator<Term> exchange, Predicate<Term> touched, Map<Term, Term> done) {
        if (!touched.test(term)) {
            return term;
        }
        var result = done.get(term);
        if (result == null) {
            result = exchange.apply(term);
            if (result == term) {
                result = switch (term) {
                    case All all -> all(exchangeEach(all.terms, exchange, touched, done));
                    case Any any -> any(exchangeEach(any.terms, exchange, touched, done));
                    case Not not -> not(exchange(not.term, exchange, touched, done));
                    case Leaf leaf -> leaf;
                    case Fixed fixed -> fixed;
                };
            }
            done.put(term, result);
        }
        return result;
    }

    private List<Term> exchangeEach(
            List<Term> parts, UnaryOperator<Term> exchange, Predicate<Term> touched, Map<Term, Term> done) {
        var exchanged = new ArrayList<Term>(parts.size());
        for (var part : parts) {
            exchanged.add(exchange(part, exchange, touched, done));
        }
        return exchanged;
    }

    private boolean contradicts(Set<Term> terms) {
        for (var term : terms) {
            if (term instanceof Not not && terms.contains(not.term)) {
                return true;
            }
        }
        return false;
    }

    private Term pooled(Term term) {
        var there = terms.putIfAbsent(term, term);
        return there == null ? term : there;
    }
}
