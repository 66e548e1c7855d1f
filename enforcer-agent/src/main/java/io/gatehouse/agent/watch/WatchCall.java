// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.Call.Sieve;
import io.gatehouse.schemas.event.Capture;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/// What the kernel is told of one system call. The words are those of `struct gh_watch_call`.
///
/// @param function the kernel's, without the architecture's prefix (`__x64_sys_`, `__arm64_sys_`)
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
        String function,
        int wanted,
        int openFlags,
        int sieve,
        int sieveArgument,
        int files,
        int cwd,
        int snapShift,
        List<Integer> capture,
        List<Integer> length) {
    WatchCall {
        capture = List.copyOf(capture);
        length = List.copyOf(length);
        if (capture.size() != WatchWire.ARGUMENTS || length.size() != WatchWire.ARGUMENTS) {
            throw new IllegalArgumentException("a call has " + WatchWire.ARGUMENTS + " arguments: " + function);
        }
    }

    static WatchCall of(Call call, int wanted, Sieve sieve) {
        return new WatchCall(
                call.function(),
                wanted,
                call.openFlagsArgument(),
                sieve.code(),
                call.sieveArgument(),
                call.files(),
                call.cwd(),
                0,
                call.captures().stream().map(Capture::code).toList(),
                IntStream.range(0, WatchWire.ARGUMENTS).mapToObj(call::length).toList());
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
