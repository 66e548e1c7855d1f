// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.gatehouse.agent.kubernetes.NodePods.NodePod;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a node knew of its cluster, on disk: so that an agent that starts while the API server is away
/// keeps what was kept before. A first line with the sum of the rest, then one JSON document; the file is
/// replaced as a whole or not at all. Only its owner may read it, and what anybody else may write is not
/// believed. Any thread.
final class ClusterMemory {
    static final String HEADING = "gatehouse-cluster-memory 1 sha256:";
    private static final int MAX_BYTES = 64 * 1024 * 1024;
    private static final JsonReader.Limits LIMITS = new JsonReader.Limits(MAX_BYTES, 10, 4 * 1024 * 1024);
    private static final Set<PosixFilePermission> OWN =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private final Path file;

    ClusterMemory(Path file) {
        this.file = file;
    }

    /// What came of looking.
    sealed interface Recall {
        record Got(Remembered remembered) implements Recall {}

        record Nothing() implements Recall {}

        /// @param reason it is not believed
        record Broken(String reason) implements Recall {}
    }

    /// @param node whose memory it must be
    Recall read(String node) {
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return new Recall.Nothing();
            }
            var fault = fault();
            if (fault.isPresent()) {
                return new Recall.Broken(fault.get());
            }
            var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            int line = text.indexOf('\n');
            var body = text.substring(line + 1);
            if (line < 0 || !text.substring(0, line).equals(HEADING + sum(body))) {
                return new Recall.Broken("it is cut off, or was changed, or another version wrote it");
            }
            var reading = JsonReader.read(file.toString(), body.getBytes(StandardCharsets.UTF_8), LIMITS);
            if (!reading.diagnostics().isEmpty()) {
                return new Recall.Broken(
                        reading.diagnostics().stream().map(Diagnostic::message).collect(Collectors.joining("; ")));
            }
            var remembered = remembered((Node.Mapping) reading.documents().getFirst());
            return remembered.node().equals(node)
                    ? new Recall.Got(remembered)
                    : new Recall.Broken("it is about node " + remembered.node());
        } catch (IOException e) {
            return new Recall.Broken(e.toString());
        } catch (ClassCastException | DateTimeParseException _) { // no shape of ours, though the sum is right
            return new Recall.Broken("another version wrote it");
        }
    }

    /// Why the file cannot be ours.
    private Optional<String> fault() throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of("it is no regular file");
        }
        if (!OWN.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))) {
            return Optional.of("others than its owner may use it");
        }
        if (!Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            return Optional.of("it belongs to somebody else");
        }
        return Files.size(file) > MAX_BYTES
                ? Optional.of("it has more than " + MAX_BYTES + " bytes")
                : Optional.empty();
    }

    void write(Remembered remembered) throws IOException {
        var body = JSON.asJson(tree(remembered));
        var text = HEADING + sum(body) + "\n" + body;
        var folder = file.toAbsolutePath().getParent();
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var fresh = Files.createTempFile(
                folder, "." + file.getFileName(), ".new", PosixFilePermissions.asFileAttribute(OWN));
        try {
            try (var out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static String sum(String body) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    // ---- its shape

    private static Map<String, Object> tree(Remembered remembered) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("written", remembered.written().toString());
        tree.put("node", remembered.node());
        tree.put(
                "policies",
                remembered.policies().stream()
                        .map(text -> Map.of("name", text.name(), "text", text.text()))
                        .toList());
        tree.put(
                "pods",
                remembered.pods().stream()
                        .map(pod -> Map.of(
                                "namespace", pod.namespace(),
                                "name", pod.name(),
                                "uid", pod.uid(),
                                "labels", pod.labels(),
                                "containers", pod.containers()))
                        .toList());
        tree.put("namespaces", remembered.namespaces());
        return tree;
    }

    private static Remembered remembered(Node.Mapping tree) {
        var policies = new ArrayList<SourceText>();
        for (var each : mappings(tree, "policies")) {
            policies.add(new SourceText(text(each, "name"), text(each, "text")));
        }
        var pods = new ArrayList<NodePod>();
        for (var each : mappings(tree, "pods")) {
            pods.add(new NodePod(
                    text(each, "namespace"),
                    text(each, "name"),
                    text(each, "uid"),
                    texts(child(each, "labels")),
                    Set.copyOf(((Node.Sequence) value(each, "containers"))
                            .items().stream()
                                    .map(item -> ((Node.Text) item).value())
                                    .toList())));
        }
        var namespaces = new TreeMap<String, Map<String, String>>();
        for (var entry : child(tree, "namespaces").entries()) {
            namespaces.put(entry.key(), texts((Node.Mapping) entry.value()));
        }
        return new Remembered(Instant.parse(text(tree, "written")), text(tree, "node"), policies, pods, namespaces);
    }

    private static Node value(Node.Mapping mapping, String key) {
        return mapping.get(key).orElseThrow(() -> new ClassCastException("no " + key));
    }

    private static String text(Node.Mapping mapping, String key) {
        return ((Node.Text) value(mapping, key)).value();
    }

    private static Node.Mapping child(Node.Mapping mapping, String key) {
        return (Node.Mapping) value(mapping, key);
    }

    private static List<Node.Mapping> mappings(Node.Mapping mapping, String key) {
        return ((Node.Sequence) value(mapping, key))
                .items().stream().map(Node.Mapping.class::cast).toList();
    }

    private static Map<String, String> texts(Node.Mapping mapping) {
        return mapping.entries().stream()
                .collect(Collectors.toMap(Node.Entry::key, entry -> ((Node.Text) entry.value()).value()));
    }
}
