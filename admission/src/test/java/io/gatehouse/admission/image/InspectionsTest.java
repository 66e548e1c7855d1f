// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.image.ImageBuilder.Built;
import io.gatehouse.admission.image.Images.Answer;
import io.gatehouse.admission.image.source.Descriptor;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.ImageSource;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images are looked into beside the requests, once each, and remembered.
class InspectionsTest {
    private static final Inspector INSPECTOR =
            new Inspector(Limits.DEFAULT, List.of(Platform.parse("linux/amd64").orElseThrow()));
    private static final Built SHELL = new ImageBuilder()
            .layer(new Tar().file("bin/sh", 0755, ImageBuilder.elf()))
            .build();
    private static final Built CLEAN = new ImageBuilder()
            .layer(new Tar().file("app", 0755, ImageBuilder.elf()))
            .build();

    @TempDir
    private Path folder;

    private final AtomicLong nanos = new AtomicLong(1);
    private final Store store = new Store();

    /// Images by tag, held in memory.
    private static final class Store implements ImageSource {
        final Map<String, Built> tags = new ConcurrentHashMap<>();
        final AtomicInteger resolved = new AtomicInteger();
        final AtomicInteger read = new AtomicInteger();
        volatile CountDownLatch gate = new CountDownLatch(0);
        volatile Optional<Kind> failure = Optional.empty();

        @Override
        public Digest resolve(ImageReference reference) throws ImageFailure {
            resolved.incrementAndGet();
            if (failure.isPresent()) {
                throw new ImageFailure(failure.get(), "the store is shut");
            }
            return reference
                    .digest()
                    .orElseGet(() -> tags.get(reference.tag().orElseThrow()).digest());
        }

        @Override
        public byte[] manifest(ImageReference reference, Digest digest) throws ImageFailure {
            try {
                gate.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ImageFailure(Kind.UNREACHABLE, "interrupted", e);
            }
            read.incrementAndGet();
            return bytes(digest);
        }

        @Override
        public InputStream blob(ImageReference reference, Descriptor blob) {
            return new ByteArrayInputStream(bytes(blob.digest()));
        }

        private byte[] bytes(Digest digest) {
            return tags.values().stream()
                    .map(image -> image.blobs().get(digest))
                    .filter(bytes -> bytes != null)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void close() {
            gate.countDown();
        }
    }

    @Test
    void the_first_question_is_answered_later_and_the_next_at_once() throws Exception {
        store.tags.put("shell", SHELL);
        store.gate = new CountDownLatch(1);
        try (var images = start(options(10, Optional.empty()))) {
            for (int i = 0; i < 5; i++) {
                assertInstanceOf(Answer.Pending.class, images.of("r.io/app:shell"));
            }
            store.gate.countDown();
            var known = assertInstanceOf(Answer.Known.class, await(images, "r.io/app:shell"));
            assertEquals(SHELL.digest(), known.verdict().image());
            assertEquals(1, store.read.get());
        }
    }

    @Test
    void an_image_under_two_names_is_read_once() throws Exception {
        store.tags.put("a", SHELL);
        store.tags.put("b", SHELL);
        store.gate = new CountDownLatch(1);
        try (var images = start(options(10, Optional.empty()))) {
            images.of("r.io/app:a");
            images.of("r.io/app:b");
            images.of("r.io/app@" + SHELL.digest());
            until(() -> store.resolved.get() >= 2);
            store.gate.countDown();
            for (var name : List.of(":a", ":b", "@" + SHELL.digest())) {
                assertInstanceOf(Answer.Known.class, await(images, "r.io/app" + name));
            }
            assertEquals(1, store.read.get());
        }
    }

    @Test
    void verdicts_survive_a_restart() throws Exception {
        store.tags.put("shell", SHELL);
        store.tags.put("clean", CLEAN);
        ImageVerdict before;
        try (var images = start(options(10, Optional.of(folder)))) {
            before = assertInstanceOf(Answer.Known.class, await(images, "r.io/app:shell"))
                    .verdict();
            assertTrue(assertInstanceOf(Answer.Known.class, await(images, "r.io/app:clean"))
                    .verdict()
                    .distroless());
        }
        store.failure = Optional.of(Kind.UNREACHABLE);
        try (var images = start(options(10, Optional.of(folder)))) {
            var after = assertInstanceOf(Answer.Known.class, images.of("r.io/app@" + SHELL.digest()));
            assertEquals(before, after.verdict());
        }
        assertEquals(2, store.read.get());
    }

