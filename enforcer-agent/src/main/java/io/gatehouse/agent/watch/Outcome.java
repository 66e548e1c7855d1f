// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.engine.match.KernelNeed;
import io.gatehouse.engine.match.KernelNeed.Opening;

/// How a system call came out, as bits of `wanted`: number (failed ? 8 : 0) + (container ? 4 : 0) +
/// access, access being 0 for what opens nothing, else 1 reading, 2 writing, 3 both.
final class Outcome {
    static final int ALL = 0xffff;
    static final int FAILED = 0xff00;
    static final int SUCCEEDED = 0x00ff;
    static final int HOST = 0x0f0f;
    static final int CONTAINER = 0xf0f0;
    /// With what is open for nothing: the fields call that reading too.
    static final int READING = 0xbbbb;
    static final int WRITING = 0xcccc;

    private Outcome() {}

    /// What a need admits. A path and a program are not looked at: what is wanted is never too little.
    ///
    /// @param tellsAccess whether the kernel knows of this call for what it opens
    static int admittedBy(KernelNeed need, boolean tellsAccess) {
        int result = switch (need.result()) {
            case ANY -> ALL;
            case SUCCEEDED -> SUCCEEDED;
            case FAILED -> FAILED;
        };
        int scope = switch (need.scope()) {
            case ANY -> ALL;
            case HOST -> HOST;
            case CONTAINER -> CONTAINER;
        };
        return result & scope & (tellsAccess ? access(need) : ALL);
    }

    private static int access(KernelNeed need) {
        if (need.openedFor().isEmpty()) {
            return ALL;
        }
        int access = 0;
        for (var opening : need.openedFor()) {
            access |= opening == Opening.READING ? READING : WRITING;
        }
        return access;
    }
}
