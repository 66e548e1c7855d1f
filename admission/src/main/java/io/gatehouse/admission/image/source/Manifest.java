// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.admission.image.source.ImageFailure.Kind;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an image consists of, for one platform.
///
/// @param digest of the manifest
/// @param layers lowest first
public record Manifest(Digest digest, Descriptor config, List<Descriptor> layers) {
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private static final int MAX_NESTED = 3;
    /// Of one index that a platform may match, `arm` without a variant for example.
    private static final int MAX_IMAGES = 8;

    public Manifest {
        layers = List.copyOf(layers);
    }

    /// The images a reference stands for on a platform: an index may offer several variants, and any of them may run.
    public static List<Manifest> of(
            ImageSource source, ImageReference reference, Digest digest, Platform platform, Limits limits)
            throws ImageFailure {
        var found = new ArrayList<Manifest>();
        collect(source, reference, digest, platform, limits, 0, found);
        if (found.isEmpty()) {
            throw new ImageFailure(Kind.ABSENT, reference + " has no image for " + platform);
        }
        return found;
    }

    private static void collect(
            ImageSource source,
            ImageReference reference,
            Digest digest,
            Platform platform,
            Limits limits,
            int depth,
            List<Manifest> found)
            throws ImageFailure {
        if (depth > MAX_NESTED) {
            throw Documents.malformed("index", "indexes are nested deeper than " + MAX_NESTED);
        }
        var document = Documents.read("manifest", source.manifest(reference, digest), limits.documentBytes());
        if (document.get("schemaVersion")
                .map(node -> node instanceof Node.Number n && n.literal().equals("1"))
                .orElse(false)) {
            throw Documents.malformed("manifest", "it is of Docker's schema 1, which names no digests of layers");
        }
        boolean lists = document.get("manifests").isPresent();
        if (lists == document.get("layers").isPresent()) { // a document that can be read as either is an attack
            throw Documents.malformed("manifest", "it must have either 'manifests' or 'layers'");
        }
        if (!lists) {
            found.add(read(digest, document, limits));
            return;
        }
        for (var entry : Documents.mappings("index", document, "manifests")) {
            var offered = Documents.mapping(entry, "platform").map(Manifest::platform);
            if (offered.isEmpty() || platform.takes(offered.get())) {
                if (found.size() == MAX_IMAGES) {
                    throw Documents.malformed("index", "more than " + MAX_IMAGES + " images are for " + platform);
                }
                collect(
                        source,
                        reference,
                        Documents.descriptor("index", entry).digest(),
                        platform,
                        limits,
                        depth + 1,
                        found);
            }
        }
    }

    private static Platform platform(Node.Mapping node) {
        return new Platform(
                Documents.text(node, "os").orElse(""),
                Documents.text(node, "architecture").orElse(""),
                Documents.text(node, "variant").orElse(""));
    }

    private static Manifest read(Digest digest, Node.Mapping document, Limits limits) throws ImageFailure {
        var config = Documents.mapping(document, "config");
        if (config.isEmpty()) {
            throw Documents.malformed("manifest", "it names no configuration");
        }
        var layers = new ArrayList<Descriptor>();
        long bytes = 0;
        for (var layer : Documents.mappings("manifest", document, "layers")) {
            var one = Documents.descriptor("manifest", layer);
            layers.add(one);
            bytes += one.size();
        }
        if (layers.size() > limits.layers() || bytes > limits.packedBytes()) {
            throw new ImageFailure(
                    Kind.TOO_LARGE,
                    "the image has " + layers.size() + " layers of " + bytes + " bytes; at most " + limits.layers()
                            + " of " + limits.packedBytes() + " are read");
        }
        return new Manifest(digest, Documents.descriptor("manifest", config.get()), layers);
    }

    /// What the layers are when unpacked, as the configuration says, lowest first. Runtimes compare them too, so they
    /// hold us to reading the same bytes.
    public List<Digest> unpackedDigests(byte[] configuration, Limits limits) throws ImageFailure {
        var document = Documents.read("configuration", configuration, limits.documentBytes());
        var root = Documents.mapping(document, "rootfs");
        var digests = new ArrayList<Digest>();
        if (root.isPresent()) {
            for (var text : Documents.texts("configuration", root.get(), "diff_ids")) {
                digests.add(Digest.parse(text)
                        .orElseThrow(() -> Documents.malformed("configuration", "no digest: " + brief(text))));
            }
        }
        if (digests.size() != layers.size()) {
            throw Documents.malformed(
                    "configuration", "it speaks of " + digests.size() + " layers, the manifest of " + layers.size());
        }
        return digests;
    }

    private static String brief(String text) {
        return Optional.of(text).filter(t -> t.length() <= 80).orElseGet(() -> text.substring(0, 80) + "…");
    }
}
