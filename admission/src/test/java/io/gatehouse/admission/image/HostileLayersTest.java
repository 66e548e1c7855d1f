// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import static io.gatehouse.admission.image.ImageBuilder.elf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.image.ImageBuilder.Built;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.OciLayout;
import io.gatehouse.admission.image.source.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that were made to break whoever reads them: no verdict, a reason, and bounded work.
class HostileLayersTest {
    private static final Platform PLATFORM = Platform.parse("linux/amd64").orElseThrow();
    private static final Limits SMALL =
            new Limits(64 * 1024, 3, 1 << 20, 4 << 20, 2000, 1000, Duration.ofMinutes(1), Duration.ofSeconds(5));

    @TempDir
    private Path folder;

    @Test
    void a_path_that_leads_upwards_gives_no_verdict() {
        refused(Kind.MALFORMED, "leads upwards", new Tar().file("../../etc/passwd", 0644, "root"));
        refused(Kind.MALFORMED, "leads upwards", new Tar().file("a/../../b", 0755, elf()));
        refused(Kind.MALFORMED, "leads upwards", new Tar().hardLink("sh", "../bin/sh"));
    }

    @Test
    void a_path_without_end_gives_no_verdict() {
        refused(
                Kind.MALFORMED,
                "a path has",
                new Tar().pax("path", "d/".repeat(3000) + "x").file("x", 0755, elf()));
        refused(
                Kind.MALFORMED,
                "names",
                new Tar().pax("path", "d/".repeat(1000) + "x").file("x", 0755, elf()));
    }

    @Test
    void a_huge_extended_header_is_not_read() {
        refused(Kind.MALFORMED, "extended header has", new Tar().header('x', "pax", 0644, 1L << 32, ""));
        refused(Kind.MALFORMED, "extended header has", new Tar().header('L', "long", 0644, 1L << 31, ""));
        var many = new Tar();
        for (int i = 0; i < 100; i++) {
            many.pax("comment", "x");
        }
        refused(Kind.MALFORMED, "extended headers", many.file("x", 0755, elf()));
    }

    @Test
    void an_extended_header_that_is_none_gives_no_verdict() {
        for (var record : List.of("5 a=", "99 a=b\n", "0 a=b\n", "9 path\n.\n")) {
            refused(
                    Kind.MALFORMED,
                    "extended header",
                    new Tar()
                            .entry('x', "pax", 0, ImageBuilder.utf8(record), "")
                            .file("x", 0755, elf()));
        }
    }

    @Test
    void a_checksum_that_is_wrong_gives_no_verdict() {
        var bytes = new Tar().file("bin/app", 0755, elf()).bytes();
        bytes[0] ^= 1;
        refused(Kind.MALFORMED, "checksum", new ImageBuilder().plainLayer(bytes));
    }

    @Test
    void an_archive_that_is_cut_short_gives_no_verdict() {
        var whole = new Tar().file("bin/app", 0755, new byte[5000]).bytes();
        for (int length : new int[] {100, 600, 5000}) {
            refused(Kind.MALFORMED, "it ends inside", new ImageBuilder().plainLayer(Arrays.copyOf(whole, length)));
        }
        var packed = ImageBuilder.gzip(whole);
        refused(
                Kind.MALFORMED,
                "cannot be unpacked",
                new ImageBuilder().layer(Arrays.copyOf(packed, packed.length / 2), whole));
    }

