// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MakingAllocatesNothingTest {
    private static final int EVENTS = 20_000;
    private static final byte[] HERE = {10, 0, 0, 1};
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static Map<String, Records> frequent() {
        return new TreeMap<>(Map.of(
                "openat",
                        Records.call("openat")
                                .result(3)
                                .args(-100, 0, 0x80000)
                                .text(1, "/usr/lib/locale/locale-archive")
                                .file(LiveRecord.RESULT, 3, "/usr/lib/locale/locale-archive", 0100644, 1, 2, 0),
                "close", Records.call("close").arg(0, 3),
                "read", Records.call("read").result(64).args(3, 0, 64).data(1, new byte[64]),
                "connect",
                        Records.call("connect")
                                .args(3, 0, 16)
                                .data(1, Records.address(10, 0, 0, 2, 80))
                                .internet(0, 3, 1, 6, HERE, 4000, HERE, 80),
                "execve",
                        Records.exec()
                                .words("ls", "-l", "/tmp")
                                .environment("PATH=/bin", "HOME=/root")
                                .asked("/bin/ls")
                                .program("/usr/bin/ls", 9, 0, false, 1, 2),
                "clone", Records.fork(0x3d0f00),
                "procexit", Records.exit(0),
                "acct", Records.call("acct")));
    }

    @Test
    void making_an_event_allocates_nothing() {
        assertTrue(THREADS.isThreadAllocatedMemorySupported());
        var costly = new ArrayList<String>();
        for (var one : frequent().entrySet()) {
            var events = new LiveEvents(0);
            var event = new Event();
            var record = one.getValue().record();
            run(events, record, event, EVENTS); // so that it is compiled
            long before = THREADS.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            run(events, record, event, EVENTS);
            long nanos = System.nanoTime() - start;
            long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / EVENTS;
            System.out.printf("%s: %d bytes, %d ns%n", one.getKey(), bytes, nanos / EVENTS);
            if (bytes > 0) {
                costly.add(one.getKey() + " " + bytes);
            }
        }
        assertEquals(List.of(), costly);
    }

    private static void run(LiveEvents events, LiveRecord record, Event event, int times) {
        for (int i = 0; i < times; i++) {
            events.fill(record, event, i + 1);
        }
    }
}
