// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.And;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Not;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Or;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a condition over audit events asks of the log: which requests, and how much of them.
///
/// Alternatives of which one must hold, as with what the kernel may test of a rule: what cannot be said
/// in the words of an audit policy asks for nothing, so that a policy made from the needs writes whatever
/// can satisfy the condition.
final class AuditNeeds {
    private static final int MOST_ALTERNATIVES = 64;
    private static final List<AuditNeed> ANYTHING = List.of(AuditNeed.ANYTHING);
    private static final String REQUEST_OBJECT = "/requestObject";
    private static final String RESPONSE_OBJECT = "/responseObject";

    private AuditNeeds() {}

    /// @return none where no request can satisfy the condition
    static List<AuditNeed> of(Condition condition) {
        return switch (condition) {
            case And(var terms) -> all(terms.stream().map(AuditNeeds::of).toList());
            case Or(var terms) -> any(terms.stream().map(AuditNeeds::of).toList());
            case Not(var term) -> ofNot(term);
            case Check check -> need(check).map(List::of).orElse(ANYTHING);
        };
    }

    private static List<AuditNeed> ofNot(Condition term) {
        return switch (term) {
            case And(var terms) -> any(terms.stream().map(AuditNeeds::ofNot).toList());
            case Or(var terms) -> all(terms.stream().map(AuditNeeds::ofNot).toList());
            case Not(var again) -> of(again);
            case Check check ->
                check.operator() == Operator.EXISTS && field(check).equals("ka.target.subresource")
                        ? List.of(AuditNeed.subresources(Set.of("")))
                        : ANYTHING;
        };
    }

    private static List<AuditNeed> any(List<List<AuditNeed>> alternatives) {
        var needs = new ArrayList<AuditNeed>();
        alternatives.forEach(needs::addAll);
        return bounded(needs);
    }

    private static List<AuditNeed> all(List<List<AuditNeed>> terms) {
        var needs = ANYTHING;
        for (var term : terms) {
            var both = new ArrayList<AuditNeed>();
            for (var one : needs) {
                for (var other : term) {
                    one.and(other).ifPresent(both::add);
                }
            }
            needs = bounded(both);
        }
        return needs;
    }

    private static List<AuditNeed> bounded(List<AuditNeed> needs) {
        if (needs.contains(AuditNeed.ANYTHING)) {
            return ANYTHING;
        }
        var distinct = needs.stream().distinct().toList();
        return distinct.size() > MOST_ALTERNATIVES ? ANYTHING : distinct;
    }

    private static Optional<AuditNeed> need(Check check) {
        var texts = texts(check);
        if (texts.isEmpty()) {
            return Optional.empty();
        }
        return switch (field(check)) {
            case "ka.verb" -> Optional.of(AuditNeed.verbs(texts.get()));
            case "ka.target.resource" -> Optional.of(AuditNeed.resources(texts.get()));
            case "ka.target.subresource" -> Optional.of(AuditNeed.subresources(texts.get()));
            default -> Optional.empty();
        };
    }

    private static String field(Check check) {
        return check.subject() instanceof Subject.Read(var field, var _) ? field.name() : "";
    }

    private static Optional<Set<String>> texts(Check check) {
        return switch (check.operand()) {
            case Operand.Text(var text) when check.operator() == Operator.EQUAL -> Optional.of(Set.of(text));
            case Operand.Texts(var texts)
            when check.operator() == Operator.IN && !texts.isEmpty() -> Optional.of(texts);
            default -> Optional.empty();
        };
    }

    // ---- how much

    static AuditLevel level(Condition condition) {
        return switch (condition) {
            case And(var terms) -> highest(terms);
            case Or(var terms) -> highest(terms);
            case Not(var term) -> level(term);
            case Check(var subject, var _, var operand, var _) ->
                operand instanceof Operand.Of(var other) ? level(subject).or(level(other)) : level(subject);
        };
    }

    private static AuditLevel highest(List<Condition> terms) {
        return terms.stream().map(AuditNeeds::level).reduce(AuditLevel.METADATA, AuditLevel::or);
    }

    static AuditLevel level(Subject subject) {
        return switch (subject) {
            case Subject.Read(var field, var argument) -> level(field.name(), argument.orElse(""));
            case Subject.Apply apply -> highestOf(apply.arguments());
            case Subject.Group(var subjects) -> highestOf(subjects);
            case Subject.Constant _ -> AuditLevel.METADATA;
        };
    }

    private static AuditLevel highestOf(List<Subject> subjects) {
        return subjects.stream().map(AuditNeeds::level).reduce(AuditLevel.METADATA, AuditLevel::or);
    }

    private static AuditLevel level(String field, String argument) {
        if (field.startsWith("ka.resp.") || argument.startsWith(RESPONSE_OBJECT)) {
            return AuditLevel.REQUEST_RESPONSE;
        }
        return field.startsWith("ka.req.") || argument.startsWith(REQUEST_OBJECT)
                ? AuditLevel.REQUEST
                : AuditLevel.METADATA;
    }
}
