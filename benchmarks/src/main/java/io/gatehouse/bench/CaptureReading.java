// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.AccountEntry;
import io.gatehouse.events.capture.CaptureReader;
import io.gatehouse.events.capture.CaptureReader.Form;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.CaptureWriter;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.InterfaceEntry;
import io.gatehouse.events.capture.MachineEntry;
import io.gatehouse.events.capture.ProcessEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;

/// What one event of a capture costs until it lies decoded before its visitor, for a file of today's recorders and for
/// an old one whose events are converted. The events of one capture are repeated in memory to a million.
final class CaptureReading {
    private static final long EVENTS = 1_000_000;
    private static final int RUNS = 9;
    private static final int WARM_UP = 4;
    private static final double BUDGET_NANOS = 100;
    /// Processor time, so that what else the machine does counts less.
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CaptureReading() {}

    /// `-Dgatehouse.bench.capture=FILE` names the capture.
    static void print(PrintStream out) throws IOException {
        var file = file();
        out.print(new Table()
                .row(
                        "read, today's form",
                        "ns/event",
                        OptionalDouble.of(BUDGET_NANOS),
                        OptionalDouble.empty(),
                        nanosPerEvent(file, Form.TODAY))
                .row(
                        "read, and converted",
                        "ns/event",
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        nanosPerEvent(file, Form.AS_RECORDED))
                .text());
    }

    /// The capture that is measured with.
    static Path file() {
        return Path.of(System.getProperty(
                "gatehouse.bench.capture", "../shared/falco/scap/sysflow_mpm-preforked_full_capture.scap"));
    }

    /// A capture in memory whose events come again and again.
    record Repeatable(byte[] tables, byte[] whole, long times) {
        InputStream open() {
            return repeated(tables, whole, times);
        }
    }

    /// @param form of the file that is read; reading it is always into today's
    /// @param events about how many there are in all
    static Repeatable repeatable(Path file, Form form, long events) throws IOException {
        var whole = copy(file, form, true);
        long once =
                CaptureReader.read(new ByteArrayInputStream(whole), _ -> true).recorded();
        return new Repeatable(copy(file, form, false), whole, Math.max(1, events / once));
    }

    private static double nanosPerEvent(Path file, Form form) throws IOException {
        var capture = repeatable(file, form, EVENTS);
        var results = new ArrayList<Double>();
        for (int run = 0; run < RUNS; run++) {
            var look = new Look();
            long start = THREADS.getCurrentThreadCpuTime();
            var summary = CaptureReader.read(capture.open(), look);
            long took = THREADS.getCurrentThreadCpuTime() - start;
            if (run >= WARM_UP) {
                results.add((double) took / summary.recorded());
            }
            if (look.sum == 0) {
                throw new IllegalStateException("nothing was read");
            }
        }
        return Overhead.median(results);
    }

    private static InputStream repeated(byte[] tables, byte[] whole, long times) {
        var parts = new ArrayList<InputStream>(List.of(new ByteArrayInputStream(tables)));
        for (long i = 0; i < times; i++) {
            parts.add(new ByteArrayInputStream(whole, tables.length, whole.length - tables.length));
        }
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    /// The tables of a file stand before its events.
    private static byte[] copy(Path file, Form form, boolean withEvents) throws IOException {
        var copy = new ByteArrayOutputStream();
        try (var in = Files.newInputStream(file);
                var writer = CaptureWriter.to(copy, Packing.NONE)) {
            CaptureReader.read(in, form, withEvents ? writer : new TablesOnly(writer));
        }
        return copy.toByteArray();
    }

    /// Looks at each event so that nothing is optimised away.
    private static final class Look implements CaptureVisitor {
        private long sum;

        @Override
        public boolean event(Event event) {
            sum += event.code() + event.length(0);
            return true;
        }
    }

    private record TablesOnly(CaptureWriter writer) implements CaptureVisitor {
        @Override
        public void section() {
            writer.section();
        }

        @Override
        public void machine(MachineEntry machine) {
            writer.machine(machine);
        }

        @Override
        public void process(ProcessEntry process) {
            writer.process(process);
        }

        @Override
        public void descriptor(DescriptorEntry descriptor) {
            writer.descriptor(descriptor);
        }

        @Override
        public void account(AccountEntry account) {
            writer.account(account);
        }

        @Override
        public void networkInterface(InterfaceEntry networkInterface) {
            writer.networkInterface(networkInterface);
        }

        @Override
        public boolean event(Event event) {
            return false;
        }
    }
}
