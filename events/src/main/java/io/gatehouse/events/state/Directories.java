// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Where a process stands: chdir, fchdir, getcwd, chroot; and what a path is relative to.
final class Directories {
    static final int AT_FDCWD = -100;
    /// Of a path that is relative to a descriptor nobody knows.
    static final String UNKNOWN = "<UNKNOWN>";

    private Directories() {}

    /// The directory that a path is relative to, a slash at its end; `.` for an absolute one.
    static String of(Task task, long directory, String path) {
        if (path.startsWith("/")) {
            return ".";
        }
        if (directory == AT_FDCWD) {
            return task.cwd();
        }
        var descriptor = task.descriptor(directory);
        if (descriptor == null) {
            return UNKNOWN;
        }
        return descriptor.name.isEmpty() || descriptor.name.endsWith("/") ? descriptor.name : descriptor.name + "/";
    }

    static void changed(Event event, Scene scene) {
        if (Params.result(event) >= 0) {
            scene.before().take();
            scene.task.changeDirectory(Params.text(event, 1));
        }
    }

    static void changedByDescriptor(Event event, Scene scene) {
        if (Params.result(event) >= 0 && scene.descriptor != null) {
            scene.before().take();
            scene.task.changeDirectory(scene.descriptor.name);
        }
    }

    static void asked(Event event, Scene scene) {
        if (Params.result(event) >= 0) {
            scene.task.changeDirectory(Params.text(event, 1));
        }
    }

    static void rootChanged(Event event, Scene scene) {
        if (Params.result(event) != 0) {
            return;
        }
        scene.before().take();
        var path = Params.text(event, 1);
        boolean plain = path.isEmpty() || path.startsWith("/") || path.equals("<NA>");
        scene.task.root = plain ? path : Paths.join(scene.task.cwd(), path);
    }
}
