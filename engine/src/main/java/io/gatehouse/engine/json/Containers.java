// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.JsonPrinter.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What a pod asks for its containers. A list is `containers`, `initContainers` or `ephemeralContainers`.
final class Containers {
    private Containers() {}

    /// One text per container, nothing at all if one of them lacks it.
    static String[] all(Node document, String list, int index, String key) {
        return Answer.texts(texts(document, list, index, key));
    }

    static String[] images(Node document, String list, int index) {
        return all(document, list, index, "image");
    }

    /// The images up to the first colon, so that of a registry with a port only its host is left.
    static String[] repositories(Node document, String list, int index) {
        var images = texts(document, list, index, "image");
        if (images == null) {
            return null;
        }
        return Answer.texts(
                images.stream().map(image -> upTo(upTo(image, ':'), '@')).toList());
    }

    private static String upTo(String text, char end) {
        int at = text.indexOf(end);
        return at < 0 ? text : text.substring(0, at);
    }

    private static List<String> texts(Node document, String list, int index, String key) {
        var found = values(document, list, index, key);
        if (found == null || found.stream().anyMatch(Objects::isNull)) {
            return null;
        }
        return found.stream().map(node -> Tree.text(node, Form.API_SERVER)).toList();
    }

    /// Commands or their arguments, one line per container that has them; nothing at all if one of them is no list of
    /// texts.
    static String[] lines(Node document, String list, int index, String key) {
        var found = values(document, list, index, key);
        if (found == null) {
            return null;
        }
        var lines = new ArrayList<String>();
        for (var node : found) {
            if (node == null) {
                continue;
            }
            if (!(node instanceof Node.Sequence(var words, var _))) {
                return null;
            }
            var line = new ArrayList<String>();
            for (var word : words) {
                if (!(word instanceof Node.Text(var text, var _))) {
                    return null;
                }
                line.add(text);
            }
            lines.add(String.join(" ", line));
        }
        return Answer.texts(lines);
    }

    /// The ports taken on the host; of a port that names none that of the container, since on the host's network it is
    /// the same.
    static String[] hostPorts(Node document, String list, int index) {
        var found = values(document, list, index, "ports");
        if (found == null) {
            return null;
        }
        var ports = new ArrayList<String>();
        for (var node : found) {
            if (node == null) {
                continue;
            }
            if (!(node instanceof Node.Sequence(var items, var _))) {
                return null;
            }
            for (var port : items) {
                var host = Tree.get(port, "hostPort");
                var taken = host == null ? Tree.get(port, "containerPort") : host;
                if (taken != null) {
                    ports.add(Tree.text(taken, Form.API_SERVER));
                }
            }
        }
        return Answer.texts(ports);
    }

    /// A value directly in each container or, for one that lacks it, directly in the pod, or 0.
    /// Kubernetes keeps it in the security context of either, so that this is 0 but for objects that are
    /// no pods.
    static String[] or(Node document, String list, int index, String key) {
        var found = values(document, list, index, key);
        if (found == null) {
            return null;
        }
        var pod = Tree.get(document, "requestObject", "spec", key);
        var otherwise = pod == null ? "0" : Tree.text(pod, Form.API_SERVER);
        return Answer.texts(found.stream()
                .map(node -> node == null ? otherwise : Tree.text(node, Form.API_SERVER))
                .toList());
    }

    private static List<Node> values(Node document, String list, int index, String key) {
        return Tree.values(document, index, List.of("requestObject", "spec", list, key));
    }
}
