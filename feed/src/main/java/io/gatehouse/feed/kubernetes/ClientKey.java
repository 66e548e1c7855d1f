// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The key of a client certificate. A key in PKCS #8 does not say in its first line of what kind it is, and the library
/// takes each such one for RSA.
final class ClientKey {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");
    private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

    private ClientKey() {}

    /// Absent where there is no such key, or nothing can be told of it.
    static Optional<String> algorithm(Config config) {
        return pem(config).flatMap(ClientKey::algorithm);
    }

    private static Optional<String> pem(Config config) {
        try {
            if (config.getClientKeyData() != null) {
                var data = Base64.getMimeDecoder().decode(config.getClientKeyData());
                return Optional.of(new String(data, StandardCharsets.US_ASCII));
            }
            return config.getClientKeyFile() == null
                    ? Optional.empty()
                    : Optional.of(Files.readString(Path.of(config.getClientKeyFile())));
        } catch (IOException | IllegalArgumentException _) { // the library says so when it reads it
            return Optional.empty();
        }
    }

    private static Optional<String> algorithm(String pem) {
        var block = PKCS8.matcher(pem);
        if (!block.find()) {
            return Optional.empty();
        }
        var key = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(1)));
        for (var kind : KINDS) {
            try {
                KeyFactory.getInstance(kind).generatePrivate(key);
                return Optional.of(kind);
            } catch (InvalidKeySpecException _) {
                // of another kind
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has " + kind, e);
            }
        }
        return Optional.empty();
    }
}
