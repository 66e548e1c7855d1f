// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import io.gatehouse.admission.image.layer.Contents.Seen;
import io.gatehouse.admission.image.layer.Contents.Shape;
import io.gatehouse.admission.image.layer.Evidence.Kind;
import io.gatehouse.admission.image.layer.TarReader.Entry;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The files of an image that matter, layer over layer. Made by one thread, lowest layer first.
///
/// Entries go where they are written: a directory of a higher layer over a link of a lower one replaces
/// the link and not what it leads to, as some runtimes do. Others write through the link; what they would
/// hide then is still seen here.
public final class FileTree {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String AUFS = ".wh..wh.";
    private static final int MAX_DEPTH = 256;
    private static final int MAX_PATH = 4096;
    private static final int MAX_LINKS = 40; // as in the kernel
    private static final int ANY_EXECUTE = 0111;
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;
    private static final int GROUP_EXECUTE = 010;

    /// The last names of package databases, which are kept whatever they are.
    private static final Set<String> DATABASE_NAMES =
            KnownNames.places().stream().map(FileTree::lastName).collect(Collectors.toUnmodifiableSet());

    /// A directory has children and nothing else; one without any that matter is not kept.
    private sealed interface Node {
        int layer();

        record Directory(TreeMap<String, Node> children) implements Node {
            @Override
            public int layer() {
                return 0;
            }
        }

        /// @param layer the highest that says something of it
        record File(Facts facts, int layer) implements Node {}

        record Link(String target, int layer) implements Node {}
    }

    private record Facts(boolean device, int mode, boolean empty, boolean sparse, boolean capabilities, Seen seen) {
        /// One that can be run: the loader runs an ELF file without the execute bit.
        boolean runs() {
            return !device && !empty && ((mode & ANY_EXECUTE) != 0 || seen.shape() == Shape.ELF || sparse);
        }
    }

    private final Limits limits;
    private final Unpacked.Allowance allowance;
    private final Contents contents = new Contents();
    private final byte[] buffer = new byte[64 * 1024];
    private final Node.Directory root = new Node.Directory(new TreeMap<>());
    private final List<Digest> layers = new ArrayList<>();
    private long entries;
    private int kept;

    public FileTree(Limits limits) {
        this.limits = limits;
        this.allowance = new Unpacked.Allowance(limits.unpackedBytes());
    }

