// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Keys and certificates as text (RFC 7468).
final class Pem {
    /// A key and the certificate of its public half, kept in one file so that the two never part.
    record Identity(PrivateKey key, X509Certificate certificate) {
        String keyText() {
            return text("PRIVATE KEY", key.getEncoded());
        }

        String certificateText() {
            return Pem.text(certificate);
        }
    }

    private static final byte[] PROBE = "whose key is this".getBytes(StandardCharsets.US_ASCII);

    private Pem() {}

    /// Empty where the text holds not both, or not what we write.
    static Optional<Identity> identity(String text) {
        var key = block("PRIVATE KEY", text);
        var certificate = block("CERTIFICATE", text);
        if (key.isEmpty() || certificate.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Identity(
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key.get())),
                    (X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(certificate.get()))));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    /// When the first certificate of a chain ends, if the key is its own. A chain and its key are two files, which may
    /// be read while one of them is new already.
    static Optional<Instant> checked(String chain, String key) {
        var der = block("CERTIFICATE", chain);
        if (der.isEmpty()) {
            return Optional.empty();
        }
        try {
            var leaf = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der.get()));
            return isKeyOf(leaf, key) ? Optional.of(leaf.getNotAfter().toInstant()) : Optional.empty();
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    private static boolean isKeyOf(X509Certificate leaf, String text) throws GeneralSecurityException {
        var der = block("PRIVATE KEY", text)
                .or(() -> block("RSA PRIVATE KEY", text).or(() -> block("EC PRIVATE KEY", text)));
        if (der.isEmpty()) {
            return false;
        }
        if (block("PRIVATE KEY", text).isEmpty()) {
            return true; // an older form, which Java does not read by itself and the server does
        }
        var algorithm = leaf.getPublicKey().getAlgorithm();
        var key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der.get()));
        var way = switch (algorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> algorithm; // EdDSA
        };
        var signature = Signature.getInstance(way);
        signature.initSign(key);
        signature.update(PROBE);
        var signed = signature.sign();
        signature.initVerify(leaf.getPublicKey());
        signature.update(PROBE);
        return signature.verify(signed);
    }

    static String text(X509Certificate certificate) {
        try {
            return text("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("encoding a certificate", e);
        }
    }

    /// All that stand in a text; none where one of them cannot be read.
    static List<X509Certificate> certificates(String text) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException _) {
            return List.of();
        }
    }

    private static String text(String what, byte[] der) {
        var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + what + "-----\n" + lines.encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private static Optional<byte[]> block(String what, String text) {
        var matcher = Pattern.compile("-----BEGIN " + what + "-----([A-Za-z0-9+/=\\s]*)-----END " + what + "-----")
                .matcher(text);
        try {
            return matcher.find() ? Optional.of(Base64.getMimeDecoder().decode(matcher.group(1))) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
