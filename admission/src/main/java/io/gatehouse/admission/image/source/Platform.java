// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.util.Optional;
import java.util.regex.Pattern;

/// What an image runs on, in the words of image indexes.
///
/// @param variant empty where none is said; then any will do
public record Platform(String os, String architecture, String variant) {
    private static final Pattern FORM = Pattern.compile("([a-z0-9]+)/([a-z0-9_]+)(?:/([a-z0-9.]+))?");

    public static Optional<Platform> parse(String text) {
        var matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new Platform(
                        matcher.group(1), matcher.group(2), matcher.group(3) == null ? "" : matcher.group(3)))
                : Optional.empty();
    }

    /// Linux, on the processor this runs on.
    public static Platform here() {
        var name = System.getProperty("os.arch");
        return new Platform(
                "linux",
                switch (name) {
                    case "x86_64" -> "amd64";
                    case "aarch64" -> "arm64";
                    default -> name;
                },
                "");
    }

    /// @param offered of one image in an index
    boolean takes(Platform offered) {
        return os.equals(offered.os)
                && architecture.equals(offered.architecture)
                && (variant.isEmpty() || variant.equals(offered.variant));
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
