// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events;

import java.util.Optional;

/// What happened. The codes are wire format (`enum gh_act`) and never change their meaning.
public enum Act {
    EXEC(1, "exec of"),
    MAP_EXECUTABLE(2, "executable mapping of"),
    OPEN_FOR_WRITING(3, "open for writing of"),
    CREATE(4, "creation of"),
    MAKE_DIRECTORY(5, "new directory"),
    REMOVE(6, "removal of"),
    REMOVE_DIRECTORY(7, "removal of the directory"),
    RENAME(8, "rename of"),
    LINK(9, "new link"),
    SYMBOLIC_LINK(10, "new symbolic link"),
    CHANGE_MODE(11, "mode change of"),
    CHANGE_OWNER(12, "owner change of"),
    TRUNCATE(13, "truncation of"),
    SET_ATTRIBUTE(14, "attribute change of"),
    OPEN_FOR_READING(15, "open for reading of"),
    /// Also what changes the root directory or moves what is mounted.
    MOUNT(16, "mount of"),
    UNMOUNT(17, "unmount of"),
    NAMESPACE(18, "new or other namespace"),
    TRACE(19, "tracing of"),
    CAPABILITY(20, "more rights by"),
    MODULE(21, "loading of kernel code"),
    BPF(22, "use of bpf"),
    IO_URING(23, "use of io_uring"),
    DEVICE(24, "use of the device"),
    CONNECT(25, "connection to"),
    BIND(26, "bind to"),
    LISTEN(27, "listening on"),
    SOCKET(28, "socket"),
    /// Memory that no unchanged file stands behind.
    EXECUTABLE_MEMORY(29, "executable memory"),
    SIGNAL(30, "signal to"),
    /// With what is the agent's.
    TAMPER(31, "tampering with"),
    /// A task in a cgroup that the agent has not told the kernel about.
    STRANGER(32, "arrival of"),
    /// A cgroup that the kernel knew is gone.
    GONE(33, "end of"),
    /// A name was changed; the kernel saw the name as text only, after the fact.
    NAMED_CHANGE(34, "change of"),
    /// A task of a container left its cgroup, and stays under its rules.
    LEFT(35, "departure of");

    private static final Act[] BY_CODE = new Act[64];

    static {
        for (var act : values()) {
            BY_CODE[act.code] = act;
        }
    }

    private final int code;
    private final String words;

    Act(int code, String words) {
        this.code = code;
        this.words = words;
    }

    /// Its number in a record.
    public int code() {
        return code;
    }

    /// A noun, to stand before the object's path.
    public String words() {
        return words;
    }

    public static Optional<Act> ofCode(int code) {
        return code < 0 || code >= BY_CODE.length ? Optional.empty() : Optional.ofNullable(BY_CODE[code]);
    }
}
