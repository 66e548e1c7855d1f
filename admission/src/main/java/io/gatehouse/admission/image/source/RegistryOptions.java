// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How registries are reached.
///
/// @param credentials `config.json` files of Docker's form, or folders that hold one, such as a mounted pull secret;
///     read again for each login, so a secret may be replaced
/// @param authorities certificates in PEM that are trusted besides the platform's
/// @param insecure hosts, with port where one is written, that are asked over plain HTTP
/// @param mirrors by registry host, addresses such as `https://mirror:5000` that are asked before it, in this order
/// @param connect how long a connection may take to open
/// @param answer how long an answer may take to begin
public record RegistryOptions(
        List<Path> credentials,
        List<Path> authorities,
        Set<String> insecure,
        Map<String, List<String>> mirrors,
        Duration connect,
        Duration answer) {
    public static final RegistryOptions DEFAULT = new RegistryOptions(
            List.of(), List.of(), Set.of(), Map.of(), Duration.ofSeconds(10), Duration.ofSeconds(30));

    public RegistryOptions {
        credentials = List.copyOf(credentials);
        authorities = List.copyOf(authorities);
        insecure = Set.copyOf(insecure);
        mirrors = Map.copyOf(mirrors);
    }
}
