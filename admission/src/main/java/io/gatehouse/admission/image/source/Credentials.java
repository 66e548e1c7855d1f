// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.engine.document.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Who we are to a registry, as `docker login` and Kubernetes pull secrets write it down. Helper programs that such a
/// file may name are not run.
final class Credentials {
    private static final System.Logger LOG = System.getLogger(Credentials.class.getName());
    private static final int MAX_BYTES = 1024 * 1024;
    private static final List<String> FILE_NAMES = List.of(".dockerconfigjson", "config.json", ".dockercfg");

    sealed interface Login {
        record Password(String user, String password) implements Login {
            String basic() {
                var both = user + ":" + password;
                return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
            }

            /// Never the password.
            @Override
            public String toString() {
                return "Password of " + user;
            }
        }

        /// Exchanged for access at the registry's token service.
        record RefreshToken(String token) implements Login {
            @Override
            public String toString() {
                return "RefreshToken";
            }
        }
    }

    private final List<Path> places;

    Credentials(List<Path> places) {
        this.places = List.copyOf(places);
    }

    /// The first place that knows the repository decides; in it the longest key that is a prefix of it.
    Optional<Login> of(String registry, String repository) {
        for (var place : places) {
            for (var file : files(place)) {
                var found = in(file, registry, repository);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static List<Path> files(Path place) {
        return Files.isDirectory(place)
                ? FILE_NAMES.stream()
                        .map(place::resolve)
                        .filter(Files::isRegularFile)
                        .toList()
                : List.of(place);
    }

    private static Optional<Login> in(Path file, String registry, String repository) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("it has more than " + MAX_BYTES + " bytes");
            }
            var document = Documents.read(file.toString(), Files.readAllBytes(file), MAX_BYTES);
            var logins = document.get("auths").isPresent()
                            || document.get("credHelpers").isPresent()
                    ? Documents.mapping(document, "auths")
                    : Optional.of(document); // the older form has the logins at the top
            return logins.flatMap(all -> best(all, registry, repository));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "credentials in " + file + " cannot be used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Login> best(Node.Mapping logins, String registry, String repository) {
        var full = registry + "/" + repository;
        Node.Mapping best = null;
        int longest = -1;
        for (var entry : logins.entries()) {
            var key = plain(entry.key());
            boolean covers = full.equals(key) || full.startsWith(key + "/");
            if (covers && key.length() > longest && entry.value() instanceof Node.Mapping login) {
                best = login;
                longest = key.length();
            }
        }
        return Optional.ofNullable(best).flatMap(Credentials::login);
    }

    /// `https://index.docker.io/v1/` is Docker's own way of writing `docker.io`.
    private static String plain(String key) {
        var host = key.replaceFirst("^https?://", "").replaceFirst("/+$", "").replaceFirst("/v[12]$", "");
        return host.equals("index.docker.io") || host.equals("registry-1.docker.io") ? ImageReference.DOCKER_HUB : host;
    }

    private static Optional<Login> login(Node.Mapping login) {
        var refresh = Documents.text(login, "identitytoken").filter(token -> !token.isEmpty());
        if (refresh.isPresent()) {
            return Optional.of(new Login.RefreshToken(refresh.get()));
        }
        var auth = Documents.text(login, "auth").filter(text -> !text.isEmpty());
        if (auth.isPresent()) {
            try {
                var both = new String(Base64.getMimeDecoder().decode(auth.get()), StandardCharsets.UTF_8);
                int colon = both.indexOf(':');
                return colon < 1
                        ? Optional.empty()
                        : Optional.of(new Login.Password(both.substring(0, colon), both.substring(colon + 1)));
            } catch (IllegalArgumentException _) { // not base64: no login
                return Optional.empty();
            }
        }
        return Documents.text(login, "username")
                .flatMap(user -> Documents.text(login, "password").map(password -> new Login.Password(user, password)));
    }
}
