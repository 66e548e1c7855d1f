// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
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
            try {
                return text("CERTIFICATE", certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("encoding a certificate", e);
            }
        }
    }

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
