// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.JsonPrinter.Form;
import java.util.ArrayList;
import java.util.List;

/// Whom a role binding names.
final class Subjects {
    private Subjects() {}

    static String[] names(Node document, String kind) {
        var names = new ArrayList<String>();
        for (var subject : ofKind(document, kind)) {
            names.add(text(subject, "name"));
        }
        return Answer.texts(names);
    }

    /// `namespace:name`, for those that name their namespace.
    static String[] accountsWithNamespace(Node document) {
        var names = new ArrayList<String>();
        for (var subject : ofKind(document, "ServiceAccount")) {
            if (Tree.get(subject, "namespace") != null) {
                names.add(text(subject, "namespace") + ":" + text(subject, "name"));
            }
        }
        return Answer.texts(names);
    }

    private static List<Node> ofKind(Node document, String kind) {
        if (!(Tree.get(document, "requestObject", "subjects") instanceof Node.Sequence(var subjects, var _))) {
            return List.of();
        }
        return subjects.stream()
                .filter(subject -> Tree.get(subject, "kind") != null && Tree.get(subject, "name") != null)
                .filter(subject -> text(subject, "kind").equals(kind))
                .toList();
    }

    private static String text(Node subject, String key) {
        return Tree.text(Tree.get(subject, key), Form.API_SERVER);
    }
}
