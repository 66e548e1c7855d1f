// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureReader.Form;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.events.capture.DescriptorEntry.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureWriterTest {
    private static final int CLOSE_EXIT = 5;
    private static final int PLUGIN_EVENT = 322;

    @Test
    void every_entry_of_every_table_is_read_back_as_it_was() throws IOException {
        var entries = new ArrayList<Object>();
        entries.add(new MachineEntry(8, 1L << 34, 1 << 22, "node-7", 1_700_000_000_000_000_000L));
        entries.add(new InterfaceEntry(
                InterfaceEntry.IPV4, "eth0", "\n\0\0\1", "\u00ff\u00ff\u00ff\0", "\n\0\0\u00ff", 10));
        entries.add(new InterfaceEntry(
                InterfaceEntry.IPV6_NO_SPEED, "lo", "0123456789abcdef", "x".repeat(16), "y".repeat(16), 0));
        entries.add(new AccountEntry.User(1000, 100, "mia", "/home/mia", "/bin/sh"));
        entries.add(new AccountEntry.Group(100, "users"));
        entries.add(process(1, List.of(), ""));
        entries.add(process(4711, List.of("-c", "", "sleep 1; é"), "/"));
        for (long tid : new long[] {1, 4711}) {
            entries.add(descriptor(tid, 0, Kind.FILE_V2, "/etc/passwd"));
            entries.add(descriptor(tid, 1, Kind.FIFO, "pipe:[1]"));
            entries.add(descriptor(tid, 2, Kind.DIRECTORY, "/"));
            entries.add(new DescriptorEntry(tid, 3, 9, Kind.UNIX_SOCKET, "/run/x", 0, 0, 0, null, 0, null, 0, 5, -6));
            entries.add(new DescriptorEntry(
                    tid, 4, 9, Kind.IPV4_SOCKET, "", 0, 0, 2, "\n\0\0\1", 65535, "\n\0\0\2", 443, 0, 0));
            entries.add(new DescriptorEntry(
                    tid, 5, 9, Kind.IPV6_SERVER, "", 0, 0, 3, "0123456789abcdef", 53, null, 0, 0, 0));
        }

        var expected = new ArrayList<>(List.of("section"));
        entries.forEach(entry -> expected.add(entry.toString()));
        assertEquals(expected, readBack(Packing.NONE, writer -> entries.forEach(entry -> tell(writer, entry))));
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void events_are_read_back_as_they_were(Packing packing) throws IOException {
        var result = new byte[] {-2, -1, -1, -1, -1, -1, -1, -1, 7, 0, 0, 0, 0, 0, 0, 0};
        var event = new Event()
                .begin(CLOSE_EXIT, 1, 123_456_789L, 42, 3, result)
                .param(0, 8)
                .param(8, 8);

        var lines = readBack(packing, writer -> {
            writer.event(event);
            writer.stateOnly(event);
        });

        var line = Transcript.line(event).substring(1);
        assertEquals(List.of("section", "1" + line, "state only 2" + line), lines);
    }

    @Test
    void a_parameter_longer_than_two_bytes_can_say_is_whole_in_a_large_event() throws IOException {
        var bytes = new byte[300_000];
        bytes[299_999] = 9;
        var event =
                new Event().begin(PLUGIN_EVENT, 1, 1, -1, 0, bytes).param(0, 4).param(4, 299_996);

        var lines = readBack(Packing.NONE, writer -> writer.event(event));

        assertEquals(List.of("section", Transcript.line(event)), lines);
    }

    @Test
    void a_text_that_readers_would_refuse_is_cut() throws IOException {
        var lines = readBack(
                Packing.NONE, writer -> writer.process(process(1, List.of("x".repeat(5000)), "/" + "d".repeat(2000))));

        assertEquals(
                List.of("section", process(1, List.of(), "/" + "d".repeat(1023)).toString()), lines);
    }

    @Test
    void a_list_that_is_interrupted_goes_on_in_another_block() throws IOException {
        var one = new AccountEntry.Group(1, "one");
        var two = process(2, List.of(), "/");
        var lines = readBack(Packing.NONE, writer -> {
            writer.account(one);
            writer.process(two);
            writer.account(one);
        });
        assertEquals(List.of("section", one.toString(), two.toString(), one.toString()), lines);
    }

    @Test
    void nothing_told_is_still_a_capture() throws IOException {
        assertEquals(List.of("section"), readBack(Packing.NONE, writer -> {}));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void every_capture_of_the_reference_is_read_back_as_it_was(Form form) throws IOException {
        int compared = 0;
        for (var capture : Shared.captures()) {
            var original = new Transcript();
            var copy = new ByteArrayOutputStream();
            try (var in = Files.newInputStream(capture)) {
                CaptureReader.read(in, form, original);
            }
            try (var in = Files.newInputStream(capture);
                    var writer = CaptureWriter.to(copy, Packing.NONE)) {
                CaptureReader.read(in, form, writer);
            }
            var again = new Transcript();
            var summary = CaptureReader.read(new ByteArrayInputStream(copy.toByteArray()), form, again);
            assertEquals(Optional.empty(), summary.fault(), capture.toString());
            assertEquals(original.lines(), again.lines(), capture.toString());
            compared++;
        }
        assertTrue(compared > 0);
        System.out.println(compared + " captures written and read back equal, " + form);
    }

    private static List<String> readBack(Packing packing, Consumer<CaptureWriter> told) throws IOException {
        var file = new ByteArrayOutputStream();
        try (var writer = CaptureWriter.to(file, packing)) {
            told.accept(writer);
        }
        var transcript = new Transcript();
        var summary = CaptureReader.read(new ByteArrayInputStream(file.toByteArray()), transcript);
        assertEquals(Optional.empty(), summary.fault());
        return transcript.lines();
    }

    private static void tell(CaptureVisitor visitor, Object entry) {
        switch (entry) {
            case MachineEntry machine -> visitor.machine(machine);
            case InterfaceEntry networkInterface -> visitor.networkInterface(networkInterface);
            case AccountEntry account -> visitor.account(account);
            case ProcessEntry process -> visitor.process(process);
            case DescriptorEntry descriptor -> visitor.descriptor(descriptor);
            default -> throw new IllegalArgumentException(entry.toString());
        }
    }

    private static DescriptorEntry descriptor(long tid, long number, int kind, String name) {
        long flags = kind == Kind.FILE_V2 ? 0x1001 : 0;
        long device = kind == Kind.FILE_V2 ? 0x800001 : 0;
        return new DescriptorEntry(tid, number, 77, kind, name, flags, device, 0, null, 0, null, 0, 0, 0);
    }

    private static ProcessEntry process(long tid, List<String> args, String cwd) {
        var utf8 = new String("é".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return new ProcessEntry(
                tid,
                tid,
                1,
                1,
                2,
                3,
                4,
                5,
                "sh",
                "/bin/sh",
                "/usr/bin/dash",
                args,
                cwd,
                "/",
                List.of("A=" + utf8),
                List.of("cpu=/", "memory=/x"),
                1024,
                0x10,
                1000,
                100,
                0xffff_ffffL,
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                true,
                false,
                true,
                false,
                8,
                9,
                10,
                11,
                12,
                13);
    }
}
