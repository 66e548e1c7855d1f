// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.watch.WatchCounter;
import java.util.EnumMap;
import java.util.Map;

/// Why an event was lost before a rule could see it.
public enum Loss {
    EXEC("program starts", "n_drops_buffer_execve_exit"),
    FORK("new tasks", "n_drops_buffer_clone_fork_exit"),
    EXIT("ends of tasks", "n_drops_buffer_proc_exit"),
    OPEN("opens", "n_drops_buffer_open_exit"),
    CONNECT("connections", "n_drops_buffer_connect_exit"),
    DIR_FILE("changes of names and files", "n_drops_buffer_dir_file_exit"),
    OTHER("other events", "n_drops_buffer_other_interest_exit"),
    SCRATCH("no memory to write them in", "n_drops_scratch_map"),
    /// A program of ours did not run, or what it told cannot be understood.
    BROKEN("not told or not understood", "n_drops_bug");

    private final String text;
    private final String field;

    Loss(String text, String field) {
        this.text = text;
        this.field = field;
    }

    public String text() {
        return text;
    }

    /// As Falco's alert names it.
    String field() {
        return field;
    }

    boolean isOfBuffer() {
        return compareTo(SCRATCH) < 0;
    }

    /// By cause, of what the watching programs count.
    public static Map<Loss, Long> of(Map<WatchCounter, Long> counts) {
        var lost = new EnumMap<Loss, Long>(Loss.class);
        counts.forEach((counter, count) -> {
            var cause = switch (counter) {
                case LOST_EXEC -> EXEC;
                case LOST_FORK -> FORK;
                case LOST_EXIT -> EXIT;
                case LOST_OPEN -> OPEN;
                case LOST_CONNECT -> CONNECT;
                case LOST_DIR_FILE -> DIR_FILE;
                case LOST_OTHER -> OTHER;
                case LOST_SCRATCH -> SCRATCH;
                case CONTRADICTORY, MISSED -> BROKEN;
                default -> null; // counts nothing that is lost
            };
            if (cause != null) {
                lost.merge(cause, count, Long::sum);
            }
        });
        return lost;
    }
}
