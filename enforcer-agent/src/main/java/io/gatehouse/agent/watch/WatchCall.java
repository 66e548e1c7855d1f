// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import java.nio.ByteBuffer;
import java.util.List;

/// What the kernel is told of one system call. The words are those of `struct gh_watch_call`.
///
/// @param name of the call, as the kernel's own function is called after `__x64_sys_`
/// @param wanted which outcomes, see [Outcome]
/// @param openFlags place of the argument with the flags of open, -1 if it opens nothing
/// @param sieve by what the kernel recognises an event that no rule can match
/// @param sieveArgument place of the text or socket that the sieve looks at
/// @param files bit for each argument that is a descriptor to describe; bit 6: the result is one
/// @param cwd 0, or 1: tell the working directory if a text is relative, or 2: always
/// @param snapShift buffers of up to 80 << snapShift bytes
/// @param capture for each argument how it is told
/// @param length for each argument where its length is
record WatchCall(
        String name,
        int wanted,
        int openFlags,
        int sieve,
        int sieveArgument,
        int files,
        int cwd,
        int snapShift,
        List<Integer> capture,
        List<Integer> length) {
    static final int NO_OPEN = -1;

    WatchCall {
        capture = List.copyOf(capture);
        length = List.copyOf(length);
        if (capture.size() != WatchWire.ARGUMENTS || length.size() != WatchWire.ARGUMENTS) {
            throw new IllegalArgumentException("a call has " + WatchWire.ARGUMENTS + " arguments: " + name);
        }
    }

    ByteBuffer entry() {
        var entry = BpfObject.buffer(WatchWire.Call.SIZE);
        entry.putShort(WatchWire.Call.WANTED, (short) wanted);
        entry.put(WatchWire.Call.OPEN_FLAGS, (byte) (openFlags + 1));
        entry.put(WatchWire.Call.SIEVE, (byte) sieve);
        entry.put(WatchWire.Call.SIEVE_ARG, (byte) sieveArgument);
        entry.put(WatchWire.Call.FILES, (byte) files);
        entry.put(WatchWire.Call.CWD, (byte) cwd);
        entry.put(WatchWire.Call.SNAP_SHIFT, (byte) snapShift);
        for (int i = 0; i < WatchWire.ARGUMENTS; i++) {
            entry.put(WatchWire.Call.CAPTURE + i, capture.get(i).byteValue());
            entry.put(WatchWire.Call.LENGTH + i, length.get(i).byteValue());
        }
        return entry;
    }
}
