// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.image;

import io.gatehouse.admission.image.Inspector;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.Platform;
import io.gatehouse.admission.image.source.Registry;
import io.gatehouse.admission.image.source.RegistryOptions;
import io.gatehouse.cli.exit.Refusal;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/// How registries are reached, and which of an image's platforms are looked into.
public final class ImageOptions {
    @Option(
            names = "--registry-auth",
            paramLabel = "PATH",
            description = "A config.json of Docker's form, or a folder that holds one, such as a mounted pull secret;"
                    + " may be repeated.")
    private List<Path> credentials = List.of();

    @Option(
            names = "--registry-ca",
            paramLabel = "FILE",
            description = "Authorities in PEM to trust besides the platform's; may be repeated.")
    private List<Path> authorities = List.of();

    @Option(
            names = "--registry-insecure",
            paramLabel = "HOST[:PORT]",
            description = "A registry that is asked over plain HTTP; may be repeated.")
    private List<String> insecure = List.of();

    @Option(
            names = "--registry-mirror",
            paramLabel = "HOST=URL",
            description = "Where images of a registry are looked for first; may be repeated.")
    private List<String> mirrors = List.of();

    @Option(
            names = "--image-platform",
            paramLabel = "OS/ARCH",
            description =
                    "Which images of an index are looked into (default: linux, as this machine); may be repeated.")
    private List<String> platforms = List.of();

    public Registry registry() {
        try {
            return new Registry(options(), Limits.DEFAULT);
        } catch (ImageFailure e) {
            throw Refusal.badInput(e.getMessage());
        }
    }

    public Inspector inspector() {
        var wanted = platforms.isEmpty()
                ? List.of(Platform.here())
                : platforms.stream().map(ImageOptions::platform).toList();
        return new Inspector(Limits.DEFAULT, wanted);
    }

    private static Platform platform(String text) {
        return Platform.parse(text)
                .orElseThrow(() -> Refusal.badInput("--image-platform is OS/ARCH such as linux/arm64, got " + text));
    }

    private RegistryOptions options() {
        var standard = RegistryOptions.DEFAULT;
        return new RegistryOptions(
                credentials, authorities, Set.copyOf(insecure), mirrored(), standard.connect(), standard.answer());
    }

    private Map<String, List<String>> mirrored() {
        var byHost = new HashMap<String, List<String>>();
        for (var mirror : mirrors) {
            int equal = mirror.indexOf('=');
            if (equal < 1 || !isAddress(mirror.substring(equal + 1))) {
                throw Refusal.badInput("--registry-mirror is HOST=https://host:port, got " + mirror);
            }
            byHost.computeIfAbsent(mirror.substring(0, equal), _ -> new ArrayList<>())
                    .add(mirror.substring(equal + 1));
        }
        return byHost;
    }

    private static boolean isAddress(String text) {
        try {
            var uri = URI.create(text);
            return uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
