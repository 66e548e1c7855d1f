// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.program;

/// What a program is good for, as far as its name tells.
public enum ProgramKind {
    /// Takes commands.
    SHELL("shell"),
    /// One file that is many programs, a shell among them.
    MULTI_CALL("multi-call binary"),
    /// Brings more programs in.
    PACKAGE_MANAGER("package manager"),
    /// Runs what it reads.
    INTERPRETER("interpreter"),
    /// Runs the program it is given, whatever may be said of running that: `ld-linux-x86-64.so.2`.
    LOADER("loader");

    private final String words;

    ProgramKind(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
