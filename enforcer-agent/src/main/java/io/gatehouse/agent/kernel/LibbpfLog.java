// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import jnr.ffi.Pointer;

/// Keeps what libbpf says while it loads: the verifier's reasons come this way and no other.
final class LibbpfLog {
    private static final int DEBUG = 2;
    private static final int LINE_BYTES = 16 * 1024;
    private static final int KEPT_CHARACTERS = 256 * 1024;
    private static final int TAIL_LINES = 12;

    private final StringBuilder text = new StringBuilder();
    private final Pointer line = Native.zeroed(LINE_BYTES);
    // The native side keeps only an address: this field keeps the callback alive.
    private static volatile Native.Print current;

    private LibbpfLog() {}

    /// Starts a log that receives everything libbpf says from now on, in place of the one before.
    static LibbpfLog start() {
        var log = new LibbpfLog();
        Native.Print print = log::keep;
        Native.bpf().libbpf_set_print(print);
        current = print;
        return log;
    }

    private int keep(int level, Pointer format, Pointer arguments) {
        if (level < DEBUG && text.length() < KEPT_CHARACTERS) {
            Native.c().vsnprintf(line, LINE_BYTES, format, arguments);
            text.append(line.getString(0));
        }
        return 0;
    }

    String text() {
        return text.toString();
    }

    String tail() {
        var lines = text.toString().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
