// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.format.EventTime;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An admission review, looked at as the audit event its request would leave if it were let through: so a rule written
/// for the audit log can refuse before anything has happened.
///
/// The stage is that of a request that was done, or of a connection that was begun, since rules ask for these. There is
/// no response yet, and neither the address nor the program of the client is known: rules that ask for them do not
/// fire.
/// Of a patch the whole object that comes of it is the request, not what the client sent.
public final class AdmissionView {
    private static final Map<String, String> VERBS =
            Map.of("CREATE", "create", "UPDATE", "update", "DELETE", "delete", "CONNECT", "create");

    private final Node request;
    private final Span span;
    private final String operation;
    private final String group;
    private final String version;
    private final String resource;
    private final String subresource;
    private final String namespace;
    private final String name;

    private AdmissionView(Node request, String operation) {
        this.request = request;
        this.span = request.span();
        this.operation = operation;
        this.group = text("resource", "group");
        this.version = text("resource", "version");
        this.resource = text("resource", "resource");
        this.subresource = text("subResource");
        this.namespace = text("namespace");
        var given = text("name");
        this.name = given.isEmpty() ? text("object", "metadata", "name") : given;
    }

    /// @param review of `admission.k8s.io/v1`
    /// @param number of the review, from 1
    /// @param timeNanos since 1970
    /// @return nothing for a document that is no such review, or has no request that could be told
    public static Optional<JsonEvent> of(Node review, long number, long timeNanos) {
        if (!(Tree.get(review, "request") instanceof Node.Mapping request)
                || !(Tree.get(request, "operation") instanceof Node.Text(var operation, var _))
                || !VERBS.containsKey(operation)) {
            return Optional.empty();
        }
        var document = new AdmissionView(request, operation).document(timeNanos);
        return Optional.of(new JsonEvent(Source.K8S_AUDIT, number, timeNanos, timeNanos, document));
    }

    private Node document(long timeNanos) {
        var time = EventTime.zulu(timeNanos);
        var event = new Fields(span)
                .text("kind", "Event")
                .text("apiVersion", "audit.k8s.io/v1")
                .text("level", "Request")
                .text("auditID", text("uid"))
                .text("stage", operation.equals("CONNECT") ? "ResponseStarted" : "ResponseComplete")
                .text("requestURI", uri())
                .text("verb", verb())
                .node("user", Tree.get(request, "userInfo"))
                .node("objectRef", target())
                .node("requestObject", requestObject())
                .text("requestReceivedTimestamp", time)
                .text("stageTimestamp", time);
        // Only what is authorized is reviewed.
        event.node(
                "annotations",
                new Fields(span).text("authorization.k8s.io/decision", "allow").mapping());
        return event.mapping();
    }

    private String verb() {
        if (operation.equals("UPDATE") && text("options", "kind").equals("PatchOptions")) {
            return "patch";
        }
        return operation.equals("DELETE") && name.isEmpty() ? "deletecollection" : VERBS.get(operation);
    }

    private Node target() {
        return new Fields(span)
                .given("resource", resource)
                .given("namespace", namespace)
                .given("name", name)
                .given("apiGroup", group)
                .given("apiVersion", version)
                .given("subresource", subresource)
                .mapping();
    }

    /// Of what is deleted, the options of the deletion.
    private Node requestObject() {
        var object = Tree.get(request, operation.equals("DELETE") ? "options" : "object");
        return object instanceof Node.Mapping ? object : null;
    }

    /// `/api/v1/namespaces/default/pods/web/exec?command=sh`
    private String uri() {
        var uri = new StringBuilder(group.isEmpty() ? "/api" : "/apis/" + group);
        uri.append('/').append(version);
        boolean scoped = !namespace.isEmpty() && !resource.equals("namespaces");
        uri.append(scoped ? "/namespaces/" + namespace : "").append('/').append(resource);
        boolean created = operation.equals("CREATE") && subresource.isEmpty();
        uri.append(created || name.isEmpty() ? "" : "/" + name);
        uri.append(subresource.isEmpty() ? "" : "/" + subresource);
        return operation.equals("CONNECT") ? uri + query() : uri.toString();
    }

    /// What a connection asks for, such as the command of an exec, travels in its URI.
    private String query() {
        if (!(Tree.get(request, "object") instanceof Node.Mapping(var options, var _))) {
            return "";
        }
        var pairs = new ArrayList<String>();
        for (var option : options) {
            if (option.key().equals("kind") || option.key().equals("apiVersion")) {
                continue;
            }
            var values = option.value() instanceof Node.Sequence(var items, var _) ? items : List.of(option.value());
            for (var value : values) {
                pairs.add(Uri.escaped(option.key()) + "=" + Uri.escaped(Tree.text(value, JsonPrinter.Form.PLAIN)));
            }
        }
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    /// Empty if it is not there.
    private String text(String... keys) {
        return Tree.get(request, keys) instanceof Node.Text(var text, var _) ? text : "";
    }

    /// A mapping being made. All of it stands where the request does.
    private record Fields(Span span, List<Node.Entry> entries) {
        Fields(Span span) {
            this(span, new ArrayList<>());
        }

        Fields text(String key, String value) {
            return node(key, new Node.Text(value, span));
        }

        Fields given(String key, String value) {
            return value.isEmpty() ? this : text(key, value);
        }

        Fields node(String key, Node value) {
            if (value != null) {
                entries.add(new Node.Entry(key, span, value));
            }
            return this;
        }

        Node mapping() {
            return new Node.Mapping(entries, span);
        }
    }
}
