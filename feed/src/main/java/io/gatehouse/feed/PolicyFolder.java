// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.schemas.policy.PolicySchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// A folder of policy files, and rules files named one by one. Of the folder: every `*.yaml` and `*.yml` in it and
/// below, but for names that begin with `.` (hidden, the
/// versions of a mounted ConfigMap) or `#` (editors). Links are followed, each folder is entered once.
final class PolicyFolder {
    static final int MAX_FILE_BYTES = 1024 * 1024;
    static final int MAX_TOTAL_BYTES = 16 * 1024 * 1024;
    static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 32;
    /// A folder that changes while it is read is read again, up to so many times; then the next change brings a load.
    private static final int MAX_TRIES = 5;

    private final Optional<Path> folder;
    private final List<Path> rules;

    /// @param rules files and folders of rules besides; of a folder what lies in it and not below
    PolicyFolder(Optional<Path> folder, List<Path> rules) {
        this.folder = folder;
        this.rules = rules;
    }

    /// @param rules of the paths that were named for rules, in their order
    /// @param texts of the folder
    /// @param diagnostics of files and folders that could not be read
    record Contents(List<SourceText> rules, List<SourceText> texts, List<Diagnostic> diagnostics, FolderStamp stamp) {}

    /// Reads every policy file, all as they were at one moment.
    ///
    /// @param entering hears of each folder before it is listed
    Contents read(Consumer<Path> entering) {
        for (int tries = 1; ; tries++) {
            var listing = new Listing(entering);
            var before = FolderStamp.of(listing.all());
            var contents = contents(listing, before);
            if (tries == MAX_TRIES || before.equals(stamp())) {
                return contents;
            }
        }
    }

    FolderStamp stamp() {
        return FolderStamp.of(new Listing(_ -> {}).all());
    }

    private static Contents contents(Listing listing, FolderStamp stamp) {
        var rules = new ArrayList<SourceText>();
        var texts = new ArrayList<SourceText>();
        var problems = new ArrayList<>(listing.problems);
        long total = 0;
        for (var file : listing.all()) {
            boolean ofRules = listing.rules.contains(file);
            try {
                if (!Files.isRegularFile(file)) {
                    if (ofRules && !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                        problems.add(unreadable(file, "it does not exist"));
                    } else if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                        problems.add(unreadable(
                                file, Files.exists(file) ? "it is no regular file" : "the link leads nowhere"));
                    }
                    continue; // gone since it was listed: as if it had gone before
                }
                var bytes = bytes(file);
                total += bytes.length;
                if (bytes.length > MAX_FILE_BYTES) {
                    problems.add(Code.FILE_TOO_LARGE.at(
                            nowhereIn(file), "the file has more than " + MAX_FILE_BYTES + " bytes"));
                    continue;
                }
                if (total > MAX_TOTAL_BYTES) {
                    problems.add(Code.FILE_TOO_LARGE.at(
                            nowhereIn(file), "with this file the folder has more than " + MAX_TOTAL_BYTES + " bytes"));
                    break;
                }
                decode(file, bytes, ofRules ? rules : texts, problems);
            } catch (NoSuchFileException _) {
                // gone between the question and the reading
            } catch (IOException e) {
                problems.add(unreadable(file, reason(e)));
            }
        }
        return new Contents(rules, texts, problems, stamp);
    }

    private static byte[] bytes(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_FILE_BYTES + 1);
        }
    }

    private static void decode(Path file, byte[] bytes, List<SourceText> texts, List<Diagnostic> problems) {
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length + 1);
        var result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true);
        var text = out.flip().toString();
        if (!result.isError()) {
            texts.add(new SourceText(file.toString(), text));
            return;
        }
        var shown = new SourceText(file.toString(), new String(bytes, StandardCharsets.UTF_8));
        int offset = text.codePointCount(0, text.length());
        problems.add(Code.NOT_UTF_8.at(
                new Lines(shown).span(offset, offset + 1),
                "not UTF-8: byte 0x%02X stands for no character".formatted(bytes[in.position()])));
    }

    private static boolean isYaml(String name) {
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !name.endsWith(PolicySchema.TEST_SUFFIX);
    }

    private static Diagnostic unreadable(Path file, String reason) {
        return Code.FILE_UNREADABLE.at(nowhereIn(file), "the file cannot be read: " + reason);
    }

    private static Span nowhereIn(Path path) {
        return new Span(new SourceText(path.toString(), ""), 1, 1, 1);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "it does not exist";
            case NotDirectoryException _ -> "it is no folder";
            case AccessDeniedException _ -> "access is denied";
            default -> e.toString();
        };
    }

    @Override
    public String toString() {
        return folder.map(Path::toString).orElse(rules.toString());
    }

    /// One walk over the folder.
    private final class Listing {
        private final Consumer<Path> entering;
        private final Set<Path> entered = new HashSet<>();
        /// In the order in which later ones change what earlier ones define.
        final Set<Path> rules = new LinkedHashSet<>();
        final TreeSet<Path> files = new TreeSet<>();
        final List<Diagnostic> problems = new ArrayList<>();

        Listing(Consumer<Path> entering) {
            this.entering = entering;
            PolicyFolder.this.rules.forEach(this::enterRules);
            folder.ifPresent(path -> enter(path, 1));
        }

        /// Rules first.
        Set<Path> all() {
            var all = new LinkedHashSet<>(rules);
            all.addAll(files);
            return all;
        }

        private void enterRules(Path path) {
            if (!Files.isDirectory(path)) {
                var around = path.toAbsolutePath().getParent();
                if (around != null && Files.isDirectory(around)) {
                    entering.accept(around);
                }
                rules.add(path);
                return;
            }
            entering.accept(path);
            try (var inside = Files.list(path)) {
                inside.filter(file -> isYaml(file.getFileName().toString()))
                        .filter(Files::isRegularFile)
                        .sorted()
                        .forEach(rules::add);
            } catch (IOException e) {
                problem(path, reason(e));
            }
        }

        private void enter(Path directory, int depth) {
            try {
                if (!entered.add(directory.toRealPath())) {
                    return;
                }
                entering.accept(directory);
                var below = new ArrayList<Path>();
                try (var entries = Files.newDirectoryStream(directory)) {
                    entries.forEach(entry -> sort(entry, below));
                }
                if (depth == MAX_DEPTH && !below.isEmpty()) {
                    problem(directory, "it lies " + MAX_DEPTH + " folders deep and holds more");
                    return;
                }
                below.forEach(entry -> enter(entry, depth + 1));
            } catch (DirectoryIteratorException e) {
                problem(directory, reason(e.getCause()));
            } catch (NoSuchFileException e) {
                if (depth == 1) { // a folder below may go; the next walk sees it gone
                    problem(directory, reason(e));
                }
            } catch (IOException e) {
                problem(directory, reason(e));
            }
        }

        private void sort(Path entry, List<Path> below) {
            var name = entry.getFileName().toString();
            if (name.startsWith(".") || name.startsWith("#")) {
                return;
            }
            if (Files.isDirectory(entry)) {
                below.add(entry);
            } else if (isYaml(name)) {
                if (files.size() < MAX_FILES) {
                    files.add(entry);
                } else if (problems.isEmpty()) {
                    problems.add(Code.FILE_TOO_LARGE.at(
                            nowhereIn(folder.orElseThrow()),
                            "the folder has more than " + MAX_FILES + " policy files"));
                }
            }
        }

        private void problem(Path directory, String reason) {
            problems.add(Code.FOLDER_UNREADABLE.at(nowhereIn(directory), "the folder cannot be read: " + reason));
        }
    }
}
