// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Spreads one recording over several files, each of which can be read alone.
///
/// Files are named by the path given and a number from 0. Where their count is bounded, the oldest is
/// written over. A recording that nothing bounds is one file of the name given.
public final class CaptureFiles implements CaptureVisitor, Closeable {
    /// When the next file begins, before an event.
    ///
    /// @param bytes that the file has by then, packed
    /// @param span between the file's first event and the one to be written, by their own times
    /// @param files how many there are at most
    public record Limits(OptionalLong bytes, Optional<Duration> span, OptionalInt files) {
        public static final Limits NONE = new Limits(OptionalLong.empty(), Optional.empty(), OptionalInt.empty());

        public Limits {
            if (files.isPresent() && files.getAsInt() < 1) {
                throw new IllegalArgumentException("at least one file, got " + files.getAsInt());
            }
        }
    }

    private final Path path;
    private final Packing packing;
    private final Limits limits;
    private final Consumer<CaptureVisitor> present;
    private Path current;
    private Counted counted;
    /// Of the file, up to where it is whole.
    private long sound;
    private CaptureWriter writer;
    private int number;
    private boolean empty = true;
    private long firstNanos;

    /// @param present tells what the machine is like now, as the tables of a capture do; for every file but
    ///     the first
    public CaptureFiles(Path path, Packing packing, Limits limits, Consumer<CaptureVisitor> present)
            throws IOException {
        this.path = path;
        this.packing = packing;
        this.limits = limits;
        this.present = present;
        open();
    }

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
    public void stateOnly(Event event) {
        turnIfDue(event);
        writer.stateOnly(event);
    }

    @Override
    public boolean event(Event event) {
        turnIfDue(event);
        return writer.event(event);
    }

    private void turnIfDue(Event event) {
        try {
            if (!empty && due(event)) {
                writer.close();
                number++;
                open();
                writer.section();
                present.accept(writer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (empty) {
            empty = false;
            firstNanos = event.timeNanos();
        }
    }

    private boolean due(Event event) {
        return limits.bytes().isPresent() && counted.bytes >= limits.bytes().getAsLong()
                || limits.span().isPresent()
                        && event.timeNanos() - firstNanos >= limits.span().get().toNanos();
    }

    private void open() throws IOException {
        current = nextPath();
        sound = 0;
        counted = new Counted(Files.newOutputStream(current));
        writer = CaptureWriter.to(counted, packing);
        empty = true;
    }

    private Path nextPath() {
        if (limits.equals(Limits.NONE)) {
            return path;
        }
        var digits = Integer.toString(number);
        if (limits.files().isPresent()) {
            int files = limits.files().getAsInt();
            int width = Integer.toString(files - 1).length();
            digits = String.format("%0" + width + "d", number % files);
        }
        return path.resolveSibling(path.getFileName() + digits);
    }

    /// Hands everything to the file system.
    public void flush() throws IOException {
        writer.flush();
        sound = counted.bytes;
    }

    /// After a fault while writing: closes the file and leaves of it what was whole at the last [#flush], so that it is
    /// read without one. A packed file is left as it is: it can be read up to its fault.
    public void abandon() {
        try {
            writer.close();
        } catch (IOException | UncheckedIOException _) {
            // the fault again
        }
        if (packing == Packing.NONE) {
            try (var file = FileChannel.open(current, StandardOpenOption.WRITE)) {
                file.truncate(sound);
            } catch (IOException _) {
                return; // it can still be read up to its fault
            }
        }
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            bytes++;
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
            bytes += length;
        }
    }
}
