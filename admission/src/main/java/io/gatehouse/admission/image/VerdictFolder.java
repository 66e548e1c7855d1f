// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Verdicts on disk, one file each, under a folder that says by what they were reached: another version of the
/// inspector or other platforms are another folder. A file is whole or not there; what cannot be read is taken for
/// not there.
final class VerdictFolder {
    private static final System.Logger LOG = System.getLogger(VerdictFolder.class.getName());
    private static final String SUFFIX = ".json";

    private final Path folder;

    private VerdictFolder(Path folder) {
        this.folder = folder;
    }

    static VerdictFolder open(Path base, List<Platform> platforms) throws IOException {
        var names = platforms.stream()
                .map(platform -> platform.toString().replace('/', '-'))
                .sorted()
                .collect(Collectors.joining("+"));
        return new VerdictFolder(Files.createDirectories(base.resolve("verdicts-v" + Inspector.VERSION + "-" + names)));
    }

    /// The newest, the oldest of them first.
    ///
    /// @param most that are read; files of others are removed
    List<ImageVerdict> read(int most) throws IOException {
        var byAge = new ArrayList<Map.Entry<FileTime, Path>>();
        try (var files = Files.list(folder)) {
            for (var file : (Iterable<Path>) files::iterator) {
                byAge.add(Map.entry(Files.getLastModifiedTime(file), file));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        byAge.sort(Map.Entry.comparingByKey(Comparator.reverseOrder()));
        var verdicts = new ArrayList<ImageVerdict>();
        for (var entry : byAge) {
            var verdict = VerdictText.read(text(entry.getValue()));
            boolean named = verdict.filter(known -> file(known.image()).equals(entry.getValue()))
                    .isPresent();
            if (named && verdicts.size() < most) {
                verdicts.add(verdict.get());
            } else {
                Files.deleteIfExists(entry.getValue());
            }
        }
        Collections.reverse(verdicts);
        return verdicts;
    }

    private static String text(Path file) throws IOException {
        return Files.isRegularFile(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    }

    /// A verdict that cannot be written is lost with this process and nothing else.
    void write(ImageVerdict verdict) {
        try {
            var half = Files.createTempFile(folder, "half", ".tmp");
            Files.writeString(half, VerdictText.json(verdict));
            Files.move(half, file(verdict.image()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a verdict cannot be kept in " + folder + ": " + e);
        }
    }

    void remove(Digest image) {
        try {
            Files.deleteIfExists(file(image));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a verdict cannot be removed from " + folder + ": " + e);
        }
    }

    private Path file(Digest image) {
        return folder.resolve(image.hex() + SUFFIX);
    }
}
