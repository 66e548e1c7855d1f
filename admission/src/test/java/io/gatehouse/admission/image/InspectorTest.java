// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import static io.gatehouse.admission.image.ImageBuilder.elf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.compress.v3.zstd.ZstdOutputStream;
import io.gatehouse.admission.image.ImageBuilder.Built;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.OciLayout;
import io.gatehouse.admission.image.source.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands in an image, decided from its layers.
class InspectorTest {
    private static final Platform PLATFORM = Platform.parse("linux/amd64").orElseThrow();

    @TempDir
    private Path folder;

    /// As Google's static image is laid out: certificates, users, time zones, a list of packages by file.
    private static Tar distroless() {
        return new Tar()
                .directory("etc")
                .file("etc/passwd", 0644, "root:x:0:0:root:/root:/sbin/nologin\n")
                .file("etc/os-release", 0644, "PRETTY_NAME=\"Distroless\"\n")
                .file("var/lib/dpkg/status.d/tzdata", 0644, "Package: tzdata\n")
                .file("usr/share/zoneinfo/UTC", 0644, "TZif2");
    }

    @Test
    void a_static_base_with_one_program_is_distroless() throws ImageFailure {
        var verdict = inspect(new ImageBuilder().layer(distroless()).layer(new Tar().file("app", 0755, elf())));
        assertTrue(verdict.distroless());
        assertEquals("", told(verdict));
        assertEquals(2, verdict.layers());
    }

    @Test
    void a_single_program_on_nothing_is_distroless() throws ImageFailure {
        assertTrue(inspect(new ImageBuilder().layer(new Tar().file("app", 0755, elf())))
                .distroless());
        assertTrue(inspect(new ImageBuilder()).distroless());
    }

    @Test
    void the_debug_variant_is_found_by_its_shell() throws ImageFailure {
        var verdict = inspect(new ImageBuilder()
                .layer(distroless())
                .layer(new Tar()
                        .file("busybox/busybox", 0755, ImageBuilder.multiCall())
                        .link("busybox/sh", "/busybox/busybox")
                        .link("busybox/ls", "/busybox/busybox")));
        assertEquals("SHELL /busybox/sh 2, MULTI_CALL /busybox/busybox 2", told(verdict));
        assertFalse(verdict.distroless());
    }

    @Test
    void a_renamed_busybox_is_found_by_what_stands_in_it() throws ImageFailure {
        assertEquals(
                "MULTI_CALL /opt/lib/helper 1",
                told(inspect(
                        new ImageBuilder().layer(new Tar().file("opt/lib/helper", 0755, ImageBuilder.multiCall())))));
    }

    @Test
    void a_renamed_shell_is_found_even_without_the_right_to_execute() throws ImageFailure {
        assertEquals(
                "SHELL /usr/lib/libx.so 1",
                told(inspect(new ImageBuilder().layer(new Tar().file("usr/lib/libx.so", 0644, ImageBuilder.shell())))));
    }

    @Test
    void a_shell_that_a_later_layer_takes_away_is_gone() throws ImageFailure {
        var base = new Tar().file("usr/bin/sh", 0755, elf()).file("usr/bin/app", 0755, elf());
        assertEquals("", told(inspect(new ImageBuilder().layer(base).layer(new Tar().file("usr/bin/.wh.sh", 0, "")))));
        assertEquals("", told(inspect(new ImageBuilder().layer(base).layer(new Tar().file("usr/.wh.bin", 0, "")))));
        assertEquals(
                "", told(inspect(new ImageBuilder().layer(base).layer(new Tar().file("usr/bin/.wh..wh..opq", 0, "")))));
        assertEquals(
                "", told(inspect(new ImageBuilder().layer(base).layer(new Tar().file("usr/bin", 0644, "a file now")))));
        assertEquals(
                "", told(inspect(new ImageBuilder().layer(base).layer(new Tar().file("usr/bin/sh", 0644, "text")))));
    }

    @Test
    void a_shell_that_a_later_layer_adds_is_there() throws ImageFailure {
        assertEquals(
                "SHELL /bin/bash 2",
                told(inspect(new ImageBuilder().layer(distroless()).layer(new Tar().file("bin/bash", 0755, elf())))));
    }

    @Test
    void a_whiteout_hides_lower_layers_and_not_its_own() throws ImageFailure {
        for (var layer : List.of(
                new Tar().file("bin/.wh..wh..opq", 0, "").file("bin/sh", 0755, elf()),
                new Tar().file("bin/sh", 0755, elf()).file("bin/.wh..wh..opq", 0, ""),
                new Tar().file("bin/sh", 0755, elf()).file("bin/.wh.sh", 0, ""))) {
            assertEquals(
                    "SHELL /bin/sh 2",
                    told(inspect(new ImageBuilder()
                            .layer(new Tar().file("bin/sh", 0755, elf()))
                            .layer(layer))));
        }
    }

    @Test
    void a_package_database_alone_tells_of_a_system() throws ImageFailure {
        var verdict = inspect(new ImageBuilder()
                .layer(new Tar()
                        .file("var/lib/dpkg/status", 0644, "Package: libc6\n")
                        .file("app", 0755, elf())));
        assertEquals("PACKAGE_DATABASE /var/lib/dpkg/status 1", told(verdict));
        assertFalse(verdict.distroless());
    }

