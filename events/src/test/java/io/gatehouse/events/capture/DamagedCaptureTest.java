// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.compress.v3.zstd.ZstdOutputStream;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureReader.Form;
import io.gatehouse.events.capture.CaptureReader.Summary;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// What a file may hold that no recorder wrote whole.
class DamagedCaptureTest {
    private static final int SECTION_BYTES = 28;
    private static final int EVENT_TYPE = BlockType.EVENT_V2;

    @Test
    void a_file_that_ends_early_gives_everything_before_its_end() throws IOException {
        var whole = capture(10);
        int event = (whole.length - SECTION_BYTES) / 10;
        for (int cut = 1; cut < whole.length; cut++) {
            var transcript = new Transcript();
            var summary = read(Arrays.copyOf(whole, cut), transcript);
            int before = Math.max(0, (cut - SECTION_BYTES) / event);
            boolean between = cut >= SECTION_BYTES && (cut - SECTION_BYTES) % event == 0;
            assertEquals(before, summary.events(), "cut at " + cut);
            assertEquals(
                    between ? Optional.empty() : Optional.of(cut < 8 ? Code.NOT_A_CAPTURE : Code.CAPTURE_CUT),
                    summary.fault().map(CaptureFault::code),
                    "cut at " + cut);
        }
    }

    @Test
    void a_fault_says_where_what_why_and_what_to_do() throws IOException {
        var whole = capture(2);
        var summary = read(Arrays.copyOf(whole, whole.length - 7), new Transcript());

        assertEquals("""
                error GH-1602: the file ends in the middle of an event (block type 0x216): 53 of 60 bytes are there
                  at byte 88
                  why: its recorder was ended while writing, or the disk was full; what stands before is whole
                  fix: use what was read, or record again""", summary.fault().orElseThrow().toString());
    }

    @Test
    void what_is_no_capture_is_refused() throws IOException {
        for (var text : List.of("", "x", "not a capture at all", "\n\r\r\nabcd")) {
            var summary = read(text.getBytes(), new Transcript());
            assertFalse(summary.fault().isEmpty(), text);
            assertEquals(0, summary.blocks(), text);
        }
    }

    @Test
    void a_file_of_the_other_byte_order_or_of_another_version_is_refused() throws IOException {
        var other = capture(1);
        other[8] = 0x1a;
        other[11] = 0x4d;
        assertEquals(
                Code.NOT_A_CAPTURE,
                read(other, new Transcript()).fault().orElseThrow().code());
        var later = capture(1);
        later[12] = 2;
        assertEquals(
                Code.NOT_A_CAPTURE,
                read(later, new Transcript()).fault().orElseThrow().code());
    }

    @Test
    void a_length_without_bytes_behind_it_costs_no_memory() throws IOException {
        var head = new ByteArrayOutputStream();
        head.write(capture(0));
        int claimed = CaptureReader.MAX_BLOCK_BYTES;
        head.write(new byte[] {0x16, 2, 0, 0, 0, 0, 0, (byte) (claimed >>> 24)});
        long before = allocated();
        var summary = read(head.toByteArray(), new Transcript());
        long cost = allocated() - before;

        assertEquals(Code.CAPTURE_CUT, summary.fault().orElseThrow().code());
        assertTrue(cost < 4 << 20, "reading took " + cost + " bytes");
    }

    @Test
    void a_block_larger_than_any_recorder_writes_is_refused() throws IOException {
        var head = new ByteArrayOutputStream();
        head.write(capture(0));
        head.write(new byte[] {0x16, 2, 0, 0, -1, -1, -1, -1});
        assertEquals(
                Code.CAPTURE_DAMAGED,
                read(head.toByteArray(), new Transcript()).fault().orElseThrow().code());
    }

    @Test
    void an_unknown_block_and_an_unknown_event_are_passed_over_and_counted() throws IOException {
        var file = new ByteArrayOutputStream();
        file.write(capture(1));
        new Block().u32(1).u32(2).writeTo(file, 0x7777);
        new Block().u16(0).u64(1).u64(2).u32(26).u16(9999).u32(0).writeTo(file, EVENT_TYPE);
        var rest = capture(1);
        file.write(rest, SECTION_BYTES, rest.length - SECTION_BYTES);

        var summary = read(file.toByteArray(), new Transcript());

        assertEquals(Optional.empty(), summary.fault());
        assertEquals(2, summary.events());
        assertEquals(1, summary.unknownBlocks());
        assertEquals(1, summary.unknownEvents());
    }

    @Test
    void parameters_that_a_newer_recorder_appended_are_left_out() throws IOException {
        var file = new ByteArrayOutputStream();
        file.write(capture(0));
        new Block()
                .u16(0)
                .u64(1)
                .u64(2)
                .u32(26 + 3 * 2 + 3)
                .u16(5)
                .u32(3)
                .u16(1)
                .u16(1)
                .u16(1)
                .u8(7)
                .u8(8)
                .u8(9)
                .writeTo(file, EVENT_TYPE);
        var transcript = new Transcript();
        var summary = read(file.toByteArray(), transcript);

        assertEquals(Optional.empty(), summary.fault());
        assertEquals(List.of("section", "1 1 2 cpu 0 5 close 07 08"), transcript.lines());
    }

