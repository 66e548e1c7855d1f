// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A request as an audit policy looks at it.
///
/// @param about a resource or a path, the two kinds of requests there are
public record AuditRequest(String user, List<String> groups, String verb, About about) {
    public AuditRequest {
        groups = List.copyOf(groups);
    }

    public sealed interface About {}

    /// @param group empty for the core group
    /// @param subresource empty where the request is about the resource itself
    /// @param namespace empty for what belongs to none
    /// @param name empty where the request names no object
    public record Resource(String group, String resource, String subresource, String namespace, String name)
            implements About {
        /// As policies write it: `pods/exec`.
        public String combined() {
            return subresource.isEmpty() ? resource : resource + "/" + subresource;
        }
    }

    public record Path(String path) implements About {}

    /// The request that an audit event tells of; nothing where it names none.
    public static Optional<AuditRequest> of(Node event) {
        var verb = text(event, "verb");
        var uri = text(event, "requestURI");
        if (verb.isEmpty() || uri.isEmpty()) {
            return Optional.empty();
        }
        var about = part(event, "objectRef")
                .<About>map(ref -> new Resource(
                        text(ref, "apiGroup"),
                        text(ref, "resource"),
                        text(ref, "subresource"),
                        text(ref, "namespace"),
                        text(ref, "name")))
                .orElseGet(() -> new Path(uri.contains("?") ? uri.substring(0, uri.indexOf('?')) : uri));
        var user = part(event, "user").orElse(event);
        var groups = new ArrayList<String>();
        if (part(user, "groups").orElse(null) instanceof Node.Sequence(var items, var _)) {
            for (var item : items) {
                if (item instanceof Node.Text(var group, var _)) {
                    groups.add(group);
                }
            }
        }
        return Optional.of(new AuditRequest(text(user, "username"), groups, verb, about));
    }

    private static Optional<Node> part(Node of, String key) {
        return of instanceof Node.Mapping mapping ? mapping.get(key) : Optional.empty();
    }

    private static String text(Node of, String key) {
        return part(of, key).orElse(null) instanceof Node.Text(var text, var _) ? text : "";
    }
}