    @Test
    void a_file_that_is_torn_or_lies_is_not_believed() throws Exception {
        store.tags.put("shell", SHELL);
        try (var images = start(options(10, Optional.of(folder)))) {
            await(images, "r.io/app:shell");
        }
        var file = verdictFiles().getFirst();
        var whole = Files.readString(file);
        for (var text : List.of(
                whole.substring(0, whole.length() / 2),
                whole.replace("\"inspector\" : 1", "\"inspector\" : 0"),
                whole.replace(SHELL.digest().text(), CLEAN.digest().text()),
                "")) {
            Files.writeString(file, text);
            try (var images = start(options(10, Optional.of(folder)))) {
                assertEquals(0, images.stats().remembered(), text);
                assertTrue(verdictFiles().isEmpty(), text);
            }
        }
    }

    @Test
    void what_is_remembered_is_bounded_in_memory_and_on_disk() throws Exception {
        for (int i = 0; i < 8; i++) {
            store.tags.put(
                    "t" + i,
                    new ImageBuilder().layer(new Tar().file("f" + i, 0644, "x")).build());
        }
        try (var images = start(options(3, Optional.of(folder)))) {
            for (int i = 0; i < 8; i++) {
                await(images, "r.io/app:t" + i);
            }
            assertEquals(3, images.stats().remembered());
            assertEquals(3, verdictFiles().size());
        }
    }

    @Test
    void a_tag_is_asked_for_again_after_a_while() throws Exception {
        store.tags.put("latest", CLEAN);
        try (var images = start(options(10, Optional.empty()))) {
            assertTrue(known(await(images, "r.io/app")).distroless());
            assertEquals(1, store.resolved.get());
            store.tags.put("moved", CLEAN); // its blobs stay
            store.tags.put("latest", SHELL);
            assertTrue(known(images.of("r.io/app")).distroless(), "fresh");
            nanos.addAndGet(Duration.ofSeconds(61).toNanos());
            assertTrue(known(images.of("r.io/app")).distroless(), "stale, and asked for again");
            until(() -> images.of("r.io/app") instanceof Answer.Known now
                    && !now.verdict().distroless());
            store.failure = Optional.of(Kind.UNREACHABLE);
            nanos.addAndGet(Duration.ofMinutes(11).toNanos());
            await(images, "r.io/app", Answer.Unknown.class::isInstance);
        }
    }

    @Test
    void a_failure_is_told_and_tried_again_by_itself() throws Exception {
        store.tags.put("clean", CLEAN);
        store.failure = Optional.of(Kind.UNREACHABLE);
        try (var images = start(options(10, Optional.empty()))) {
            var unknown = await(images, "r.io/app:clean", Answer.Unknown.class::isInstance);
            assertEquals(new Answer.Unknown("the store is shut"), unknown);
            store.failure = Optional.empty();
            until(() -> images.stats().inspected() == 1); // nobody asked
            assertInstanceOf(Answer.Known.class, images.of("r.io/app:clean"));
        }
    }

    @Test
    void a_full_queue_turns_away_and_loses_nothing_for_good() throws Exception {
        store.gate = new CountDownLatch(1);
        for (int i = 0; i < 20; i++) {
            store.tags.put(
                    "t" + i,
                    new ImageBuilder().layer(new Tar().file("f" + i, 0644, "x")).build());
        }
        try (var images = start(options(100, Optional.empty()))) {
            for (int i = 0; i < 20; i++) {
                assertInstanceOf(Answer.Pending.class, images.of("r.io/app:t" + i));
            }
            assertTrue(images.stats().turnedAway() > 0, images.stats()::toString);
            store.gate.countDown();
            for (int i = 0; i < 20; i++) {
                assertInstanceOf(Answer.Known.class, await(images, "r.io/app:t" + i));
            }
        }
    }

    @Test
    void a_name_that_no_runtime_pulls_is_unknown_at_once() throws Exception {
        try (var images = start(options(10, Optional.empty()))) {
            assertInstanceOf(Answer.Unknown.class, images.of("No Image"));
        }
    }

    private static ImageVerdict known(Answer answer) {
        return assertInstanceOf(Answer.Known.class, answer).verdict();
    }

    private List<Path> verdictFiles() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private Inspections start(InspectionOptions options) throws IOException {
        return Inspections.start(store, INSPECTOR, options, nanos::get);
    }

    private static InspectionOptions options(int remembered, Optional<Path> folder) {
        return new InspectionOptions(
                folder,
                2,
                5,
                remembered,
                Duration.ofSeconds(60),
                Duration.ofMinutes(10),
                Duration.ofMillis(20),
                Duration.ofSeconds(1));
    }

    private static Answer await(Images images, String reference) {
        return await(images, reference, Answer.Known.class::isInstance);
    }

    private static Answer await(Images images, String reference, Predicate<Answer> wanted) {
        until(() -> wanted.test(images.of(reference)));
        return images.of(reference);
    }

    private static void until(BooleanSupplier holds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not in time");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
