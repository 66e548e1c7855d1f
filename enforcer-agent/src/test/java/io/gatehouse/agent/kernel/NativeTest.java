// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.ref.WeakReference;
import java.time.Duration;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;

class NativeTest {
    /// An object file was once collected while libbpf read it, which then found its relocations broken.
    @Test
    void memory_that_was_handed_to_a_call_is_not_collected_while_the_call_may_run() {
        var memory = new WeakReference<>(Native.zeroed(64));
        for (int more = 0; more < Native.KEPT - 1; more++) {
            Native.zeroed(8);
        }

        System.gc();
        assertNotNull(memory.get());

        Native.zeroed(8);
        assertNull(collected(memory), "it is kept for ever");
    }

    private static Pointer collected(WeakReference<Pointer> memory) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (memory.get() != null && System.nanoTime() < until) {
            System.gc();
        }
        return memory.get();
    }
}
