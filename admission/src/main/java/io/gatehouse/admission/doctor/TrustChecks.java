// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Whether the API server can trust what answers it: the authority it was given, and the certificate where it lies in a
/// secret beside the gate.
final class TrustChecks {
    private static final Duration SOON = Duration.ofDays(14);
    private static final int DNS_NAME = 2;

    private TrustChecks() {}

    static void check(ClusterObjects objects, Registration registration, Instant now, List<Diagnostic> holes) {
        if (registration.client().isEmpty()) {
            return;
        }
        var client = registration.client().get();
        var written = Fields.text(client, "caBundle");
        if (written.isEmpty() || written.get().isBlank()) {
            if (registration.service().isPresent()) { // behind a URL the system's own authorities may do
                holes.add(Code.WEBHOOK_TRUST_BROKEN.at(
                        client.span(), "'caBundle' is missing, and no public authority signs for a service"));
            }
            return;
        }
        var place = Trees.place(client, "caBundle");
        var authorities = new ArrayList<X509Certificate>();
        try {
            authorities.addAll(certificates(Base64.getMimeDecoder().decode(written.get())));
        } catch (IllegalArgumentException | CertificateException e) {
            holes.add(Code.WEBHOOK_TRUST_BROKEN.at(place, "'caBundle' holds no certificates: " + e.getMessage()));
            return;
        }
        if (authorities.isEmpty()) {
            holes.add(Code.WEBHOOK_TRUST_BROKEN.at(place, "'caBundle' holds no certificate"));
            return;
        }
        lasting(authorities, place, now, holes);
        serving(objects, registration, authorities, place, now, holes);
    }

    /// The one that lasts longest counts: during a rotation an old one stands beside it.
    private static void lasting(List<X509Certificate> authorities, Span place, Instant now, List<Diagnostic> holes) {
        var last = authorities.stream()
                .map(one -> one.getNotAfter().toInstant())
                .max(Instant::compareTo)
                .orElseThrow();
        var names = authorities.getFirst().getSubjectX500Principal().getName();
        if (last.isBefore(now)) {
            holes.add(Code.WEBHOOK_TRUST_BROKEN.at(
                    place, "the authority in 'caBundle' (" + names + ") ended on " + last));
        } else if (last.isBefore(now.plus(SOON))) {
            holes.add(Code.WEBHOOK_TRUST_ENDS.at(place, "the authority in 'caBundle' (" + names + ") ends on " + last));
        }
    }

    private static void serving(
            ClusterObjects objects,
            Registration registration,
            List<X509Certificate> authorities,
            Span place,
            Instant now,
            List<Diagnostic> holes) {
        if (registration.service().isEmpty()) {
            return;
        }
        var service = registration.service().get();
        var namespace = registration.serviceNamespace().orElse("");
        var host = Fields.text(service, "name").orElse("") + "." + namespace + ".svc";
        for (var secret : objects.of(ClusterDoctor.SECRET)) {
            var leaf = secret.namespace().equals(namespace)
                    ? leaf(secret.object(), host)
                    : Optional.<X509Certificate>empty();
            if (leaf.isEmpty()) {
                continue;
            }
            var name = "the certificate in the secret " + secret.name();
            var ends = leaf.get().getNotAfter().toInstant();
            if (authorities.stream().noneMatch(authority -> signed(leaf.get(), authority))) {
                holes.add(Code.WEBHOOK_TRUST_BROKEN.at(place, name + " is signed by no authority in 'caBundle'"));
            }
            if (ends.isBefore(now)) {
                holes.add(Code.WEBHOOK_TRUST_BROKEN.at(secret.object().span(), name + " ended on " + ends));
            } else if (ends.isBefore(now.plus(SOON))) {
                holes.add(Code.WEBHOOK_TRUST_ENDS.at(secret.object().span(), name + " ends on " + ends));
            }
        }
    }

    /// Of the first entry whose certificate is made out to the host.
    private static Optional<X509Certificate> leaf(Node.Mapping secret, String host) {
        for (var value : Trees.words(secret, "data").values()) {
            try {
                for (var certificate : certificates(Base64.getMimeDecoder().decode(value))) {
                    if (names(certificate).contains(host)) {
                        return Optional.of(certificate);
                    }
                }
            } catch (IllegalArgumentException | CertificateException _) {
                // a secret may hold anything
            }
        }
        return Optional.empty();
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException {
        var names = new ArrayList<String>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (var name : alternatives) {
                if (name.getFirst() instanceof Integer kind && kind == DNS_NAME) {
                    names.add((String) name.get(1));
                }
            }
        }
        return names;
    }

    private static boolean signed(X509Certificate leaf, X509Certificate authority) {
        try {
            leaf.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// The certificates of a text in PEM; keys beside them are passed over.
    private static List<X509Certificate> certificates(byte[] pem) throws CertificateException {
        var text = new String(pem, StandardCharsets.ISO_8859_1);
        var found = new ArrayList<X509Certificate>();
        var factory = CertificateFactory.getInstance("X.509");
        int from = text.indexOf("-----BEGIN CERTIFICATE-----");
        while (from >= 0) {
            int to = text.indexOf("-----END CERTIFICATE-----", from);
            int end = to < 0 ? text.length() : to + "-----END CERTIFICATE-----".length();
            var one = text.substring(from, end).getBytes(StandardCharsets.ISO_8859_1);
            found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(one)));
            from = text.indexOf("-----BEGIN CERTIFICATE-----", end);
        }
        return found;
    }
}
