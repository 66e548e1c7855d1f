// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientKeyTest {
    /// A kubeconfig with a key on an elliptic curve, as openssl writes it, ended the gate with 'object is not integer'.
    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "EdDSA"})
    void the_kind_of_a_key_is_found_where_its_first_line_is_silent(String kind, @TempDir Path folder) throws Exception {
        var key = KeyPairGenerator.getInstance(kind).generateKeyPair().getPrivate();
        var pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        assertEquals(Optional.of(kind), ClientKey.algorithm(withData(pem)));
        var file = Files.writeString(folder.resolve("client.key"), pem);
        var named = new ConfigBuilder(Config.empty())
                .withClientKeyFile(file.toString())
                .build();
        assertEquals(Optional.of(kind), ClientKey.algorithm(named));
    }

    @Test
    void of_what_is_no_such_key_nothing_is_said() {
        assertEquals(Optional.empty(), ClientKey.algorithm(Config.empty()));
        assertEquals(Optional.empty(), ClientKey.algorithm(withData("-----BEGIN EC PRIVATE KEY-----\nAA==\n")));
        assertEquals(
                Optional.empty(),
                ClientKey.algorithm(withData("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n")));
    }

    private static Config withData(String pem) {
        var data = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
        return new ConfigBuilder(Config.empty()).withClientKeyData(data).build();
    }
}
