// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

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
}
