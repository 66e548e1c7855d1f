// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.util.Optional;
import java.util.regex.Pattern;

/// An image as a pod names it, with what container runtimes fill in: `nginx` is `docker.io/library/nginx:latest`.
///
/// @param registry host, and port where one is written
/// @param tag absent where only a digest is given
public record ImageReference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
    public static final String DOCKER_HUB = "docker.io";

    private static final int MAX_CHARS = 1024;
    private static final Pattern HOST = Pattern.compile(
            "([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9a-fA-F:]+\\])"
                    + "(:[0-9]{1,5})?");
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    /// Empty for a text that no runtime would pull.
    public static Optional<ImageReference> parse(String text) {
        if (text.isEmpty() || text.length() > MAX_CHARS) {
            return Optional.empty();
        }
        int at = text.indexOf('@');
        var digest = at < 0 ? Optional.<Digest>empty() : Digest.parse(text.substring(at + 1));
        if (at >= 0 && digest.isEmpty()) {
            return Optional.empty();
        }
        var name = at < 0 ? text : text.substring(0, at);
        int slash = name.indexOf('/');
        boolean hasHost = slash > 0 && isHost(name.substring(0, slash));
        var registry = hasHost ? name.substring(0, slash) : DOCKER_HUB;
        var rest = hasHost ? name.substring(slash + 1) : name;
        int colon = rest.lastIndexOf(':');
        var tag = colon < 0 ? Optional.<String>empty() : Optional.of(rest.substring(colon + 1));
        var repository = colon < 0 ? rest : rest.substring(0, colon);
        if (registry.equals("index.docker.io")) {
            registry = DOCKER_HUB;
        }
        if (registry.equals(DOCKER_HUB) && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        if (!HOST.matcher(registry).matches()
                || !REPOSITORY.matcher(repository).matches()
                || tag.filter(t -> !TAG.matcher(t).matches()).isPresent()) {
            return Optional.empty();
        }
        var filled = tag.isEmpty() && digest.isEmpty() ? Optional.of("latest") : tag;
        return Optional.of(new ImageReference(registry, repository, filled, digest));
    }

    private static boolean isHost(String part) {
        return part.indexOf('.') >= 0 || part.indexOf(':') >= 0 || part.equals("localhost");
    }

    public ImageReference withDigest(Digest pinned) {
        return new ImageReference(registry, repository, tag, Optional.of(pinned));
    }

    /// What a registry is asked for: the digest where there is one, since that is what a runtime would pull.
    String wanted() {
        return digest.map(Digest::text).or(() -> tag).orElseThrow();
    }

    @Override
    public String toString() {
        return registry + "/" + repository + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }
}
