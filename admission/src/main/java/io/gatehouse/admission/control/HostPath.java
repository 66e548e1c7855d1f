// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import java.util.ArrayList;
import java.util.List;

/// Paths of the node, compared by what they reach and not by how they are spelt.
final class HostPath {
    /// How a mounted path stands to a forbidden one. In the order in which a message prefers them.
    enum Relation {
        SAME,
        BELOW,
        ABOVE,
        APART
    }

    private static final String RUN = "/run";
    private static final String VAR_RUN = "/var/run";

    private HostPath() {}

    /// Absolute, without `//`, `.`, `..` and a slash at the end. `..` at the root stays at the root, as in the kernel.
    static String normal(String path) {
        var parts = new ArrayList<String>();
        for (var part : path.split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    /// @param mounted normal
    /// @param forbidden normal; `/` forbids only itself, since everything lies below it
    static Relation relation(String mounted, String forbidden) {
        var nearest = Relation.APART;
        for (var one : spellings(mounted)) {
            for (var other : spellings(forbidden)) {
                var relation = plain(one, other);
                if (relation.compareTo(nearest) < 0) {
                    nearest = relation;
                }
            }
        }
        return nearest;
    }

    private static Relation plain(String mounted, String forbidden) {
        if (mounted.equals(forbidden)) {
            return Relation.SAME;
        }
        if (within(mounted, forbidden) && !forbidden.equals("/")) {
            return Relation.BELOW;
        }
        return within(forbidden, mounted) ? Relation.ABOVE : Relation.APART;
    }

    static boolean within(String path, String directory) {
        return directory.equals("/") || path.startsWith(directory + "/") || path.equals(directory);
    }

    /// `/var/run` is a link to `/run` on every current distribution and a directory on old ones: both names count.
    private static List<String> spellings(String path) {
        if (within(path, RUN)) {
            return List.of(path, "/var" + path);
        }
        return within(path, VAR_RUN) ? List.of(path, path.substring("/var".length())) : List.of(path);
    }
}
