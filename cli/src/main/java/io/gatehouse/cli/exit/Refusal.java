// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.exit;

/// A command cannot do what was asked, for a reason the user can mend. Its message is all that is printed.
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Exit exit;

    private Refusal(Exit exit, String message) {
        super(message);
        this.exit = exit;
    }

    /// What the user gave is wrong.
    public static Refusal badInput(String message) {
        return new Refusal(Exit.BAD_INPUT, message);
    }

    /// What the machine has is not enough.
    public static Refusal cannot(String message) {
        return new Refusal(Exit.CANNOT, message);
    }

    public Exit exit() {
        return exit;
    }
}
