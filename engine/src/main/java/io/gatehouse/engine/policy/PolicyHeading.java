// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.PolicySchema;
import java.util.ArrayList;
import java.util.List;

/// Whether a document says that it is a policy of a version we know; until then no other rule is about it.
final class PolicyHeading {
    private static final List<String> KINDS = List.of(
            PolicySchema.NAMESPACED_KIND,
            PolicySchema.CLUSTER_KIND,
            PolicySchema.RESPONSE_KIND,
            PolicySchema.BRAKE_KIND,
            PolicySchema.EXEMPTION_KIND,
            PolicySchema.CLUSTER_EXEMPTION_KIND);

    private PolicyHeading() {}

    static List<Diagnostic> check(Node document) {
        if (!(document instanceof Node.Mapping mapping)) {
            return List.of(Code.NOT_A_POLICY.at(
                    document.span(),
                    "a policy is a mapping, this is " + Kinds.of(document),
                    document instanceof Node.Sequence
                            ? "put rules into a file of their own"
                            : "begin with 'apiVersion: " + PolicySchema.API_VERSION + "'"));
        }
        var problems = new ArrayList<Diagnostic>();
        checkVersion(mapping, problems);
        checkKind(mapping, problems);
        return problems;
    }

    private static void checkVersion(Node.Mapping document, List<Diagnostic> problems) {
        var version = document.get("apiVersion");
        if (version.isEmpty()) {
            problems.add(missing(document, "apiVersion", PolicySchema.API_VERSION));
        } else if (!(version.get() instanceof Node.Text text && text.value().equals(PolicySchema.API_VERSION))) {
            problems.add(Code.UNKNOWN_VERSION.at(
                    version.get().span(),
                    "unknown version " + Kinds.quoted(version.get()) + " of the policy language"));
        }
    }

    private static void checkKind(Node.Mapping document, List<Diagnostic> problems) {
        var kind = document.get("kind");
        if (kind.isEmpty()) {
            problems.add(missing(document, "kind", PolicySchema.NAMESPACED_KIND));
        } else if (!(kind.get() instanceof Node.Text text && KINDS.contains(text.value()))) {
            var meant = kind.get() instanceof Node.Text text ? Spelling.nearest(text.value(), KINDS) : null;
            problems.add(Code.NOT_A_POLICY.at(
                    kind.get().span(),
                    Kinds.quoted(kind.get()) + " is not a kind of policy",
                    meant == null ? Code.NOT_A_POLICY.fix() : "did you mean '" + meant + "'?"));
        }
    }

    private static Diagnostic missing(Node.Mapping document, String field, String example) {
        return Code.MISSING_FIELD.at(
                document.span(), "'" + field + "' is missing", "add '" + field + ": " + example + "'");
    }
}
