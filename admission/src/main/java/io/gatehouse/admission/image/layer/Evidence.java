// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import io.gatehouse.admission.image.source.Digest;
import java.util.Comparator;

/// One file of an image and what it speaks for.
///
/// @param path absolute in the image
/// @param layer from 1, the lowest; the one the file comes from
/// @param layerDigest as the manifest names that layer
/// @param detail how it was recognised
public record Evidence(Kind kind, String path, int layer, Digest layerDigest, String detail) {
    /// In the order in which evidence is told, the worst first.
    public enum Kind {
        SHELL("shell", Weight.DECIDES),
        MULTI_CALL("multi-call binary", Weight.DECIDES),
        PACKAGE_MANAGER("package manager", Weight.DECIDES),
        PACKAGE_DATABASE("package database", Weight.DECIDES),
        SETUID("setuid or setgid program", Weight.DECIDES),
        PACKED("packed program that cannot be looked into", Weight.DECIDES),
        INTERPRETER("interpreter", Weight.REMARK),
        PACKAGE_LIST("list of packages", Weight.REMARK),
        CAPABILITIES("program with file capabilities", Weight.REMARK),
        DEVICE("device node", Weight.REMARK);

        private final String words;
        private final Weight weight;

        Kind(String words, Weight weight) {
            this.words = words;
            this.weight = weight;
        }

        public String words() {
            return words;
        }

        /// Whether an image with such a file is not distroless.
        public boolean decides() {
            return weight == Weight.DECIDES;
        }
    }

    /// The worst first, then by path.
    public static final Comparator<Evidence> ORDER =
            Comparator.comparing(Evidence::kind).thenComparing(Evidence::path).thenComparing(Evidence::layer);

    private enum Weight {
        DECIDES,
        REMARK
    }

    /// `shell /bin/sh in layer 3`
    public String words() {
        return kind.words() + " " + path + " in layer " + layer;
    }
}
