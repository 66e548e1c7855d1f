// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

/// Names of signals; those for real time have none.
final class Signals {
    private static final String[] NAMES = ("SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 "
                    + "SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN "
                    + "SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS")
            .split(" ");

    private Signals() {}

    /// Empty if it has no name.
    static String nameOf(long number) {
        return number < 1 || number > NAMES.length ? "" : NAMES[(int) number - 1];
    }

    /// Of a set with one bit a signal, the first for signal 1.
    static String namesOf(long set) {
        var names = new StringBuilder();
        for (int number = 1; number <= NAMES.length; number++) {
            if ((set & 1L << number - 1) != 0) {
                names.append(names.isEmpty() ? "" : " ").append(NAMES[number - 1]);
            }
        }
        return names.toString();
    }
}