    /// Tools that assemble images without a package manager in them still write apk's list.
    @Test
    void a_list_of_packages_and_an_interpreter_are_remarks() throws ImageFailure {
        var verdict = inspect(new ImageBuilder()
                .layer(new Tar()
                        .file("lib/apk/db/installed", 0644, "P:musl\n")
                        .file("usr/bin/python3.12", 0755, elf())
                        .link("usr/bin/python", "python3.12")));
        assertEquals(
                "INTERPRETER /usr/bin/python 1, INTERPRETER /usr/bin/python3.12 1, PACKAGE_LIST /lib/apk/db/installed 1",
                told(verdict));
        assertTrue(verdict.distroless());
    }

    @Test
    void setuid_and_setgid_programs_are_found_by_their_mode() throws ImageFailure {
        var verdict = inspect(new ImageBuilder()
                .layer(new Tar()
                        .file("usr/bin/su", 04755, elf())
                        .file("usr/bin/wall", 02755, elf())
                        .hardLink("usr/bin/again", "usr/bin/su")
                        .entry('5', "var/mail/", 02775, new byte[0], "")
                        .file("data", 04644, "no program")));
        assertEquals("SETUID /usr/bin/again 1, SETUID /usr/bin/su 1, SETUID /usr/bin/wall 1", told(verdict));
    }

    @Test
    void links_count_where_they_lead_to_a_program() throws ImageFailure {
        var verdict = inspect(new ImageBuilder()
                .layer(new Tar()
                        .directory("usr/bin")
                        .file("usr/bin/tool", 0755, elf())
                        .link("bin", "usr/bin")
                        .link("sbin/sh", "../bin/tool")
                        .link("opt/bash", "/nowhere")
                        .link("opt/zsh", "../etc/readme")
                        .link("a/sh", "../b/sh")
                        .link("b/sh", "../a/sh")
                        .hardLink("opt/dash", "usr/bin/tool")
                        .file("etc/readme", 0644, "text")));
        assertEquals("SHELL /opt/dash 1, SHELL /sbin/sh 1", told(verdict));
    }

    @Test
    void names_longer_than_a_header_are_read_in_both_ways() throws ImageFailure {
        var deep = "d/".repeat(120);
        assertEquals(
                "SHELL /" + deep + "ash 1, SHELL /" + deep + "sh 1",
                told(inspect(new ImageBuilder()
                        .layer(new Tar()
                                .pax("path", deep + "sh")
                                .file("short", 0755, elf())
                                .entry('L', "././@LongLink", 0, ImageBuilder.utf8(deep + "ash\0"), "")
                                .file("short", 0755, elf())))));
    }

    @Test
    void an_index_is_read_by_platform() throws ImageFailure {
        var shell =
                new ImageBuilder().layer(new Tar().file("bin/sh", 0755, elf())).build();
        var clean = new ImageBuilder().layer(distroless()).build();
        assertEquals("", told(inspect(ImageBuilder.index(Map.of("linux/amd64", clean, "linux/arm64", shell)))));
        assertEquals(
                "SHELL /bin/sh 1",
                told(inspect(ImageBuilder.index(Map.of("linux/amd64", shell, "linux/arm64", clean)))));
    }

    /// `zstd:chunked` puts its table of contents into frames that hold no data.
    @Test
    void a_layer_packed_with_zstd_is_read_with_frames_that_hold_no_data() throws IOException {
        var tar = new Tar()
                .file("bin/sh", 0755, elf())
                .file("big", 0644, new byte[300_000])
                .bytes();
        var skippable = new byte[] {0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
        int half = tar.length / 2;
        var first = zstd(Arrays.copyOf(tar, half));
        var second = zstd(Arrays.copyOfRange(tar, half, tar.length));
        var packed = new ByteArrayOutputStream();
        for (var part : List.of(skippable, first, skippable, skippable, second, skippable)) {
            packed.write(part);
        }
        assertEquals("SHELL /bin/sh 1", told(inspect(new ImageBuilder().layer(packed.toByteArray(), tar))));
        assertEquals("SHELL /bin/sh 1", told(inspect(new ImageBuilder().plainLayer(tar))));
    }

    private static byte[] zstd(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zstd = new ZstdOutputStream(out)) {
            zstd.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void the_same_image_gives_the_same_verdict() throws ImageFailure {
        var image = new ImageBuilder()
                .layer(new Tar()
                        .file("bin/sh", 0755, elf())
                        .file("bin/apt", 0755, elf())
                        .device("dev/sda"))
                .build();
        assertEquals(inspect(image), inspect(image));
        assertEquals("SHELL /bin/sh 1, PACKAGE_MANAGER /bin/apt 1, DEVICE /dev/sda 1", told(inspect(image)));
    }

    private ImageVerdict inspect(ImageBuilder image) throws ImageFailure {
        return inspect(image.build());
    }

    private ImageVerdict inspect(Built image) throws ImageFailure {
        ImageBuilder.layout(folder, Map.of("image", image));
        try (var layout = OciLayout.open(folder, Limits.DEFAULT)) {
            return new Inspector(Limits.DEFAULT, List.of(PLATFORM))
                    .inspect(layout, OciLayout.anyReference(), image.digest());
        }
    }

    private static String told(ImageVerdict verdict) {
        return verdict.evidence().stream().map(InspectorTest::line).collect(Collectors.joining(", "));
    }

    private static String line(Evidence evidence) {
        return evidence.kind() + " " + evidence.path() + " " + evidence.layer();
    }
}
