// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

/// Java's side of what `bpf/include/watch.h` says of maps: sizes and offsets in bytes, native byte order. The record is
/// `events.live.LiveRecord`'s. `WatchWireTest` compares both with the type information that clang wrote.
final class WatchWire {
    static final int CALLS = 1024;
    /// Added to the number of a call that came by the 32-bit entry.
    static final int COMPAT = 512;
    static final int ARGUMENTS = 6;
    static final int RECORD_BYTES = 32768;
    /// Of a buffer; twice as many for each step of [Call#SNAP_SHIFT].
    static final int SNAP_BYTES = 80;

    private WatchWire() {}

    /// `struct gh_watch_call`
    static final class Call {
        static final int SIZE = 24;
        static final int WANTED = 0;
        static final int OPEN_FLAGS = 2;
        static final int SIEVE = 3;
        static final int SIEVE_ARG = 4;
        static final int FILES = 5;
        static final int CWD = 6;
        static final int SNAP_SHIFT = 7;
        static final int CAPTURE = 8;
        static final int LENGTH = 14;
        static final int OWN = 20;

        private Call() {}
    }

    /// `struct gh_watch_sieve_key`
    static final class SieveKey {
        static final int SIZE = 128;
        static final int GENERATION = 0;

        private SieveKey() {}
    }

    /// `struct gh_watch_control`
    static final class Control {
        static final int SIZE = 24;
        static final int GENERATION = 0;
        static final int AGENT_PID = 4;
        static final int EXEC_ARGS_BYTES = 8;
        static final int EXEC_ENV_BYTES = 12;
        static final int WAKE_BYTES = 16;

        private Control() {}
    }
}
