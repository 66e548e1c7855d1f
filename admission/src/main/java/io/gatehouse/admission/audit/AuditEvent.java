// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import java.util.Optional;

/// What the gate reads of an audit event (`audit.k8s.io/v1`) beside its rules.
final class AuditEvent {
    /// kube-apiserver writes it on a request that a webhook with `failurePolicy: Ignore` did not answer; the value is
    /// the webhook's name.
    private static final String FAILED_OPEN = "failed-open.validating.webhook.admission.k8s.io/";

    private static final int DONE = 300;

    private AuditEvent() {}

    static String id(Node event) {
        return text(event, "auditID");
    }

    static String stage(Node event) {
        return text(event, "stage");
    }

    static String user(Node event) {
        return part(event, "user").map(user -> text(user, "username")).orElse("");
    }

    /// Whether the request was let through because this webhook did not answer.
    static boolean failedOpen(Node event, String webhook) {
        return stage(event).equals("ResponseComplete")
                && succeeded(event)
                && part(event, "annotations").stream()
                        .flatMap(annotations -> annotations.entries().stream())
                        .anyMatch(each -> each.key().startsWith(FAILED_OPEN)
                                && each.value() instanceof Node.Text(var name, var _)
                                && name.equals(webhook));
    }

    private static boolean succeeded(Node event) {
        return part(event, "responseStatus")
                .flatMap(status -> Fields.value(status, "code"))
                .filter(code -> code instanceof Node.Number(var literal, var _)
                        && literal.length() == 3
                        && Integer.parseInt(literal) < DONE)
                .isPresent();
    }

    static Optional<Node.Mapping> part(Node event, String field) {
        return event instanceof Node.Mapping mapping ? Fields.mapping(mapping, field) : Optional.empty();
    }

    static String text(Node event, String field) {
        return event instanceof Node.Mapping mapping
                ? Fields.text(mapping, field).orElse("")
                : "";
    }
}