    @Test
    void files_one_behind_the_other_are_sections() throws IOException {
        var file = new ByteArrayOutputStream();
        file.write(capture(2));
        file.write(capture(1));
        var transcript = new Transcript();
        read(file.toByteArray(), transcript);
        assertEquals(2, transcript.lines().stream().filter("section"::equals).count());
        assertEquals(5, transcript.lines().size());
    }

    @Test
    void gzip_and_zstd_are_unpacked_and_a_damaged_packing_gives_what_stood_before() throws IOException {
        var whole = noisyCapture(20_000);
        var plain = new Transcript();
        read(whole, plain);
        for (var packed : List.of(gzip(whole), zstd(whole))) {
            var transcript = new Transcript();
            assertEquals(Optional.empty(), read(packed, transcript).fault());
            assertEquals(plain.lines(), transcript.lines());

            var half = read(Arrays.copyOf(packed, packed.length / 2), _ -> true);
            assertEquals(Code.CAPTURE_NOT_UNPACKED, half.fault().orElseThrow().code());
            assertTrue(half.events() < 20_000, half.toString());
        }
        var half = gzip(whole);
        assertTrue(read(Arrays.copyOf(half, half.length / 2), _ -> true).events() > 9_000);
    }

    /// Bytes of real and made captures are changed, dropped and doubled.
    @Test
    void whatever_a_file_holds_reading_it_ends_in_bounded_time_and_memory() throws IOException {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("gatehouse.seed=" + seed);
        var random = new Random(seed);
        var originals = new ArrayList<byte[]>();
        originals.add(noisyCapture(200));
        if (Files.exists(java.nio.file.Path.of(System.getProperty("gatehouse.root"), "..", "shared"))) {
            for (var capture : Shared.captures()) {
                if (Files.size(capture) < 150_000) {
                    originals.add(Files.readAllBytes(capture));
                }
            }
        }
        int faults = 0;
        for (int round = 0; round < 1500; round++) {
            var bytes = originals.get(random.nextInt(originals.size())).clone();
            int changes = 1 + random.nextInt(6);
            for (int i = 0; i < changes; i++) {
                bytes = changed(bytes, random);
            }
            for (var form : Form.values()) {
                long before = allocated();
                var summary = CaptureReader.read(new ByteArrayInputStream(bytes), form, new Looking());
                long cost = allocated() - before;
                assertTrue(summary.bytes() <= bytes.length * 50L, "seed " + seed + " round " + round);
                assertTrue(cost < (64 << 20), "seed " + seed + " round " + round + " took " + cost);
                faults += summary.fault().isPresent() ? 1 : 0;
            }
        }
        assertTrue(faults > 100, "only " + faults + " files were found damaged");
    }

    /// Reads everything, as a filter would.
    private static final class Looking implements CaptureVisitor {
        private long sum;

        @Override
        public void stateOnly(Event event) {
            event(event);
        }

        @Override
        public boolean event(Event event) {
            for (int i = 0; i < event.paramCount(); i++) {
                sum += event.number(i);
                var text = event.text(i);
                sum += text == null ? 0 : text.length();
            }
            return sum != 1;
        }
    }

    private static byte[] changed(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        int many = Math.min(bytes.length - at, 1 + random.nextInt(16));
        return switch (random.nextInt(5)) {
            case 0 -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case 1 -> {
                Arrays.fill(bytes, at, at + many, (byte) random.nextInt());
                yield bytes;
            }
            case 2 -> Arrays.copyOf(bytes, Math.max(1, at));
            case 3 -> {
                var less = new byte[bytes.length - many];
                System.arraycopy(bytes, 0, less, 0, at);
                System.arraycopy(bytes, at + many, less, at, less.length - at);
                yield less.length == 0 ? bytes : less;
            }
            default -> {
                var more = new byte[bytes.length + many];
                System.arraycopy(bytes, 0, more, 0, at + many);
                System.arraycopy(bytes, at, more, at + many, bytes.length - at);
                yield more;
            }
        };
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private static Summary read(byte[] bytes, CaptureVisitor visitor) throws IOException {
        InputStream in = new ByteArrayInputStream(bytes);
        return CaptureReader.read(in, visitor);
    }

    private static byte[] capture(int events) throws IOException {
        var file = new ByteArrayOutputStream();
        try (var writer = CaptureWriter.to(file, Packing.NONE)) {
            var result = new byte[16];
            for (int i = 0; i < events; i++) {
                writer.event(new Event()
                        .begin(5, i, 1000 + i, 42, 0, result)
                        .param(0, 8)
                        .param(8, 8));
            }
        }
        return file.toByteArray();
    }

    private static byte[] noisyCapture(int events) throws IOException {
        var random = new Random(1);
        var file = new ByteArrayOutputStream();
        try (var writer = CaptureWriter.to(file, Packing.NONE)) {
            var noise = new byte[40];
            for (int i = 0; i < events; i++) {
                random.nextBytes(noise);
                writer.event(new Event()
                        .begin(9, i, random.nextLong(), random.nextInt(99), 0, noise)
                        .param(0, 8)
                        .param(8, 20)
                        .param(28, 8)
                        .param(36, 4));
            }
        }
        return file.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] zstd(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new ZstdOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
