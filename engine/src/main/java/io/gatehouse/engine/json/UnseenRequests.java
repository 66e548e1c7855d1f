// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field.Source;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Counts the events whose request the audit policy left out of the log, though rules ask for it. Such rules never fire
/// on them, and nothing else would tell. Belongs to one thread.
public final class UnseenRequests {
    private static final Set<String> WITH_A_BODY = Set.of("create", "update", "patch");
    /// Answered without the request.
    private static final Set<String> OF_THE_TARGET = Set.of("ka.req.configmap.name", "ka.req.binding.subject.has_name");

    private final List<String> asking;
    private long seen;
    private long unseen;

    public UnseenRequests(Collection<Rule> rules) {
        this.asking = rules.stream()
                .filter(rule -> rule.enabled() && rule.source() == Source.K8S_AUDIT && asks(rule.condition()))
                .map(Rule::name)
                .toList();
    }

    public void see(JsonEvent event) {
        if (!(Tree.get(event.document(), "verb") instanceof Node.Text(var verb, var _))
                || !WITH_A_BODY.contains(verb)) {
            return;
        }
        seen++;
        boolean metadata =
                Tree.get(event.document(), "level") instanceof Node.Text(var level, var _) && level.equals("Metadata");
        if (metadata && Tree.get(event.document(), "requestObject") == null) {
            unseen++;
        }
    }

    /// Events without their request.
    public long count() {
        return unseen;
    }

    /// What to tell the user, if there was such an event and a rule that would have asked.
    ///
    /// @param log where the events come from
    public Optional<Diagnostic> notice(Span log) {
        if (unseen == 0 || asking.isEmpty()) {
            return Optional.empty();
        }
        var example = asking.getFirst();
        var rules = asking.size() == 1 ? "rule '" + example + "'" : asking.size() + " rules such as '" + example + "'";
        return Optional.of(Code.REQUEST_NOT_LOGGED.at(
                log,
                "%d of %d events that create or change something lack their request, and %s cannot fire on them"
                        .formatted(unseen, seen, rules)));
    }

    private static boolean asks(Condition condition) {
        return switch (condition) {
            case Condition.And(var terms) -> terms.stream().anyMatch(UnseenRequests::asks);
            case Condition.Or(var terms) -> terms.stream().anyMatch(UnseenRequests::asks);
            case Condition.Not(var term) -> asks(term);
            case Condition.Check(var subject, var _, var operand, var _) ->
                reads(subject) || operand instanceof Operand.Of(var other) && reads(other);
        };
    }

    private static boolean reads(Subject subject) {
        return switch (subject) {
            case Subject.Read(var field, var argument) ->
                field.name().startsWith("ka.req.") && !OF_THE_TARGET.contains(field.name())
                        || argument.orElse("").startsWith("/requestObject");
            case Subject.Apply apply -> apply.arguments().stream().anyMatch(UnseenRequests::reads);
            case Subject.Group(var subjects) -> subjects.stream().anyMatch(UnseenRequests::reads);
            case Subject.Constant _ -> false;
        };
    }
}
