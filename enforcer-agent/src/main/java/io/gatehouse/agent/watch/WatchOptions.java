// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfObject;
import java.nio.ByteBuffer;

/// How the watch is set up.
///
/// @param ringBytes of the ring at the start; a power of two
/// @param mostRingBytes it may grow to; `ringBytes` keeps it as it is
/// @param argumentBytes most of a program's arguments that are told
/// @param environmentBytes most of a program's environment that is told
/// @param wakeBytes what may wait in the ring before a record that nobody is in a hurry for wakes the reader
/// @param ownPrograms whether system calls are brought to programs of their own where the kernel takes such
public record WatchOptions(
        int ringBytes, int mostRingBytes, int argumentBytes, int environmentBytes, int wakeBytes, boolean ownPrograms) {
    private static final int MIB = 1 << 20;
    private static final int PRESETS = 10;

    public static final WatchOptions USUAL = new WatchOptions(8 * MIB, 64 * MIB, 4096, 4096, 128 * 1024, false);

    public WatchOptions {
        if (Integer.bitCount(ringBytes) != 1 || Integer.bitCount(mostRingBytes) != 1 || mostRingBytes < ringBytes) {
            throw new IllegalArgumentException(
                    "a ring has a power of two bytes and grows: " + ringBytes + " to " + mostRingBytes);
        }
        if (ringBytes < 4096 || mostRingBytes > 512 * MIB) {
            throw new IllegalArgumentException("a ring has a page to 512 MiB");
        }
        if (argumentBytes < 0 || environmentBytes < 0 || wakeBytes < 0) {
            throw new IllegalArgumentException("numbers of bytes are not negative");
        }
    }

    /// With a ring of one of ten sizes, 1 to 512 MiB, each twice the one before; Falco numbers them the same.
    public WatchOptions ringPreset(int preset) {
        if (preset < 1 || preset > PRESETS) {
            throw new IllegalArgumentException("a preset is 1 to " + PRESETS + ", not " + preset);
        }
        return ring(MIB << preset - 1, Math.max(MIB << preset - 1, mostRingBytes));
    }

    public WatchOptions ring(int bytes, int mostBytes) {
        return new WatchOptions(bytes, mostBytes, argumentBytes, environmentBytes, wakeBytes, ownPrograms);
    }

    /// With a program for each call where the kernel takes such: no other call pays, and events may be missed, see
    /// [WatchCounter#MISSED].
    public WatchOptions withOwnPrograms() {
        return new WatchOptions(ringBytes, mostRingBytes, argumentBytes, environmentBytes, wakeBytes, true);
    }

    /// As the programs read it.
    ByteBuffer control(int generation, int agentPid) {
        return BpfObject.buffer(WatchWire.Control.SIZE)
                .putInt(WatchWire.Control.GENERATION, generation)
                .putInt(WatchWire.Control.AGENT_PID, agentPid)
                .putInt(WatchWire.Control.EXEC_ARGS_BYTES, argumentBytes)
                .putInt(WatchWire.Control.EXEC_ENV_BYTES, environmentBytes)
                .putLong(WatchWire.Control.WAKE_BYTES, wakeBytes);
    }
}
