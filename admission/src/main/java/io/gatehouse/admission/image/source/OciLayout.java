// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.admission.image.source.ImageFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A folder in the image layout of OCI: `oci-layout`, `index.json`, `blobs/sha256/…`.
public final class OciLayout implements ImageSource {
    private static final List<String> NAMES = List.of("org.opencontainers.image.ref.name", "io.containerd.image.name");

    private final Path folder;
    private final Limits limits;

    private OciLayout(Path folder, Limits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    public static boolean isLayout(Path folder) {
        return Files.isRegularFile(folder.resolve("oci-layout")) && Files.isRegularFile(folder.resolve("index.json"));
    }

    public static OciLayout open(Path folder, Limits limits) throws ImageFailure {
        if (!isLayout(folder)) {
            throw new ImageFailure(Kind.ABSENT, folder + " is no OCI layout: it has no oci-layout and index.json");
        }
        return new OciLayout(folder, limits);
    }

    /// One image of the folder, as its index names it.
    ///
    /// @param names given to it, none where the index gives none
    public record Held(Digest digest, List<String> names) {
        public Held {
            names = List.copyOf(names);
        }
    }

    /// In the order of the index.
    public List<Held> held() throws ImageFailure {
        var index = Documents.read("index.json", bytes(folder.resolve("index.json")), limits.documentBytes());
        var held = new ArrayList<Held>();
        for (var entry : Documents.mappings("index.json", index, "manifests")) {
            var names = new ArrayList<String>();
            var annotations = Documents.mapping(entry, "annotations");
            for (var name : NAMES) {
                annotations.flatMap(a -> Documents.text(a, name)).ifPresent(names::add);
            }
            held.add(new Held(Documents.descriptor("index.json", entry).digest(), names));
        }
        return held;
    }

    @Override
    public Digest resolve(ImageReference reference) throws ImageFailure {
        for (var one : held()) {
            boolean meant = reference.digest().isPresent()
                    ? reference.digest().get().equals(one.digest())
                    : one.names().stream()
                            .anyMatch(name -> ImageReference.parse(name).equals(Optional.of(reference)));
            if (meant) {
                return one.digest();
            }
        }
        if (reference.digest().isPresent()
                && Files.isRegularFile(file(reference.digest().get()))) {
            return reference.digest().get(); // one platform of an index that is held
        }
        throw new ImageFailure(Kind.ABSENT, folder + " holds no image " + reference);
    }

    /// The image that a text means in this folder alone: a name as its index gives it, a digest, or `""` where there is
    /// one image only.
    public Digest find(String name) throws ImageFailure {
        var held = held();
        var digests = held.stream()
                .filter(one -> name.isEmpty()
                        || one.names().contains(name)
                        || one.digest().text().equals(name))
                .map(Held::digest)
                .distinct()
                .toList();
        if (digests.size() != 1) {
            throw new ImageFailure(
                    Kind.ABSENT,
                    folder + " holds " + digests.size() + " images " + (name.isEmpty() ? "" : "named " + name + " ")
                            + "of " + held.size() + "; name one of "
                            + held.stream().limit(20).toList());
        }
        return digests.getFirst();
    }

    @Override
    public byte[] manifest(ImageReference reference, Digest digest) throws ImageFailure {
        var bytes = bytes(file(digest));
        if (!Digest.of(bytes).equals(digest)) {
            throw new ImageFailure(Kind.MALFORMED, "the file of " + digest.brief() + "… is something else");
        }
        return bytes;
    }

    @Override
    public InputStream blob(ImageReference reference, Descriptor blob) throws ImageFailure {
        try {
            return new VerifiedStream(Files.newInputStream(file(blob.digest())), blob);
        } catch (IOException e) {
            throw failure(file(blob.digest()), e);
        }
    }

    private Path file(Digest digest) {
        return folder.resolve("blobs").resolve("sha256").resolve(digest.hex());
    }

    private byte[] bytes(Path file) throws ImageFailure {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(file.toString());
            }
            if (Files.size(file) > limits.documentBytes()) {
                throw new ImageFailure(Kind.TOO_LARGE, file + " has more than " + limits.documentBytes() + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static ImageFailure failure(Path file, IOException e) {
        return e instanceof NoSuchFileException
                ? new ImageFailure(Kind.ABSENT, "there is no file " + file, e)
                : new ImageFailure(Kind.DENIED, file + " cannot be read: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        // files are opened and closed one by one
    }

    /// For messages alone.
    @Override
    public String toString() {
        return folder.toString();
    }

    /// The reference under which blobs of this folder are asked for: the folder has no repositories.
    public static ImageReference anyReference() {
        return new ImageReference("localhost", "layout", Optional.of("any"), Optional.empty());
    }
}
