// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.layer.FileTree;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.ImageSource;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.Manifest;
import io.gatehouse.admission.image.source.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// Reads an image from a source and says what stands in it. Blocks; keeps nothing.
public final class Inspector {
    /// Goes up whenever the same image may be judged differently, so that no verdict outlives the reasoning behind it.
    public static final int VERSION = 1;

    private final Limits limits;
    private final List<Platform> platforms;

    /// @param platforms whose images are looked into, each; the evidence of all counts
    public Inspector(Limits limits, List<Platform> platforms) {
        this.limits = limits;
        this.platforms = List.copyOf(platforms);
        if (platforms.isEmpty()) {
            throw new IllegalArgumentException("an inspector needs a platform");
        }
    }

    public List<Platform> platforms() {
        return platforms;
    }

    /// @param digest what the reference stands for
    /// @throws ImageFailure there is no verdict
    public ImageVerdict inspect(ImageSource source, ImageReference reference, Digest digest) throws ImageFailure {
        var pinned = reference.withDigest(digest);
        var manifests = new LinkedHashSet<Manifest>();
        for (var platform : platforms) {
            manifests.addAll(Manifest.of(source, pinned, digest, platform, limits));
        }
        var evidence = new ArrayList<Evidence>();
        int layers = 0;
        long bytes = 0;
        for (var manifest : manifests) {
            evidence.addAll(evidence(source, pinned, manifest));
            layers += manifest.layers().size();
            bytes += manifest.layers().stream().mapToLong(layer -> layer.size()).sum();
        }
        var once = evidence.stream().distinct().sorted(Evidence.ORDER).toList();
        return ImageVerdict.of(digest, once, layers, bytes);
    }

    private List<Evidence> evidence(ImageSource source, ImageReference reference, Manifest manifest)
            throws ImageFailure {
        if (manifest.config().size() > limits.documentBytes()) {
            throw new ImageFailure(
                    Kind.TOO_LARGE, "the configuration has " + manifest.config().size() + " bytes");
        }
        try {
            byte[] configuration;
            try (var in = source.blob(reference, manifest.config())) {
                configuration = in.readAllBytes();
            }
            var unpacked = manifest.unpackedDigests(configuration, limits);
            var tree = new FileTree(limits);
            for (int i = 0; i < unpacked.size(); i++) {
                var layer = manifest.layers().get(i);
                tree.add(source.blob(reference, layer), layer.digest(), unpacked.get(i));
            }
            return tree.evidence();
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException e) {
            throw new ImageFailure(Kind.UNREACHABLE, "reading " + reference + " broke off: " + e.getMessage(), e);
        }
    }
}
