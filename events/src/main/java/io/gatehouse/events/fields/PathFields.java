// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.Event;
import io.gatehouse.events.state.Paths;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;

/// The paths that a call worked on, by what they are to it: the one path, or a source and a target. Only of calls that
/// succeeded.
final class PathFields {
    private static final boolean[] OPENS = KindFacts.ends("open", "openat", "openat2");
    private static final boolean[] OPENS_AT = KindFacts.ends("openat", "openat2");
    private static final boolean[] CHANGES_BY_NUMBER = KindFacts.ends("fchmod", "fchown");
    private static final boolean[] LINKS_TEXT_AT = KindFacts.ends("symlinkat");

    private PathFields() {}

    private enum Role {
        ONLY,
        SOURCE,
        TARGET;

        /// The parameter that is this to a call; empty if none is.
        String param(EventType type) {
            return switch (this) {
                case ONLY ->
                    switch (type.name()) {
                        case "mkdir", "mkdirat", "rmdir", "unlink", "chown", "lchown" -> "path";
                        case "unlinkat", "open", "openat", "openat2", "umount", "umount2" -> "name";
                        case "chmod", "fchmodat" -> "filename";
                        case "fchownat" -> "pathname";
                        case "fchmod", "fchown" -> "fd";
                        case "quotactl" -> "special";
                        default -> "";
                    };
                // A new link is the source of what it leads to.
                case SOURCE ->
                    switch (type.name()) {
                        case "rename", "renameat", "renameat2" -> "oldpath";
                        case "link", "linkat" -> "newpath";
                        case "symlink", "symlinkat" -> "linkpath";
                        case "mount" -> "dev";
                        default -> "";
                    };
                case TARGET ->
                    switch (type.name()) {
                        case "rename", "renameat", "renameat2" -> "newpath";
                        case "link", "linkat" -> "oldpath";
                        case "symlink", "symlinkat" -> "target";
                        case "mount" -> "dir";
                        default -> "";
                    };
            };
        }

        int[] places() {
            return EventTable.current().all().stream()
                    .mapToInt(type -> KindFacts.IS_EXIT[type.code()] ? type.paramIndex(param(type)) : -1)
                    .toArray();
        }
    }

    static void into(FieldTable table) {
        table.text("fs.path.name", absolute(Role.ONLY))
                .text("fs.path.nameraw", asWritten(Role.ONLY))
                .text("fs.path.source", absolute(Role.SOURCE))
                .text("fs.path.sourceraw", asWritten(Role.SOURCE))
                .text("fs.path.target", absolute(Role.TARGET))
                .text("fs.path.targetraw", asWritten(Role.TARGET));
    }

    private static Reader.OfText<Scene> asWritten(Role role) {
        var places = role.places();
        return scene -> path(scene, places[scene.event().code()]);
    }

    private static Reader.OfText<Scene> absolute(Role role) {
        var places = role.places();
        return scene -> {
            int place = places[scene.event().code()];
            var path = path(scene, place);
            if (path == null || scene.task() == null) {
                return null;
            }
            return Directories.isAbsolute(path) ? Paths.join("", path) : joined(scene, role, place, path);
        };
    }

    /// Null if the call failed or has no such path.
    private static String path(Scene scene, int place) {
        var event = scene.event();
        if (place < 0 || place >= event.paramCount() || !succeeded(event)) {
            return null;
        }
        if (CHANGES_BY_NUMBER[event.code()]) {
            var descriptor = Descriptors.of(scene);
            return descriptor == null ? "" : descriptor.name();
        }
        var path = event.text(place);
        return path == null ? "<NA>" : path;
    }

    /// Falco takes an open for a success unless its answer is -1, which is EPERM: others that failed tell their path,
    /// too.
    private static boolean succeeded(Event event) {
        long result = event.number(0);
        return OPENS[event.code()] ? result != -1 && result != MISSING : result == 0;
    }

    private static String joined(Scene scene, Role role, int place, String path) {
        int code = scene.event().code();
        if (OPENS_AT[code]) {
            var descriptor = scene.descriptor();
            return Paths.join("", descriptor == null ? Directories.UNKNOWN : descriptor.name());
        }
        if (LINKS_TEXT_AT[code] && role == Role.TARGET) {
            return Paths.join(Directories.UNKNOWN, path); // relative to where the link stands, once somebody follows it
        }
        long directory =
                Directories.number(scene.event(), scene.event().type().params().get(place));
        return Paths.join(Directories.orUnknown(scene.task(), directory), path);
    }
}
