// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import io.gatehouse.admission.image.source.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/// An image as a test wants it, wrong ones too: blobs by digest, and a manifest that names them.
final class ImageBuilder {
    static final String OCI = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";

    /// @param diff what the configuration says comes out of it
    record Layer(byte[] packed, Digest digest, Digest diff) {}

    private final List<Layer> layers = new ArrayList<>();

    ImageBuilder layer(Tar tar) {
        return layer(gzip(tar.bytes()), tar.bytes());
    }

    ImageBuilder plainLayer(byte[] tar) {
        return layer(tar, tar);
    }

    ImageBuilder layer(byte[] packed, byte[] unpacked) {
        layers.add(new Layer(packed, Digest.of(packed), Digest.of(unpacked)));
        return this;
    }

    /// One whose bytes are others than its digest says.
    ImageBuilder lyingLayer(byte[] packed, Digest digest, Digest diff) {
        layers.add(new Layer(packed, digest, diff));
        return this;
    }

    /// @param blobs by digest, the manifest among them
    record Built(Digest digest, Map<Digest, byte[]> blobs) {
        byte[] manifest() {
            return blobs.get(digest);
        }
    }

    Built build() {
        var blobs = new LinkedHashMap<Digest, byte[]>();
        var config = utf8("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                + layers.stream().map(l -> "\"" + l.diff() + "\"").collect(Collectors.joining(",")) + "]}}");
        blobs.put(Digest.of(config), config);
        for (var layer : layers) {
            blobs.put(layer.digest(), layer.packed());
        }
        var manifest = utf8("{\"schemaVersion\":2,\"mediaType\":\"" + OCI + "\",\"config\":"
                + descriptor("application/vnd.oci.image.config.v1+json", Digest.of(config), config.length)
                + ",\"layers\":["
                + layers.stream()
                        .map(l -> descriptor(
                                "application/vnd.oci.image.layer.v1.tar+gzip", l.digest(), l.packed().length))
                        .collect(Collectors.joining(","))
                + "]}");
        var digest = Digest.of(manifest);
        blobs.put(digest, manifest);
        return new Built(digest, blobs);
    }

    /// An index over images of platforms such as `linux/amd64`.
    static Built index(Map<String, Built> images) {
        var blobs = new LinkedHashMap<Digest, byte[]>();
        var entries = new ArrayList<String>();
        images.forEach((platform, image) -> {
            blobs.putAll(image.blobs());
            var parts = platform.split("/");
            var plain = descriptor(OCI, image.digest(), image.manifest().length);
            entries.add(plain.substring(0, plain.length() - 1) + ",\"platform\":{\"os\":\"" + parts[0]
                    + "\",\"architecture\":\"" + parts[1] + "\"}}");
        });
        var index = utf8("{\"schemaVersion\":2,\"mediaType\":\"" + OCI_INDEX + "\",\"manifests\":["
                + String.join(",", entries) + "]}");
        blobs.put(Digest.of(index), index);
        return new Built(Digest.of(index), blobs);
    }

    /// A folder in OCI layout that holds images by name.
    static Path layout(Path folder, Map<String, Built> images) {
        try {
            var blobs = Files.createDirectories(folder.resolve("blobs/sha256"));
            Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
            var entries = new ArrayList<String>();
            for (var image : images.entrySet()) {
                for (var blob : image.getValue().blobs().entrySet()) {
                    Files.write(blobs.resolve(blob.getKey().hex()), blob.getValue());
                }
                var plain = descriptor(
                        OCI, image.getValue().digest(), image.getValue().manifest().length);
                entries.add(plain.substring(0, plain.length() - 1)
                        + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + image.getKey() + "\"}}");
            }
            Files.writeString(
                    folder.resolve("index.json"),
                    "{\"schemaVersion\":2,\"manifests\":[" + String.join(",", entries) + "]}");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("writing a layout for a test", e);
        }
    }

    private static String descriptor(String type, Digest digest, int size) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
    }

    static byte[] gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("packing in memory", e);
        }
        return out.toByteArray();
    }

    /// A program without any text in it.
    static byte[] elf() {
        return utf8("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0 go build id \0runtime.main\0");
    }

    /// A program with the table of applets that every multi-call binary has, and no name of its own in it.
    static byte[] multiCall() {
        return utf8("\177ELF\2\1\1\0" + String.join("\0", APPLETS) + "\0");
    }

    /// A program with what every shell holds, and no name of its own in it.
    static byte[] shell() {
        return utf8("\177ELF\2\1\1\0alias\0bg\0cd\0eval\0exec\0export\0fg\0getopts\0hash\0jobs\0trap\0umask\0unset\0"
                + "PS1=$ \0PS2=> \0PS4=+ \0OPTIND=1\0IFS\0");
    }

    private static final String[] APPLETS = {
        "[[",
        "basename",
        "cal",
        "cat",
        "chgrp",
        "chmod",
        "chown",
        "chroot",
        "cksum",
        "clear",
        "cmp",
        "comm",
        "cp",
        "cut",
        "date",
        "dd",
        "df",
        "diff",
        "dirname",
        "dmesg",
        "du",
        "egrep",
        "env",
        "expand",
        "expr",
        "find",
        "fold",
        "free",
        "grep",
        "gunzip",
        "head",
        "id",
        "install",
        "less",
        "ln",
        "ls",
        "mkdir",
        "mv",
        "ps",
        "rm",
        "sed",
        "sort",
        "wget"
    };

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
