// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Cgroups;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Events of the running kernel as a file needs them: a record names the control group of a task by number, so a task
/// that begins, or runs a program, is given the names here. A reader of the file knows by them whose container it is.
///
/// Belongs to one thread.
public final class Recorded {
    private static final int NONE = -1;
    /// Which parameter names the control groups, by the code of the event.
    private static final int[] PARAM = EventTable.current().all().stream()
            .mapToInt(type -> type.paramIndex("cgroups"))
            .toArray();

    private static final int RESULT = 0;

    private final Event event = new Event();
    private byte[] bytes = new byte[4096];
    private int length;

    /// @return the scene's event, or one that is filled again for the next scene
    public Event of(Scene scene) {
        var told = scene.event();
        int param = PARAM[told.code()];
        var task = scene.task();
        boolean isAsked = param != NONE && task != null && told.length(param) == 0 && told.number(RESULT) == 0;
        return isAsked && task.cgroups().size() > 0 ? named(told, param, task.cgroups()) : told;
    }

    private Event named(Event told, int param, Cgroups cgroups) {
        length = 0;
        for (int i = 0; i < told.paramCount(); i++) {
            append(told.bytes(), told.offset(i), told.length(i));
        }
        int groupsAt = length;
        for (int i = 0; i < cgroups.size(); i++) {
            var group = (cgroups.subsystem(i) + "=" + cgroups.path(i) + "\0").getBytes(StandardCharsets.ISO_8859_1);
            append(group, 0, group.length);
        }
        event.begin(told.code(), told.number(), told.timeNanos(), told.tid(), told.cpu(), bytes);
        int at = 0;
        for (int i = 0; i < told.paramCount(); i++) {
            if (i == param) {
                event.param(groupsAt, length - groupsAt);
            } else {
                event.param(at, told.length(i));
            }
            at += told.length(i);
        }
        return event;
    }

    private void append(byte[] from, int offset, int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }
}
