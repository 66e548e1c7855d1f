// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.KernelEvent.Detail;
import io.gatehouse.schemas.alert.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventDecoderTest {
    private final ByteBuffer record = ByteBuffer.allocate(16 + Wire.Event.SIZE).order(ByteOrder.nativeOrder());
    private final int at = 16; // records never start a buffer

    @Test
    void a_path_is_read_from_the_root_down() {
        act(1);
        text(Wire.Event.PATH, Wire.Event.PATH_LEN, "nginx\0sbin\0usr\0");

        var event = EventDecoder.decode(record, at, Wire.Event.SIZE).orElseThrow();

        assertEquals("/usr/sbin/nginx", event.path());
        assertEquals("/usr/sbin/nginx", event.exe(), "for an exec the program is the object");
    }

    @Test
    void args_keep_empty_words_and_a_cut_last_one() {
        act(1);
        text(Wire.Event.ARGS, Wire.Event.ARGS_LEN, "sh\0\0-c\0ech");
        record.putShort(at + Wire.Event.FACTS, (short) 0x20);

        var event = EventDecoder.decode(record, at, Wire.Event.SIZE).orElseThrow();

        assertEquals(List.of("sh", "", "-c", "ech"), event.args());
        assertFalse(event.argsComplete());
    }

    @Test
    void who_decided_and_what_is_kept() {
        act(3);
        record.put(at + Wire.Event.VERDICT, (byte) 2);
        record.put(at + Wire.Event.BACKEND, (byte) 1);
        violated(RuntimeRule.WRITE_ROOT, 0b101);

        var event = EventDecoder.decode(record, at, Wire.Event.SIZE).orElseThrow();

        assertEquals(Act.OPEN_FOR_WRITING, event.act());
        assertEquals(Verdict.DENY, event.verdict());
        assertEquals(Backend.LSM, event.backend());
        assertEquals(0b101, event.violated().get(RuntimeRule.WRITE_ROOT.ordinal()));
        assertEquals(0b101, event.violated().stream().reduce(0, Integer::sum), "and of no other rule");
        assertEquals(Detail.NONE, event.detail());
    }

    @Test
    void an_address_is_told_as_people_write_it() {
        act(25);
        record.putShort(at + Wire.Event.DETAIL + Wire.Detail.FAMILY, (short) 2);
        record.putShort(at + Wire.Event.DETAIL + Wire.Detail.PORT, (short) 443);
        record.put(at + Wire.Event.DETAIL + Wire.Detail.ADDRESS, new byte[] {10, 0, 0, (byte) 200});

        var detail =
                EventDecoder.decode(record, at, Wire.Event.SIZE).orElseThrow().detail();

        assertEquals("10.0.0.200", detail.address());
        assertEquals(443, detail.port());
    }

    private void violated(RuntimeRule rule, int policies) {
        record.putInt(at + Wire.Event.VIOLATION_COUNT, 1);
        record.putInt(at + Wire.Event.VIOLATIONS + Wire.Violation.RULE, rule.ordinal());
        record.putInt(at + Wire.Event.VIOLATIONS + Wire.Violation.POLICIES, policies);
    }

    @Test
    void a_record_of_an_unknown_kind_or_size_is_refused() {
        act(63);
        assertTrue(EventDecoder.decode(record, at, Wire.Event.SIZE).isEmpty());
        act(1);
        assertTrue(EventDecoder.decode(record, at, Wire.Event.SIZE - 1).isEmpty());
        record.put(at + Wire.Event.VERDICT, (byte) 9);
        assertTrue(EventDecoder.decode(record, at, Wire.Event.SIZE).isEmpty());
    }

    /// The kernel writes what it likes; a damaged record must cost one event, not the agent.
    @Test
    void garbage_never_throws() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        var bytes = new byte[Wire.Event.SIZE];
        for (int i = 0; i < 2_000; i++) {
            random.nextBytes(bytes);
            record.put(at, bytes);
            record.putShort(at + Wire.Event.ACT, (short) (1 + random.nextInt(34)));
            record.put(at + Wire.Event.VERDICT, (byte) random.nextInt(4));
            try {
                EventDecoder.decode(record, at, Wire.Event.SIZE);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void act(int code) {
        record.putShort(at + Wire.Event.ACT, (short) code);
    }

    private void text(int field, int length, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        record.put(at + field, bytes);
        record.putInt(at + length, bytes.length);
    }
}
