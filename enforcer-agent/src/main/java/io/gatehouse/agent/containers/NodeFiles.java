// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The node's files below one root (`/`, or `/host` in a pod), read with bounds.
///
/// Paths are given as on the node, absolute. Symbolic links are followed as the node would follow them: an absolute
/// target starts at the root again and `..` does not leave it, so nothing of the agent's own files is ever read
/// instead.
final class NodeFiles {
    /// State files with a long seccomp profile have about 200 KiB; the image list of a full node about 2 MiB.
    static final int MAX_FILE_BYTES = 16 * 1024 * 1024;

    /// A path is at most 4 KiB, and there are about a dozen hierarchies.
    static final int MAX_PROC_BYTES = 256 * 1024;

    /// No node runs more containers; a longer directory is cut.
    static final int MAX_ENTRIES = 8192;

    /// As the kernel's own limit (MAXSYMLINKS).
    private static final int MAX_LINKS = 40;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path root;

    NodeFiles(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    sealed interface Read<T> {
        record Got<T>(T value) implements Read<T> {}

        record Absent<T>() implements Read<T> {}

        /// @param reason one sentence that names the file
        record Refused<T>(String reason) implements Read<T> {}
    }

    /// Where `path` of the node lies for this process, links followed; empty if there is no such file.
    Optional<Path> resolve(String path) {
        try {
            return Optional.of(follow(path));
        } catch (IOException | InvalidPathException _) {
            return Optional.empty();
        }
    }

    private Path follow(String path) throws IOException {
        var rest = new ArrayDeque<String>(List.of(path.split("/")));
        var at = root;
        var links = 0;
        while (!rest.isEmpty()) {
            var name = rest.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(root) ? root : at.getParent();
                continue;
            }
            var next = at.resolve(name);
            if (!Files.readAttributes(next, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isSymbolicLink()) {
                at = next;
                continue;
            }
            if (++links > MAX_LINKS) {
                throw new NoSuchFileException(path, null, "too many symbolic links");
            }
            var target = Files.readSymbolicLink(next).toString();
            if (target.startsWith("/")) {
                at = root;
            }
            for (var part : List.of(target.split("/")).reversed()) {
                rest.push(part);
            }
        }
        return at;
    }

    /// A small file of the proc file system, where every read is made anew and has no length before it.
    Read<String> proc(long pid, String name) {
        var path = "/proc/" + pid + "/" + name;
        try (var in = Files.newInputStream(
                root.resolve("proc").resolve(Long.toString(pid)).resolve(name))) {
            return new Read.Got<>(new String(in.readNBytes(MAX_PROC_BYTES), StandardCharsets.UTF_8));
        } catch (NoSuchFileException _) {
            return new Read.Absent<>();
        } catch (IOException e) {
            // ESRCH: the process ended between open and read
            return pidExists(pid) ? new Read.Refused<>(path + ": " + reason(e)) : new Read.Absent<>();
        }
    }

    private boolean pidExists(long pid) {
        return Files.isDirectory(root.resolve("proc").resolve(Long.toString(pid)));
    }

    /// When a process was started, clock ticks since boot; absent if it is gone.
    OptionalLong startTicks(long pid) {
        if (!(proc(pid, "stat") instanceof Read.Got<String>(var stat))) {
            return OptionalLong.empty();
        }
        // The command name stands in parentheses and may hold blanks and parentheses. Behind it come the state, which
        // is field 3, and then numbers; the start time is field 22.
        var fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
        try {
            return fields.length > 19 ? OptionalLong.of(Long.parseLong(fields[19])) : OptionalLong.empty();
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    /// What a namespace link such as `ns/mnt` says.
    Optional<String> namespace(long pid, String name) {
        try {
            var link = root.resolve("proc")
                    .resolve(Long.toString(pid))
                    .resolve("ns")
                    .resolve(name);
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// All processes, in the order of the directory.
    List<Long> pids() {
        var found = new ArrayList<Long>();
        try (var entries = Files.newDirectoryStream(root.resolve("proc"))) {
            for (var entry : entries) {
                var name = entry.getFileName().toString();
                if (name.length() <= 10 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    found.add(Long.parseLong(name));
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            return found; // whoever asks for one of them is told why
        }
        return found;
    }

    Read<JsonNode> json(String path) {
        var file = resolve(path);
        return file.isEmpty() ? new Read.Absent<>() : jsonAt(file.get(), path);
    }

    /// Reads a file that is already resolved; `path` is its name on the node.
    Read<JsonNode> jsonAt(Path file, String path) {
        try {
            // Never open what is not a regular file: opening a FIFO would wait for a writer.
            if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile()) {
                return new Read.Refused<>(path + ": not a regular file");
            }
            byte[] bytes;
            try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            }
            if (bytes.length > MAX_FILE_BYTES) {
                return new Read.Refused<>(path + ": larger than " + MAX_FILE_BYTES + " bytes");
            }
            return new Read.Got<>(JSON.readTree(bytes));
        } catch (NoSuchFileException _) {
            return new Read.Absent<>();
        } catch (IOException e) {
            return new Read.Refused<>(path + ": " + reason(e));
        } catch (JacksonException e) {
            return new Read.Refused<>(path + ": not JSON: " + e.getOriginalMessage());
        }
    }

    /// Parses JSON that stands as a string in other JSON, as in the metadata of containers/storage.
    static Optional<JsonNode> jsonOf(String text) {
        try {
            return Optional.of(JSON.readTree(text));
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /// Names in a directory; none if it is not there or not readable.
    List<String> list(String directory) {
        var names = new ArrayList<String>();
        var resolved = resolve(directory);
        if (resolved.isEmpty()) {
            return names;
        }
        try (var entries = Files.newDirectoryStream(resolved.get())) {
            for (var entry : entries) {
                if (names.size() == MAX_ENTRIES) {
                    break;
                }
                names.add(entry.getFileName().toString());
            }
        } catch (NotDirectoryException | NoSuchFileException _) {
            return names;
        } catch (IOException | DirectoryIteratorException _) {
            return names;
        }
        names.sort(null);
        return names;
    }

    Optional<Path> directory(String path) {
        return resolve(path).filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS));
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }
}
