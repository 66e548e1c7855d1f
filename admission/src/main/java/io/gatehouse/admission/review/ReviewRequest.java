// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.engine.document.Node;
import java.util.Optional;

/// The `request` of an admission review, as far as it is judged.
///
/// @param uid to be given back in the answer
/// @param resource with its subresource: `pods`, `pods/ephemeralcontainers`
/// @param object as it would be stored; absent on DELETE
/// @param oldObject as it is stored; absent on CREATE and CONNECT
/// @param dryRun nothing will be stored, so nothing may be told
/// @param user who asks, empty where the request does not say
/// @param sent the request as it was sent, for conditions that may ask anything of it
public record ReviewRequest(
        String uid,
        Subject subject,
        String resource,
        Operation operation,
        Optional<Node.Mapping> object,
        Optional<Node.Mapping> oldObject,
        boolean dryRun,
        String user,
        Node.Mapping sent) {
    /// A request that nobody sent.
    public ReviewRequest(
            String uid,
            Subject subject,
            String resource,
            Operation operation,
            Optional<Node.Mapping> object,
            Optional<Node.Mapping> oldObject,
            boolean dryRun,
            String user) {
        this(
                uid,
                subject,
                resource,
                operation,
                object,
                oldObject,
                dryRun,
                user,
                Unsent.request(subject, operation, object, user));
    }

    /// The kind of what is asked for: of `pods/exec` a Pod, whatever the object of the review is.
    String targetKind() {
        return switch (operation == Operation.CONNECT
                ? resource.substring(0, Math.max(0, resource.indexOf('/')))
                : "") {
            case "pods" -> "Pod";
            case "services" -> "Service";
            case "nodes" -> "Node";
            default -> subject.kind();
        };
    }

    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }
}