    @Test
    void sparse_files_are_read_past_and_judged_by_what_they_hold() throws ImageFailure {
        var header = new Tar().header('S', "bin/tool", 0755, 512, "").unfinished();
        header[482] = 1; // one more block of the map
        sign(header);
        var tar = new Tar()
                .raw(header)
                .raw(new byte[512])
                .raw(Arrays.copyOf(ImageBuilder.multiCall(), 512))
                .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.name", "usr/bin/zsh")
                .file("GNUSparseFile.0/zsh", 0755, "1\n0\n512\n");
        assertEquals(
                "[/bin/tool, /usr/bin/zsh]",
                inspect(new ImageBuilder().layer(tar), Limits.DEFAULT).evidence().stream()
                        .map(e -> e.path())
                        .sorted()
                        .toList()
                        .toString());
        var endless = new Tar().header('S', "x", 0755, 512, "").unfinished();
        endless[482] = 1;
        sign(endless);
        var blocks = new Tar().raw(endless);
        var more = new byte[512];
        more[504] = 1;
        for (int i = 0; i < 5000; i++) {
            blocks.raw(more);
        }
        refused(Kind.MALFORMED, "map of a sparse file", blocks);
    }

    private static void sign(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        var text = "%06o\0 ".formatted(sum).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, header, 148, 8);
    }

    @Test
    void what_unpacks_without_end_is_given_up() {
        var zeros = new byte[8 << 20];
        refused(
                SMALL,
                Kind.TOO_LARGE,
                "unpack to more",
                new ImageBuilder().layer(new Tar().file("zeros", 0644, zeros)));
        // behind the archive's end too
        var tail = Arrays.copyOf(new Tar().file("a", 0644, "a").bytes(), 8 << 20);
        refused(SMALL, Kind.TOO_LARGE, "unpack to more", new ImageBuilder().layer(ImageBuilder.gzip(tail), tail));
    }

    @Test
    void entries_and_layers_are_counted() {
        var many = new Tar();
        for (int i = 0; i <= 2000; i++) {
            many.file("f" + i, 0644, "");
        }
        refused(SMALL, Kind.TOO_LARGE, "entries", new ImageBuilder().layer(many));
        var programs = new Tar();
        for (int i = 0; i <= 1000; i++) {
            programs.link("bin/" + i, "app");
        }
        refused(SMALL, Kind.TOO_LARGE, "matter to the verdict", new ImageBuilder().layer(programs));
        var layers = new ImageBuilder();
        for (int i = 0; i < 4; i++) {
            layers.layer(new Tar().file("f" + i, 0644, ""));
        }
        refused(SMALL, Kind.TOO_LARGE, "4 layers", layers);
        refused(SMALL, Kind.TOO_LARGE, "layers of", new ImageBuilder().plainLayer(new byte[2 << 20]));
    }

    /// A million files that matter to nobody cost time and no memory.
    @Test
    void a_million_entries_are_read() throws IOException {
        var hundred = new Tar();
        for (int i = 0; i < 100; i++) {
            hundred.file("some/folder/file" + i, 0644, "");
        }
        var diff = Digest.sha256();
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 10_000; i++) {
                gzip.write(hundred.unfinished());
                diff.update(hundred.unfinished());
            }
        }
        var layer = packed.toByteArray();
        var verdict =
                inspect(new ImageBuilder().lyingLayer(layer, Digest.of(layer), Digest.finish(diff)), Limits.DEFAULT);
        assertTrue(verdict.distroless());
    }

    @Test
    void links_in_circles_lead_nowhere() throws ImageFailure {
        var tar = new Tar()
                .link("bin/sh", "sh")
                .link("a", "b")
                .link("b", "a")
                .link("x/bash", "../a/c/bash")
                .link("loop", "loop/loop/loop")
                .link("y/zsh", "/loop/zsh");
        assertEquals(
                List.of(),
                inspect(new ImageBuilder().layer(tar), Limits.DEFAULT).evidence());
    }

    @Test
    void bytes_that_are_not_what_the_digest_says_give_no_verdict() {
        var tar = new Tar().file("app", 0755, elf());
        var packed = ImageBuilder.gzip(tar.bytes());
        var other = Digest.of(new byte[1]);
        refused(Kind.MALFORMED, "what came for", new ImageBuilder().lyingLayer(packed, other, Digest.of(tar.bytes())));
        refused(Kind.MALFORMED, "unpacks to", new ImageBuilder().lyingLayer(packed, Digest.of(packed), other));
    }

    @Test
    void a_blob_that_is_longer_or_shorter_than_announced_gives_no_verdict() throws Exception {
        var tar = new Tar().file("app", 0755, elf()).bytes();
        var image = new ImageBuilder().plainLayer(tar).build();
        for (int length : new int[] {tar.length - 512, tar.length + 512}) {
            ImageBuilder.layout(folder, Map.of("x", image));
            Files.write(folder.resolve("blobs/sha256/" + Digest.of(tar).hex()), Arrays.copyOf(tar, length));
            assertThrows(ImageFailure.class, () -> inspect(image, Limits.DEFAULT));
        }
    }

    @Test
    void a_manifest_that_can_be_read_in_two_ways_gives_no_verdict() throws Exception {
        for (var manifest : List.of(
                "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}",
                "{\"schemaVersion\":2}",
                "{\"schemaVersion\":2,\"layers\":[],\"layers\":[]}",
                "{\"schemaVersion\":1,\"fsLayers\":[]}",
                "{\"schemaVersion\":2,\"layers\":{}}",
                "[]",
                "{")) {
            var bytes = ImageBuilder.utf8(manifest);
            var image = new Built(Digest.of(bytes), Map.of(Digest.of(bytes), bytes));
            ImageBuilder.layout(folder, Map.of("x", image));
            var failure = assertThrows(ImageFailure.class, () -> inspect(image, Limits.DEFAULT), manifest);
            assertEquals(Kind.MALFORMED, failure.kind(), manifest);
        }
    }

    /// Whatever stands in a layer: a verdict or a reason, never another end.
    @Test
    void random_layers_end_in_a_verdict_or_a_reason() {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var good = new Tar()
                .directory("bin")
                .file("bin/sh", 0755, elf())
                .link("bin/ash", "sh")
                .pax("path", "bin/long")
                .file("x", 04755, elf())
                .file("bin/.wh.sh", 0, "")
                .bytes();
        int verdicts = 0;
        for (int round = 0; round < 1000; round++) {
            var bytes = good.clone();
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                int at = random.nextInt(bytes.length);
                bytes[at] = (byte) random.nextInt();
                if (random.nextBoolean()) { // a header that is signed anew is read on
                    var header = Arrays.copyOfRange(bytes, at & ~511, (at & ~511) + 512);
                    sign(header);
                    System.arraycopy(header, 0, bytes, at & ~511, 512);
                }
            }
            try {
                inspect(
                        (random.nextBoolean()
                                        ? new ImageBuilder().plainLayer(bytes)
                                        : new ImageBuilder().layer(ImageBuilder.gzip(bytes), bytes))
                                .build(),
                        SMALL);
                verdicts++;
            } catch (ImageFailure e) {
                assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
            }
        }
        assertTrue(verdicts > 100 && verdicts < 950, verdicts + " of 1000 were readable");
    }

    private void refused(Kind kind, String why, Tar tar) {
        refused(kind, why, new ImageBuilder().layer(tar));
    }

    private void refused(Kind kind, String why, ImageBuilder image) {
        refused(Limits.DEFAULT, kind, why, image);
    }

    private void refused(Limits limits, Kind kind, String why, ImageBuilder image) {
        var failure = assertThrows(ImageFailure.class, () -> inspect(image, limits));
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
        assertEquals(kind, failure.kind(), failure.getMessage());
    }

    private ImageVerdict inspect(ImageBuilder image, Limits limits) throws ImageFailure {
        return inspect(image.build(), limits);
    }

    private ImageVerdict inspect(Built image, Limits limits) throws ImageFailure {
        if (!Files.exists(folder.resolve("blobs/sha256/" + image.digest().hex()))) {
            ImageBuilder.layout(folder, Map.of("image", image));
        }
        try (var layout = OciLayout.open(folder, limits)) {
            return new Inspector(limits, List.of(PLATFORM)).inspect(layout, OciLayout.anyReference(), image.digest());
        }
    }
}
