// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.ImageSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// What is known of images, and workers that find out what is not.
///
/// [#of] looks into tables and leaves a note for the workers; it never reads a file or a socket. One lock guards the
/// tables and is held for look-ups alone, by requests and workers alike. Verdicts are by digest; tags lead to
/// digests and are asked for again after a short while.
public final class Inspections implements Images, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Inspections.class.getName());
    private static final int RETRY_PENDING_SECONDS = 2;
    private static final int MAX_DOUBLINGS = 20;
    /// Attempts that are made unasked. Later ones wait for somebody to ask.
    private static final int UNASKED_ATTEMPTS = 6;

    /// What was done since the start.
    ///
    /// @param inspected images that were read
    /// @param failed attempts that reached no verdict
    /// @param turnedAway notes that found the queue full
    public record Stats(long inspected, long failed, long turnedAway, int waiting, int remembered) {}

    private record Tag(Digest digest, long sinceNanos) {}

    private record Failure(String why, int attempts, long notBeforeNanos) {}

    private final ImageSource source;
    private final Inspector inspector;
    private final InspectionOptions options;
    private final LongSupplier nanos;
    private final Optional<VerdictFolder> folder;
    private final BlockingQueue<ImageReference> queue;
    private final List<Thread> workers = new ArrayList<>();
    private final ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gatehouse-image-retry").factory());
    private final LongAdder inspected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();

    private final Object lock = new Object();
    // All of these are guarded by the lock.
    private final Map<Digest, ImageVerdict> verdicts;
    private final Map<ImageReference, Tag> tags;
    private final Map<ImageReference, Failure> failures;
    private final Set<ImageReference> noted = new HashSet<>();
    private final Set<Digest> underWay = new HashSet<>();

    private Inspections(
            ImageSource source,
            Inspector inspector,
            InspectionOptions options,
            Optional<VerdictFolder> folder,
            LongSupplier nanos) {
        this.source = source;
        this.inspector = inspector;
        this.options = options;
        this.folder = folder;
        this.nanos = nanos;
        this.queue = new ArrayBlockingQueue<>(options.queue());
        this.verdicts = bounded(options.remembered());
        this.tags = bounded(options.remembered());
        this.failures = bounded(options.remembered());
    }

    /// @param source is closed with this
    /// @throws IOException the folder of verdicts cannot be used
    public static Inspections start(ImageSource source, Inspector inspector, InspectionOptions options)
            throws IOException {
        return start(source, inspector, options, System::nanoTime);
    }

    static Inspections start(ImageSource source, Inspector inspector, InspectionOptions options, LongSupplier nanos)
            throws IOException {
        var folder = Optional.<VerdictFolder>empty();
        if (options.folder().isPresent()) {
            folder = Optional.of(VerdictFolder.open(options.folder().get(), inspector.platforms()));
        }
        var started = new Inspections(source, inspector, options, folder, nanos);
        if (folder.isPresent()) {
            for (var verdict : folder.get().read(options.remembered())) {
                started.verdicts.put(verdict.image(), verdict); // nobody else knows it yet
            }
        }
        for (int i = 0; i < options.workers(); i++) {
            started.workers.add(
                    Thread.ofPlatform().daemon().name("gatehouse-image-" + i).start(started::work));
        }
        return started;
    }

    /// The least recently asked for goes first.
    private static <K, V> Map<K, V> bounded(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    @Override
    public Answer of(String text) {
        var parsed = ImageReference.parse(text);
        if (parsed.isEmpty()) {
            return new Answer.Unknown("no runtime could pull it");
        }
        var reference = parsed.get();
        synchronized (lock) {
            var tag = reference.digest().isPresent()
                    ? new Tag(reference.digest().get(), nanos.getAsLong())
                    : tags.get(reference);
            if (tag != null && verdicts.containsKey(tag.digest())) {
                var age = Duration.ofNanos(nanos.getAsLong() - tag.sinceNanos());
                if (age.compareTo(options.tagFresh()) > 0) {
                    note(reference);
                }
                if (age.compareTo(options.tagStale()) <= 0) {
                    return new Answer.Known(verdicts.get(tag.digest()));
                }
            }
            var failure = failures.get(reference);
            if (failure == null) {
                note(reference);
                return new Answer.Pending(RETRY_PENDING_SECONDS);
            }
            if (nanos.getAsLong() - failure.notBeforeNanos() >= 0) {
                note(reference);
            }
            return new Answer.Unknown(failure.why());
        }
    }

    /// Holding the lock.
    private void note(ImageReference reference) {
        if (noted.contains(reference)) {
            return;
        }
        if (queue.offer(reference)) {
            noted.add(reference);
        } else {
            turnedAway.increment(); // whoever asks again leaves the note again
        }
    }

    private void work() {
        while (!Thread.interrupted()) {
            try {
                look(queue.take());
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void look(ImageReference reference) {
        try {
            var digest = source.resolve(reference);
            if (begin(reference, digest)) {
                inspect(reference, digest);
            }
            synchronized (lock) {
                failures.remove(reference);
            }
        } catch (ImageFailure e) {
            failed(reference, e.getMessage(), e.mayPass());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) { // a worker's edge
            LOG.log(System.Logger.Level.ERROR, "looking into " + reference + " failed", e);
            failed(reference, "a fault in gatehouse itself, told in its log", false);
        } finally {
            synchronized (lock) {
                noted.remove(reference);
            }
        }
    }

    private void inspect(ImageReference reference, Digest digest) throws ImageFailure {
        try {
            var verdict = inspector.inspect(source, reference, digest);
            inspected.increment();
            remember(verdict);
        } finally {
            synchronized (lock) {
                underWay.remove(digest);
            }
        }
    }

    /// Whether there is anything to be done, and by this worker.
    private boolean begin(ImageReference reference, Digest digest) {
        synchronized (lock) {
            if (reference.digest().isEmpty()) {
                tags.put(reference, new Tag(digest, nanos.getAsLong()));
            }
            return !verdicts.containsKey(digest) && underWay.add(digest);
        }
    }

    private void remember(ImageVerdict verdict) {
        folder.ifPresent(kept -> kept.write(verdict));
        Optional<Digest> gone = Optional.empty();
        synchronized (lock) {
            if (verdicts.size() == options.remembered()) {
                gone = Optional.of(verdicts.keySet().iterator().next());
            }
            verdicts.put(verdict.image(), verdict);
        }
        gone.ifPresent(digest -> folder.ifPresent(kept -> kept.remove(digest)));
    }

    private void failed(ImageReference reference, String why, boolean mayPass) {
        failed.increment();
        synchronized (lock) {
            var before = failures.get(reference);
            int attempts = before == null ? 1 : before.attempts() + 1;
            var pause = mayPass ? pause(attempts) : options.longestRetry();
            failures.put(reference, new Failure(why, attempts, nanos.getAsLong() + pause.toNanos()));
            if (mayPass && attempts < UNASKED_ATTEMPTS) {
                try {
                    retries.schedule(() -> again(reference), pause.toMillis(), TimeUnit.MILLISECONDS);
                } catch (RejectedExecutionException _) { // closed meanwhile: nobody asks any more
                }
            }
        }
    }

    private Duration pause(int attempts) {
        var pause = options.firstRetry().multipliedBy(1L << Math.min(attempts - 1, MAX_DOUBLINGS));
        return pause.compareTo(options.longestRetry()) < 0 ? pause : options.longestRetry();
    }

    private void again(ImageReference reference) {
        synchronized (lock) {
            if (failures.containsKey(reference)) {
                note(reference);
            }
        }
    }

    public Stats stats() {
        synchronized (lock) {
            return new Stats(inspected.sum(), failed.sum(), turnedAway.sum(), queue.size(), verdicts.size());
        }
    }

    /// What is under way is given up.
    @Override
    public void close() {
        retries.shutdownNow();
        workers.forEach(Thread::interrupt);
        source.close();
        for (var worker : workers) {
            try {
                worker.join(Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
