// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.Event;
import io.gatehouse.events.state.Paths;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;
import io.gatehouse.schemas.event.Param;
import io.gatehouse.schemas.event.ParamType;

/// Which directory the path of an event is relative to.
final class Directories {
    /// Stands for the working directory in calls that name a directory by descriptor.
    static final long WORKING_DIRECTORY = -100;
    static final String UNKNOWN = "<UNKNOWN>";

    private Directories() {}

    /// The path as the kernel would begin to look for it: joined as text, links are not followed.
    static String absolute(Scene scene, Param param, String path) {
        return isAbsolute(path) ? Paths.join("", path) : Paths.join(of(scene, param), path);
    }

    static boolean isAbsolute(String path) {
        return !path.isEmpty() && path.charAt(0) == '/';
    }

    /// With a slash at its end; empty if the descriptor is not known.
    private static String of(Scene scene, Param param) {
        long number = number(scene.event(), param);
        if (number == WORKING_DIRECTORY) {
            return scene.task().cwd();
        }
        var directory = named(scene.task(), number);
        return directory == null ? "" : directory;
    }

    /// The descriptor that the path is relative to; [#WORKING_DIRECTORY] also where there is none.
    static long number(Event event, Param param) {
        int place = param.dirfd();
        if (place < 0
                || place >= event.type().params().size()
                || event.type().params().get(place).type() != ParamType.FD) {
            return WORKING_DIRECTORY;
        }
        long number = event.number(place);
        return number == Reader.MISSING ? WORKING_DIRECTORY : number;
    }

    /// The path of an open directory, a slash at its end; null if it is not known.
    static String named(Task task, long number) {
        var descriptor = task.descriptor(number);
        if (descriptor == null || descriptor.name().isEmpty()) {
            return null;
        }
        var name = descriptor.name();
        return name.charAt(name.length() - 1) == '/' ? name : name + '/';
    }

    /// The working directory or that of a descriptor; [#UNKNOWN] stands for one that is not known.
    static String orUnknown(Task task, long number) {
        if (number == WORKING_DIRECTORY) {
            return task.cwd();
        }
        var directory = named(task, number);
        return directory == null ? UNKNOWN : directory;
    }
}
