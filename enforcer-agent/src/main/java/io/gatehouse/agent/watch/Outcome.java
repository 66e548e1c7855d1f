// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

/// How a system call came out, as bits of `wanted`: (failed ? 8 : 0) + (container ? 4 : 0) + access, access being 0 for
/// what opens nothing, else 1 reading, 2 writing, 3 both.
final class Outcome {
    static final int ALL = 0xffff;
    static final int FAILED = 0xff00;
    static final int SUCCEEDED = 0x00ff;
    static final int HOST = 0x0f0f;
    static final int CONTAINER = 0xf0f0;
    /// Opened for reading, perhaps for writing too.
    static final int READING = 0xaaaa;
    static final int WRITING = 0xcccc;

    private Outcome() {}
}