    /// Lays a layer over those before. A layer that fails leaves the tree of no use.
    ///
    /// @param blob as the source gives it, packed or not; read to its end, where a source complains, and closed
    /// @param packed its digest
    /// @param unpacked what must come out
    public void add(InputStream blob, Digest packed, Digest unpacked) throws IOException {
        layers.add(packed);
        try (blob;
                var stream = new Unpacked(blob, allowance)) {
            var tar = new TarReader(stream);
            for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
                if (++entries > limits.entries()) {
                    throw tooLarge("the layers have more than " + limits.entries() + " entries");
                }
                put(entry.get(), tar);
            }
            var is = stream.finish();
            if (!is.equals(unpacked)) {
                throw malformed("layer " + layers.size() + " unpacks to " + is.brief()
                        + "…, and the configuration says " + unpacked.brief() + "…");
            }
        }
    }

    private void put(Entry entry, TarReader tar) throws IOException {
        var path = parts(entry.path());
        if (path.isEmpty()) {
            return; // the root itself
        }
        var name = path.getLast();
        int layer = layers.size();
        if (name.equals(OPAQUE)) {
            path.removeLast();
            hide(path, layer);
        } else if (name.startsWith(AUFS)) { // bookkeeping of another file system
        } else if (name.startsWith(WHITEOUT)) {
            path.removeLast();
            path.addLast(name.substring(WHITEOUT.length()));
            hide(path, layer);
        } else {
            switch (entry.type()) {
                case DIRECTORY -> directory(path);
                case SYMBOLIC_LINK -> set(path, new Node.Link(entry.link(), layer));
                case HARD_LINK -> set(path, linked(entry, layer));
                case DEVICE ->
                    set(path, new Node.File(new Facts(true, entry.mode(), true, false, false, Seen.NOTHING), layer));
                case FILE -> file(path, entry, tar, layer);
                case OTHER -> remove(path);
            }
        }
    }

    private void file(Deque<String> path, Entry entry, TarReader tar, int layer) throws IOException {
        var facts = new Facts(
                false, entry.mode(), entry.size() == 0, entry.sparse(), entry.capabilities(), look(entry, tar));
        if (facts.runs() || DATABASE_NAMES.contains(path.getLast())) {
            set(path, new Node.File(facts, layer));
        } else {
            remove(path);
        }
    }

    private Seen look(Entry entry, TarReader tar) throws IOException {
        contents.begin(entry.sparse());
        for (int got = tar.read(buffer); got >= 0; got = tar.read(buffer)) {
            contents.bytes(buffer, got);
            if (!contents.wantsMore()) {
                break; // the reader skips the rest
            }
        }
        return contents.end();
    }

    /// Another name of a file, which is as it was where it was put first. One that was not kept cannot be run.
    private Node linked(Entry entry, int layer) throws ImageFailure {
        var target = find(parts(entry.link()));
        return switch (target) {
            case Node.File(var facts, var _) -> new Node.File(facts, layer);
            case Node.Link(var to, var _) -> new Node.Link(to, layer);
            case null, default -> null;
        };
    }

    // ---- places --------------------------------------------------------------------------------------------------

    private static Deque<String> parts(String path) throws ImageFailure {
        if (path.length() > MAX_PATH) {
            throw malformed("a path has " + path.length() + " bytes");
        }
        var parts = new ArrayDeque<String>();
        for (var part : path.split("/")) {
            if (part.equals("..")) { // tools differ about it: some stop, some stay inside, some go out
                throw malformed("'" + shown(path) + "' leads upwards");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.size() > MAX_DEPTH) {
            throw malformed("a path has " + parts.size() + " names");
        }
        return parts;
    }

    private Node find(Collection<String> path) {
        Node at = root;
        for (var part : path) {
            if (!(at instanceof Node.Directory(var children))) {
                return null;
            }
            at = children.get(part);
        }
        return at;
    }

    /// @param node null for something that does not matter and only hides what stood there
    private void set(Deque<String> path, Node node) throws ImageFailure {
        if (node == null) {
            remove(path);
            return;
        }
        var name = path.removeLast();
        var at = root;
        for (var part : path) {
            var next = at.children().get(part);
            if (!(next instanceof Node.Directory)) {
                forget(next);
                next = new Node.Directory(new TreeMap<>());
                at.children().put(part, next);
                count();
            }
            at = (Node.Directory) next;
        }
        forget(at.children().put(name, node));
        count();
    }

    private void count() throws ImageFailure {
        if (++kept > limits.kept()) {
            throw tooLarge("more than " + limits.kept() + " files of the image matter to the verdict");
        }
    }

    private void forget(Node node) {
        if (node != null) {
            kept--;
            if (node instanceof Node.Directory(var children)) {
                children.values().forEach(this::forget);
            }
        }
    }

    private void remove(Deque<String> path) {
        var name = path.removeLast();
        if (find(path) instanceof Node.Directory(var children)) {
            forget(children.remove(name));
        }
    }

    /// A directory where there is one changes nothing; over anything else it hides that.
    private void directory(Deque<String> path) {
        if (!(find(path) instanceof Node.Directory)) {
            remove(path);
        }
    }

    /// A whiteout: what lower layers put there, and below it, is gone; what this layer puts there stays, in whichever
    /// order it comes.
    private void hide(Deque<String> path, int layer) {
        if (path.isEmpty()) {
            hide(root, layer);
            return;
        }
        var name = path.removeLast();
        if (find(path) instanceof Node.Directory(var children)) {
            switch (children.get(name)) {
                case null -> {}
                case Node.Directory below -> hide(below, layer);
                case Node other -> {
                    if (other.layer() < layer) {
                        children.remove(name);
                        kept--;
                    }
                }
            }
        }
    }

    private void hide(Node.Directory directory, int layer) {
        var each = directory.children().values().iterator();
        while (each.hasNext()) {
            var node = each.next();
            if (node instanceof Node.Directory below) {
                hide(below, layer);
                if (below.children().isEmpty()) {
                    each.remove();
                    kept--;
                }
            } else if (node.layer() < layer) {
                each.remove();
                kept--;
            }
        }
    }

    // ---- evidence ------------------------------------------------------------------------------------------------

    /// Everything that speaks against the image, the worst first, then by path.
    public List<Evidence> evidence() {
        var found = new ArrayList<Evidence>();
        collect(root, "", found);
        found.sort(Evidence.ORDER);
        return found;
    }

    private void collect(Node.Directory directory, String prefix, List<Evidence> found) {
        directory.children().forEach((name, node) -> {
            var path = prefix + "/" + name;
            switch (node) {
                case Node.Directory below -> collect(below, path, found);
                case Node.File(var facts, var layer) -> file(path, name, facts, layer, found);
                case Node.Link(var target, var layer) -> link(path, name, prefix, target, layer, found);
            }
        });
    }

    private void file(String path, String name, Facts facts, int layer, List<Evidence> found) {
        if (facts.device()) {
            tell(found, Kind.DEVICE, path, layer, "by its type");
            return;
        }
        KnownNames.place(path.substring(1))
                .filter(_ -> !facts.empty())
                .ifPresent(kind -> tell(found, kind, path, layer, "by its place"));
        if (!facts.runs()) {
            return;
        }
        var seen = facts.seen();
        var named = KnownNames.program(name);
        if (seen.isMultiCall()) {
            tell(
                    found,
                    Kind.MULTI_CALL,
                    path,
                    layer,
                    seen.busybox() ? "it says so itself" : "it holds the names of " + seen.applets() + " commands");
        } else if (seen.isShell()) {
            tell(found, Kind.SHELL, path, layer, "it holds the names of " + seen.builtins() + " builtins of a shell");
        } else if (named.isPresent()) {
            tell(found, named.get(), path, layer, "by its name");
        }
        if ((facts.mode() & SETUID) != 0 || (facts.mode() & (SETGID | GROUP_EXECUTE)) == (SETGID | GROUP_EXECUTE)) {
            tell(found, Kind.SETUID, path, layer, "by its mode %04o".formatted(facts.mode()));
        }
        if (facts.capabilities()) {
            tell(found, Kind.CAPABILITIES, path, layer, "by its attributes");
        }
        if (seen.packed()) {
            tell(found, Kind.PACKED, path, layer, "by the mark of UPX");
        }
    }

    /// A link counts by its name, where it leads to something that can be run.
    private void link(String path, String name, String directory, String target, int layer, List<Evidence> found) {
        var named = KnownNames.program(name);
        var database = KnownNames.place(path.substring(1));
        if (named.isEmpty() && database.isEmpty()) {
            return;
        }
        if (resolve(directory, target).orElse(null) instanceof Node.File(var facts, var _)) {
            named.filter(_ -> facts.runs())
                    .ifPresent(kind -> tell(found, kind, path, layer, "a link to " + shown(target)));
            database.filter(_ -> !facts.empty())
                    .ifPresent(kind -> tell(found, kind, path, layer, "a link to " + shown(target)));
        }
    }

    private void tell(List<Evidence> found, Kind kind, String path, int layer, String detail) {
        found.add(new Evidence(kind, shown(path), layer, layers.get(layer - 1), detail));
    }

    /// Follows links as the kernel would with the image as root. Empty for what leads nowhere or in a circle.
    private Optional<Node> resolve(String directory, String target) {
        var to = new ArrayDeque<String>();
        push(to, target);
        var at = new ArrayDeque<Node>();
        at.push(root);
        if (!target.startsWith("/")) {
            for (var part : directory.split("/")) {
                if (!part.isEmpty()) {
                    at.push(((Node.Directory) at.peek()).children().get(part));
                }
            }
        }
        int links = 0;
        while (!to.isEmpty()) {
            var part = to.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (at.size() > 1) {
                    at.pop();
                }
                continue;
            }
            if (!(at.peek() instanceof Node.Directory(var children))) {
                return Optional.empty();
            }
            switch (children.get(part)) {
                case null -> {
                    return Optional.empty();
                }
                case Node.Link(var next, var _) -> {
                    if (++links > MAX_LINKS) {
                        return Optional.empty();
                    }
                    if (next.startsWith("/")) {
                        at.clear();
                        at.push(root);
                    }
                    push(to, next);
                }
                case Node node -> at.push(node);
            }
        }
        return Optional.of(at.peek());
    }

    private static void push(Deque<String> to, String path) {
        var parts = path.split("/");
        for (int i = parts.length - 1; i >= 0; i--) {
            to.push(parts[i]);
        }
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// From bytes to what people read.
    private static String shown(String path) {
        var text = new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        var safe = new StringBuilder();
        text.codePoints()
                .limit(512)
                .forEach(c -> safe.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '\uFFFD' : c));
        return safe.toString();
    }

    private static ImageFailure malformed(String why) {
        return new ImageFailure(ImageFailure.Kind.MALFORMED, why);
    }

    private static ImageFailure tooLarge(String why) {
        return new ImageFailure(ImageFailure.Kind.TOO_LARGE, why);
    }
}
