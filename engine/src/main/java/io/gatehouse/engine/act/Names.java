// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import io.gatehouse.schemas.act.RecordedContainer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What paths mean in one container. The kernel decides on files and not on names; here two names are one file where
/// the recording says so: a link of the image leads from one to the other, or both are names of one inode.
public final class Names {
    /// Of a container of which nothing is recorded: every name is a file of its own.
    public static final Names NONE = new Names(Map.of(), List.of());

    /// As when the agent follows a path: more is a loop.
    private static final int MAX_STEPS = 512;

    private final Map<String, String> links;
    private final Map<String, String> first = new HashMap<>();

    private Names(Map<String, String> links, List<List<String>> same) {
        this.links = links;
        for (var names : same) {
            for (var name : names) {
                first.put(name, names.getFirst());
            }
        }
    }

    public static Names of(RecordedContainer container) {
        return new Names(container.links(), container.same());
    }

    /// The one name that stands for the file behind a path.
    public String file(String path) {
        var followed = follow(path);
        return first.getOrDefault(followed, followed);
    }

    /// The path without links, `.`, `..` and a slash at its end.
    public String follow(String path) {
        var left = new ArrayDeque<>(List.of(path.split("/")));
        var at = new ArrayDeque<String>();
        for (int steps = 0; !left.isEmpty() && steps < MAX_STEPS; steps++) {
            var part = left.removeFirst();
            if (part.equals("..")) {
                at.pollLast();
                continue;
            }
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            at.addLast(part);
            var target = links.get("/" + String.join("/", at));
            if (target == null) {
                continue;
            }
            at.removeLast();
            if (target.startsWith("/")) {
                at.clear();
            }
            List.of(target.split("/")).reversed().forEach(left::addFirst);
        }
        at.addAll(left); // a loop names nothing, and stays what it is
        return "/" + String.join("/", at);
    }

    /// Whether a path is another one or lies below it, as plain paths.
    static boolean within(String path, String directory) {
        return path.equals(directory)
                || directory.equals("/")
                || path.startsWith(directory) && path.charAt(directory.length()) == '/';
    }
}
