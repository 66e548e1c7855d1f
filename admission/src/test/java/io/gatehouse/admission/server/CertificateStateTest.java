// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateStateTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final List<String> NAMES = List.of("localhost", "127.0.0.1", "::1", "gate.gatehouse-system.svc");

    @TempDir
    Path directory;

    @Test
    void what_is_kept_is_taken_again_while_it_is_good() throws IOException {
        var first = state().current(START);
        assertEquals(first, state().current(START.plus(Duration.ofDays(200))));
    }

    @Test
    void the_certificate_is_renewed_before_it_ends_and_the_authority_stays() throws IOException {
        var first = state().current(START);
        var second = state().current(START.plus(Duration.ofDays(250)));
        assertNotEquals(first.certificate(), second.certificate());
        assertEquals(first.bundle(), second.bundle());
    }

    @Test
    void a_new_authority_is_trusted_beside_the_old_one_while_that_lasts() throws Exception {
        var first = state().current(START);
        var later = START.plus(Duration.ofDays(9 * 365 + 1));
        var second = state().current(later);
        assertTrue(second.bundle().endsWith(first.bundle()));
        assertEquals(2, certificates(second.bundle()).size());
        certificates(second.certificate())
                .getFirst()
                .verify(certificates(second.bundle()).getFirst().getPublicKey());
    }

    @Test
    void another_name_asks_for_another_certificate() throws IOException {
        var first = state().current(START);
        var second = new CertificateState(directory, List.of("localhost", "other.example")).current(START);
        assertNotEquals(first.certificate(), second.certificate());
        assertEquals(first.bundle(), second.bundle());
        // fewer names are no reason
        assertEquals(second, new CertificateState(directory, List.of("localhost")).current(START));
    }

    @Test
    void only_the_owner_reads_the_keys() throws IOException {
        state().current(START);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("."))));
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                        file::toString);
            }
        }
    }

    @Test
    void a_damaged_file_is_replaced() throws IOException {
        var first = state().current(START);
        Files.writeString(directory.resolve("serving.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        var second = state().current(START);
        assertNotEquals(first.certificate(), second.certificate());
        assertEquals(second, state().current(START));
    }

    @Test
    void the_certificate_says_what_it_is_for() throws Exception {
        var leaf = certificates(state().current(START).certificate()).getFirst();
        assertEquals(-1, leaf.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), leaf.getExtendedKeyUsage());
        assertEquals(
                List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "gate.gatehouse-system.svc"),
                leaf.getSubjectAlternativeNames().stream().map(n -> n.get(1)).toList());
    }

    private CertificateState state() {
        return new CertificateState(directory, NAMES);
    }

    private static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }
}
