// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import io.gatehouse.engine.act.RecordingText;
import io.gatehouse.schemas.act.RecordedLine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A recording on disk, written by a thread of its own. Bounded: a full file becomes `FILE.1` in place of the one that
/// was, and each file begins with what is needed to read it alone. What finds no room in the queue, or on the disk, is
/// counted and told in the file.
public final class RecordingFile implements Consumer<RecordedLine>, AutoCloseable {
    private static final int QUEUE = 32_768;
    private static final int MAX_CONTAINERS = 4_096;
    private static final long TICK_MILLIS = 500;
    private static final long CLOSE_MILLIS = 5_000;

    private final Path path;
    private final long maxBytes;
    private final InstantSource clock;
    private final Consumer<String> notices;
    private final ArrayBlockingQueue<RecordedLine> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private volatile boolean closing;

    // The writing thread only.
    private Optional<BufferedWriter> open = Optional.empty();
    private long written;
    private boolean broken;
    private Optional<RecordedLine.Begun> begun = Optional.empty();
    private final Map<String, RecordedLine.Met> met = new LinkedHashMap<>();

    /// Begins to write; a file that is there is written on.
    ///
    /// @param maxBytes of one file; there are at most two
    /// @param notices hears of a disk that does not take what is written
    /// @throws IOException the file cannot be written
    public static RecordingFile open(Path path, long maxBytes, InstantSource clock, Consumer<String> notices)
            throws IOException {
        var file = new RecordingFile(path.toAbsolutePath(), maxBytes, clock, notices);
        file.open = Optional.of(file.begin());
        file.thread.start();
        return file;
    }

    private RecordingFile(Path path, long maxBytes, InstantSource clock, Consumer<String> notices) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.notices = notices;
        this.thread = Thread.ofPlatform().name("gatehouse-recording").unstarted(this::run);
    }

    /// Never blocks.
    @Override
    public void accept(RecordedLine line) {
        if (!queue.offer(line)) {
            lost.addAndGet(line instanceof RecordedLine.Acted(var act) ? act.count() : 1);
        }
    }

    /// Acts that are not in the file.
    public long lost() {
        return lost.get();
    }

    private void run() {
        var batch = new ArrayList<RecordedLine>();
        long told = 0;
        while (true) {
            boolean last = closing; // read before the queue: what came before the end is written
            try {
                var first = queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                last = true;
                queue.drainTo(batch);
            }
            long gone = lost.get();
            if (gone > told && !broken) {
                batch.add(
                        new RecordedLine.Lost(clock.instant(), gone - told, "the recording's queue or disk was full"));
                told = gone;
            }
            write(batch);
            batch.clear();
            if (last && queue.isEmpty()) {
                close(open);
                return;
            }
        }
    }

    private void write(List<RecordedLine> batch) {
        int done = 0;
        try {
            if (open.isEmpty()) {
                open = Optional.of(begin());
            }
            for (; done < batch.size(); done++) {
                remember(batch.get(done));
                line(open.get(), batch.get(done));
                if (written >= maxBytes) {
                    rotate();
                }
            }
            open.get().flush();
            broken = false;
        } catch (IOException e) {
            for (var line : batch.subList(done, batch.size())) {
                lost.addAndGet(line instanceof RecordedLine.Acted(var act) ? act.count() : 1);
            }
            if (!broken) {
                notices.accept("acts are not recorded: " + path + ": " + e);
            }
            broken = true;
            close(open);
            open = Optional.empty();
        }
    }

    private void remember(RecordedLine line) {
        switch (line) {
            case RecordedLine.Begun start -> begun = Optional.of(start);
            case RecordedLine.Met container -> {
                if (met.size() >= MAX_CONTAINERS) {
                    met.remove(met.keySet().iterator().next());
                }
                met.put(container.container().facts().id(), container);
            }
            case RecordedLine.Acted _, RecordedLine.Lost _ -> {}
        }
    }

    private void rotate() throws IOException {
        open.get().close();
        open = Optional.empty();
        Files.move(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        open = Optional.of(begin());
    }

    private BufferedWriter begin() throws IOException {
        try {
            // Arguments of programs may hold secrets.
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        } catch (FileAlreadyExistsException _) {
            // written on
        }
        var file = Files.newBufferedWriter(path, StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
        written = Files.size(path);
        if (begun.isPresent()) {
            line(file, begun.get());
        }
        for (var container : met.values()) {
            line(file, container);
        }
        return file;
    }

    private void line(BufferedWriter file, RecordedLine line) throws IOException {
        var text = RecordingText.write(line);
        file.write(text);
        file.write('\n');
        written += text.length() + 1;
    }

    private void close(Optional<BufferedWriter> file) {
        try {
            if (file.isPresent()) {
                file.get().close();
            }
        } catch (IOException e) {
            notices.accept("the recording " + path + " may lack its end: " + e);
        }
    }

    /// Waits until what was accepted is written, but not for a disk that hangs.
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
