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
import java.util.Date;
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
    void a_new_authority_is_published_before_it_signs_and_the_old_one_stays_trusted_until_it_ends() throws Exception {
        var first = state().current(START);
        var old = certificates(first.bundle()).getFirst();
        var succession = old.getNotAfter().toInstant().minus(Duration.ofDays(365 + 60));
        var published = state().current(succession);
        assertEquals(2, certificates(published.bundle()).size());
        assertTrue(published.bundle().endsWith(first.bundle()));
        assertTrue(signedBy(published, old), "nobody may know the new one yet");

        var before = state().current(succession.plus(CertificateState.PUBLISHED).minusSeconds(1));
        assertTrue(signedBy(before, old));
        assertEquals(published.bundle(), before.bundle());
        var promoted =
                state().current(succession.plus(CertificateState.PUBLISHED).plusSeconds(1));
        assertTrue(signedBy(promoted, certificates(published.bundle()).getFirst()));
        assertEquals(published.bundle(), promoted.bundle(), "both, for those who were given the old one");
        assertEquals(
                promoted,
                state().current(succession.plus(CertificateState.PUBLISHED).plusSeconds(2)));

        var ended = state().current(old.getNotAfter().toInstant().plusSeconds(1));
        assertEquals(1, certificates(ended.bundle()).size());
        assertTrue(signedBy(ended, certificates(ended.bundle()).getFirst()));
    }

    @Test
    void after_a_sleep_of_years_a_new_authority_signs_at_once() throws Exception {
        state().current(START);
        var woken = state().current(START.plus(Duration.ofDays(20 * 365)));
        assertEquals(1, certificates(woken.bundle()).size());
        assertTrue(signedBy(woken, certificates(woken.bundle()).getFirst()));
    }

    @Test
    void at_every_day_of_thirty_years_what_is_served_is_valid_and_was_trusted_a_month_before() throws Exception {
        var trusted = state().current(START).bundle();
        for (int day = 0; day < 30 * 365; day += 10) {
            var now = START.plus(Duration.ofDays(day));
            var serving = state().current(now);
            var leaf = certificates(serving.certificate()).getFirst();
            leaf.checkValidity(Date.from(now));
            var aMonthOld = trusted; // carried over by hand, once a month
            assertTrue(
                    certificates(aMonthOld).stream().anyMatch(authority -> signedBy(serving, authority)),
                    () -> "on day of " + now);
            if (day % 30 == 0) {
                trusted = serving.bundle();
            }
        }
    }

    private static boolean signedBy(CertificateState.Serving serving, X509Certificate authority) {
        try {
            certificates(serving.certificate()).getFirst().verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
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
