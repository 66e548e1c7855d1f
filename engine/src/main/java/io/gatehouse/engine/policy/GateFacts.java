// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a condition at the gate asks of a request, and what of it the gate cannot know.
final class GateFacts {
    /// What comes with the answer, or only with the log.
    private static final Set<String> LATER = Set.of(
            "ka.auth.reason",
            "ka.auth.openshift.decision",
            "ka.auth.openshift.username",
            "ka.validations.admission.policy.failure",
            "ka.security.pod.violations",
            "ka.impuser.name",
            "ka.target.pod.name",
            "ka.resp.name",
            "ka.response.code",
            "ka.response.reason",
            "ka.useragent",
            "ka.sourceips",
            "ka.cluster.name");
    /// What a JSON pointer into a request may begin with.
    private static final Set<String> PARTS = Set.of(
            "kind",
            "apiVersion",
            "level",
            "auditID",
            "stage",
            "requestURI",
            "verb",
            "user",
            "objectRef",
            "requestObject",
            "annotations");
    private static final String CONTAINERS = "/requestObject/spec/containers";

    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final List<String> later = new ArrayList<>();
    private boolean asksForContainers;

    private GateFacts() {}

    static GateFacts of(Condition condition) {
        var facts = new GateFacts();
        facts.walk(condition);
        return facts;
    }

    /// The fields that a rule asks for and the gate never knows, in alphabetical order.
    static List<String> later(Condition condition) {
        return of(condition).later.stream().sorted().distinct().toList();
    }

    List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    Denial.Scope scope() {
        return asksForContainers ? Denial.Scope.CONTAINER : Denial.Scope.POD;
    }

    private void walk(Condition condition) {
        switch (condition) {
            case Condition.And(var terms) -> terms.forEach(this::walk);
            case Condition.Or(var terms) -> terms.forEach(this::walk);
            case Condition.Not(var term) -> walk(term);
            case Condition.Check(var subject, var _, var operand, var span) -> {
                look(subject, span);
                if (operand instanceof Operand.Of(var other)) {
                    look(other, span);
                }
            }
        }
    }

    private void look(Subject subject, Span span) {
        switch (subject) {
            case Subject.Read(var field, var argument) -> look(field.name(), argument.orElse(""), span);
            case Subject.Apply(var _, var arguments, var _, var _) ->
                arguments.forEach(argument -> look(argument, span));
            case Subject.Group(var subjects) -> subjects.forEach(one -> look(one, span));
            case Subject.Constant _ -> {}
        }
    }

    private void look(String field, String argument, Span span) {
        if (field.equals("jevt.value") || field.equals("json.value")) {
            lookAt(pointer(argument), span);
        } else if (!field.startsWith("ka.") || LATER.contains(field)) {
            if (LATER.contains(field)) {
                later.add(field);
            }
            diagnostics.add(Code.NOT_AT_THE_GATE.at(span, "no request tells '" + field + "' at the gate"));
        } else if (field.startsWith("ka.req.pod.containers.") || field.startsWith("ka.req.container.")) {
            asksForContainers = true;
            if (field.startsWith("ka.req.pod.") && !argument.isEmpty() && !argument.equals("0")) {
                diagnostics.add(Code.NOT_AT_THE_GATE.at(
                        span,
                        "'" + field + "[" + argument + "]' asks for a container by its place",
                        "the condition is asked for each container, and then the pod has only this one",
                        "write '" + field + "'"));
            }
        }
    }

    private static String pointer(String argument) {
        return argument.startsWith("/") ? argument : "/" + argument;
    }

    private void lookAt(String pointer, Span span) {
        var first = pointer.substring(1).split("/", 2)[0];
        if (!PARTS.contains(first)) {
            later.add("jevt.value[" + pointer + "]");
            diagnostics.add(Code.NOT_AT_THE_GATE.at(
                    span,
                    "no request has '/" + first + "' at the gate",
                    "it is asked before it is answered; what it says stands below " + String.join(", ", sorted()),
                    "use one of these, such as '/requestObject/metadata/labels'"));
        }
        asksForContainers |= pointer.equals(CONTAINERS) || pointer.startsWith(CONTAINERS + "/");
    }

    private static List<String> sorted() {
        return PARTS.stream().sorted().map(part -> "/" + part).toList();
    }
}
