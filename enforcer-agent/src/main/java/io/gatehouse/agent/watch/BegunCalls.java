// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Threads that sleep inside some system calls, as `/proc` has them. A program attached to a call hears
/// those that begin after that; one that began before, say the accept of an idle server, returns past it.
///
/// What cannot be read is taken as not there.
final class BegunCalls {
    private static final String SWITCHES = "voluntary_ctxt_switches:";

    private final Map<Path, String> sleeping = new HashMap<>();

    private BegunCalls() {}

    /// @param numbers of the calls, of whichever entry
    static BegunCalls of(Path proc, Set<Integer> numbers) {
        var begun = new BegunCalls();
        try (var processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (var process : processes) {
                begun.addOf(process, numbers);
            }
        } catch (IOException _) {
            return begun;
        }
        return begun;
    }

    private void addOf(Path process, Set<Integer> numbers) {
        try (var tasks = Files.newDirectoryStream(process.resolve("task"))) {
            for (var task : tasks) {
                var call = read(task.resolve("syscall"));
                int end = call.indexOf(' ');
                if (end > 0 && Character.isDigit(call.charAt(0)) && numbers.contains(number(call, end))) {
                    sleeping.put(task, sleep(task, call));
                }
            }
        } catch (IOException _) {
            return; // it ended
        }
    }

    private static int number(String call, int end) {
        try {
            return Integer.parseInt(call, 0, end, 10);
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    /// What stays the same as long as a thread is not woken.
    private static String sleep(Path task, String call) throws IOException {
        var status = read(task.resolve("status"));
        int at = status.indexOf(SWITCHES);
        return call + (at < 0 ? "" : status.substring(at, status.indexOf('\n', at)));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /// Whether some of them have not been woken since.
    boolean remain() {
        sleeping.entrySet().removeIf(entry -> {
            try {
                return !sleep(entry.getKey(), read(entry.getKey().resolve("syscall")))
                        .equals(entry.getValue());
            } catch (IOException _) {
                return true;
            }
        });
        return !sleeping.isEmpty();
    }
}
