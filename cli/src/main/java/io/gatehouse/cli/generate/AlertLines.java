// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What a detector writes while actions happen: a file that grows, from its present end on, or a stream. Thread
/// `generate-alerts` reads, and dates each line when it has it.
final class AlertLines implements AutoCloseable {
    /// Lines that nobody asked for yet; a detector that tells more than this at once is not followed further.
    private static final int MOST_WAITING = 100_000;

    /// How long a change may go unnoticed if the kernel does not announce it.
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final BlockingQueue<Alert> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final AtomicLong unreadable = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread reader;
    private volatile Optional<IOException> fault = Optional.empty();
    private volatile boolean closed;

    private AlertLines(Source source) {
        reader = Thread.ofPlatform().name("generate-alerts").daemon().unstarted(() -> {
            try {
                source.read(this);
            } catch (IOException e) {
                fault = Optional.of(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private interface Source {
        void read(AlertLines to) throws IOException, InterruptedException;
    }

    /// @param from a file, which may appear later, or `-` for standard input
    static AlertLines open(Path from) throws IOException {
        AlertLines lines;
        if (from.toString().equals("-")) {
            lines = new AlertLines(to -> to.readStream(System.in));
        } else if (Files.exists(from) && !Files.isRegularFile(from)) { // a named pipe
            lines = new AlertLines(to -> {
                try (var stream = Files.newInputStream(from)) {
                    to.readStream(stream);
                }
            });
        } else {
            var file = from.toAbsolutePath();
            long end = Files.exists(file) ? Files.size(file) : 0;
            var watch = file.getFileSystem().newWatchService();
            file.getParent()
                    .register(watch, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
            lines = new AlertLines(to -> to.follow(file, end, watch));
        }
        lines.reader.start();
        return lines;
    }

    /// The next alert, unless none comes in time. What went wrong with reading is thrown here.
    Optional<Alert> next(Duration patience) throws IOException, InterruptedException {
        var alert = waiting.poll(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
        if (alert == null && fault.isPresent()) {
            throw new IOException("reading alerts: " + fault.get().getMessage(), fault.get());
        }
        return Optional.ofNullable(alert);
    }

    /// Lines that were no alerts in JSON.
    long unreadable() {
        return unreadable.get();
    }

    /// Alerts that found no room here.
    long dropped() {
        return dropped.get();
    }

    @Override
    public void close() {
        closed = true;
        reader.interrupt();
    }

    private void readStream(InputStream stream) throws IOException {
        var bytes = new byte[1 << 16];
        var line = new ByteArrayOutputStream();
        int size;
        while (!closed && (size = stream.read(bytes)) >= 0) {
            take(bytes, size, line);
        }
    }

    private void follow(Path file, long from, WatchService watch) throws IOException, InterruptedException {
        var bytes = new byte[1 << 16];
        var line = new ByteArrayOutputStream();
        long at = from;
        try (watch) {
            while (!closed) {
                if (Files.exists(file)) {
                    try (var open = new RandomAccessFile(file.toFile(), "r")) {
                        while (!closed && sameFile(file, open, at)) {
                            open.seek(at);
                            int size;
                            while ((size = open.read(bytes)) > 0) {
                                take(bytes, size, line);
                                at += size;
                            }
                            await(watch);
                        }
                    }
                    if (Files.exists(file) && Files.size(file) < at) {
                        at = 0; // begun anew
                        line.reset();
                    }
                } else {
                    at = 0;
                    await(watch);
                }
            }
        }
    }

    private static boolean sameFile(Path file, RandomAccessFile open, long at) throws IOException {
        return Files.exists(file) && Files.size(file) >= at && open.length() >= at;
    }

    private static void await(WatchService watch) throws InterruptedException {
        var key = watch.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        if (key != null) {
            key.pollEvents();
            key.reset();
        }
    }

    private void take(byte[] bytes, int size, ByteArrayOutputStream line) {
        var arrived = Instant.now();
        for (int i = 0; i < size; i++) {
            if (bytes[i] != '\n') {
                line.write(bytes[i]);
                continue;
            }
            var text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            if (text.isBlank()) {
                continue;
            }
            var alert = Alert.read(text, arrived);
            if (alert.isEmpty()) {
                unreadable.incrementAndGet();
            } else if (!waiting.offer(alert.get())) {
                dropped.incrementAndGet();
            }
        }
    }
}
