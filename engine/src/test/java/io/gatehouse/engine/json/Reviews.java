// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The admission reviews that the requests in an audit log were judged by, made up again.
final class Reviews {
    private static final Map<String, String> OPERATIONS =
            Map.of("create", "CREATE", "update", "UPDATE", "patch", "UPDATE", "delete", "DELETE");

    private static final Set<String> ONLY_IN_THE_LOG = Set.of(
            "ka.response.code",
            "ka.response.reason",
            "ka.resp.name",
            "ka.target.pod.name",
            "ka.useragent",
            "ka.sourceips",
            "ka.auth.reason",
            "ka.uri");

    private Reviews() {}

    /// Nothing for a request that only reads, or whose object the log does not hold.
    static Optional<Node> of(Node event) {
        var verb = text(event, "verb");
        var subresource = text(event, "objectRef", "subresource");
        boolean connects = Set.of("exec", "attach", "portforward", "proxy").contains(subresource);
        var operation = connects ? "CONNECT" : OPERATIONS.get(verb);
        var object = Tree.get(event, "requestObject");
        if (operation == null || object == null && !connects) {
            return Optional.empty();
        }
        var span = event.span();
        var group = text(event, "objectRef", "apiGroup");
        var resource = mapping(
                span,
                "group",
                new Node.Text(group, span),
                "version",
                new Node.Text(text(event, "objectRef", "apiVersion"), span),
                "resource",
                new Node.Text(text(event, "objectRef", "resource"), span));
        var request = mapping(
                span,
                "uid",
                Tree.get(event, "auditID"),
                "operation",
                new Node.Text(operation, span),
                "resource",
                resource,
                "subResource",
                Tree.get(event, "objectRef", "subresource"),
                "namespace",
                Tree.get(event, "objectRef", "namespace"),
                "name",
                Tree.get(event, "objectRef", "name"),
                "userInfo",
                Tree.get(event, "user"),
                operation.equals("DELETE") ? "options" : "object",
                connects ? options(event) : object);
        return Optional.of(mapping(span, "request", request));
    }

    /// Of an exec the options that its URI names.
    private static Node options(Node event) {
        var command = Uri.parameter(text(event, "requestURI"), "command");
        return command == null ? null : mapping(event.span(), "command", new Node.Text(command, event.span()));
    }

    /// Whether a rule asks for what a review does not tell: the response, the client's address and program, why
    /// access was given, the address exactly as it was written.
    static boolean asksForMore(Condition condition) {
        return switch (condition) {
            case Condition.And(var terms) -> terms.stream().anyMatch(Reviews::asksForMore);
            case Condition.Or(var terms) -> terms.stream().anyMatch(Reviews::asksForMore);
            case Condition.Not(var term) -> asksForMore(term);
            case Condition.Check check ->
                ofTheLog(check.subject()) || check.operand() instanceof Operand.Of(var other) && ofTheLog(other);
        };
    }

    private static boolean ofTheLog(Subject subject) {
        return subject instanceof Subject.Read(var field, var _) && ONLY_IN_THE_LOG.contains(field.name());
    }

    private static String text(Node event, String... keys) {
        return Tree.get(event, keys) instanceof Node.Text(var text, var _) ? text : "";
    }

    private static Node mapping(Span span, Object... keysAndValues) {
        List<Node.Entry> entries = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            if (keysAndValues[i + 1] != null) {
                entries.add(new Node.Entry((String) keysAndValues[i], span, (Node) keysAndValues[i + 1]));
            }
        }
        return new Node.Mapping(entries, span);
    }
}
