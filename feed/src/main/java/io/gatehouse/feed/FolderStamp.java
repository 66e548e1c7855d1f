// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a folder looked like without reading its files: equal stamps, most likely equal contents.
///
/// @param files each policy file; a value is empty where its attributes could not be read
record FolderStamp(Map<Path, Optional<Stamp>> files) {
    static final FolderStamp NOTHING = new FolderStamp(Map.of());

    record Stamp(Object inode, long bytes, FileTime changed) {}

    FolderStamp {
        files = Map.copyOf(files);
    }

    static FolderStamp of(Set<Path> files) {
        var stamps = new HashMap<Path, Optional<Stamp>>();
        files.forEach(file -> stamps.put(file, stamp(file)));
        return new FolderStamp(stamps);
    }

    private static Optional<Stamp> stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new Stamp(String.valueOf(attributes.fileKey()), attributes.size(), attributes.lastModifiedTime()));
        } catch (IOException _) { // its reading will say why
            return Optional.empty();
        }
    }
}
