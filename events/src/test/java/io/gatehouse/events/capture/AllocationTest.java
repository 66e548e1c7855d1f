// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final int CLOSE_ENTER = 4;
    private static final int CLOSE_EXIT = 5;
    private static final int CALLS = 50_000;

    @Test
    void an_event_costs_no_memory() throws IOException {
        assertFree(capture(false));
    }

    @Test
    void an_event_of_an_old_recorder_costs_no_memory_either() throws IOException {
        assertFree(capture(true));
    }

    private static void assertFree(byte[] capture) throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 3; run++) { // the first loads classes
            long before = threads.getCurrentThreadAllocatedBytes();
            var summary = CaptureReader.read(new ByteArrayInputStream(capture), _ -> true);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertEquals(CALLS, summary.events());
        }
        assertTrue(least < 1 << 20, CALLS + " calls took " + least + " bytes");
    }

    private static byte[] capture(boolean old) throws IOException {
        var file = new ByteArrayOutputStream();
        try (var writer = CaptureWriter.to(file, Packing.NONE)) {
            var bytes = new byte[16];
            for (int i = 0; i < CALLS; i++) {
                var event = new Event();
                if (old) {
                    writer.event(
                            event.begin(CLOSE_ENTER, 1, i, i % 100, 0, bytes).param(0, 8));
                    writer.event(
                            event.begin(CLOSE_EXIT, 1, i, i % 100, 0, bytes).param(8, 8));
                } else {
                    writer.event(event.begin(CLOSE_EXIT, 1, i, i % 100, 0, bytes)
                            .param(0, 8)
                            .param(8, 8));
                }
            }
        }
        return file.toByteArray();
    }
}
