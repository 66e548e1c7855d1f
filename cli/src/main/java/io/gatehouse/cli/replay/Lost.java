// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.events.replay.CaptureScenes.Replayed;
import java.io.PrintWriter;
import java.nio.file.Path;

/// Tells what was left out of a capture, and what could not be kept while it was followed; rules may have
/// missed something for it.
final class Lost {
    private Lost() {}

    static void tell(Path file, Replayed capture, PrintWriter err) {
        var summary = capture.summary();
        line(file, summary.unknownBlocks(), "blocks of unknown types were skipped", err);
        line(file, summary.unknownEvents(), "events of unknown kinds were left out", err);
        line(file, summary.forgottenEnters(), "starts of calls were given up, too many were open at once", err);
        var losses = capture.losses();
        line(file, losses.tasks(), "tasks found no room", err);
        line(file, losses.descriptors(), "descriptors found no room", err);
        line(file, losses.containers(), "containers found no room", err);
        line(file, losses.accounts(), "users and groups found no room", err);
        line(file, losses.texts(), "argument lists, environments or control groups found no room", err);
        line(file, losses.cutNames(), "names were cut", err);
        line(file, losses.unreadableContainers(), "container events could not be read", err);
    }

    private static void line(Path file, long count, String what, PrintWriter err) {
        if (count > 0) {
            err.println("gatehouse: " + file + ": " + count + " " + what);
        }
    }
}
