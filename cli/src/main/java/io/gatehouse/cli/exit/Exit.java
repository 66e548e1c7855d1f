// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.exit;

/// What the exit code means, the same for every command. A code never changes its meaning.
public enum Exit {
    OK(0, "done, and nothing was found"),
    VIOLATION(1, "a policy is violated"),
    BAD_INPUT(2, "the command line, a policy or a manifest is wrong"),
    CANNOT(3, "this machine cannot do it: a right, a tool or a kernel feature is missing"),
    INTERNAL(70, "a fault in gatehouse itself");

    private final int code;
    private final String meaning;

    Exit(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }
}
