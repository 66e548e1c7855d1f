// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The name of some bytes by what they are: `sha256:` and 64 hex digits.
///
/// SHA-256 alone is read: every registry and runtime has it, and a second algorithm would give an image two names.
public record Digest(String text) {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

    public Digest {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("no digest: " + text);
        }
    }

    public static Optional<Digest> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new Digest(text)) : Optional.empty();
    }

    public static Digest of(byte[] bytes) {
        var computation = sha256();
        computation.update(bytes);
        return finish(computation);
    }

    /// What a computation that has seen everything says.
    public static Digest finish(MessageDigest computation) {
        return new Digest("sha256:" + HexFormat.of().formatHex(computation.digest()));
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Without the algorithm.
    public String hex() {
        return text.substring(7);
    }

    /// Enough to recognise it in a message.
    public String brief() {
        return text.substring(0, 19);
    }

    @Override
    public String toString() {
        return text;
    }
}
