// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes certificates: an authority of our own, and the webhook's certificate under it. Touches no file and no clock.
final class Authority {
    static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    static final Duration LEAF_LIFE = Duration.ofDays(365);
    /// The API server's clock may be behind ours.
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final X500Name AUTHORITY_NAME = new X500Name("CN=Gatehouse admission authority");
    private static final X500Name LEAF_NAME = new X500Name("CN=Gatehouse admission");

    private Authority() {}

    static Pem.Identity authority(Instant now) {
        var keys = keys();
        var builder = builder(AUTHORITY_NAME, AUTHORITY_NAME, keys, now, now.plus(AUTHORITY_LIFE));
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("making the authority's certificate", e);
        }
        return new Pem.Identity(keys.getPrivate(), sign(builder, keys));
    }

    /// When one was made.
    static Instant made(Pem.Identity identity) {
        return identity.certificate().getNotBefore().toInstant().plus(SKEW);
    }

    static Pem.Identity leaf(Pem.Identity authority, List<String> names, Instant now) {
        return under(authority, names, KeyPurposeId.id_kp_serverAuth, now);
    }

    /// For whoever asks a webhook that wants to know its callers.
    static Pem.Identity client(Pem.Identity authority, String name, Instant now) {
        return under(authority, List.of(name), KeyPurposeId.id_kp_clientAuth, now);
    }

    private static Pem.Identity under(Pem.Identity authority, List<String> names, KeyPurposeId purpose, Instant now) {
        var keys = keys();
        var builder = builder(AUTHORITY_NAME, LEAF_NAME, keys, now, now.plus(LEAF_LIFE));
        try {
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(authority.certificate()));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.stream().map(Authority::name).toArray(GeneralName[]::new)));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("making a certificate for " + names, e);
        }
        return new Pem.Identity(
                keys.getPrivate(),
                sign(builder, new KeyPair(authority.certificate().getPublicKey(), authority.key())));
    }

    private static GeneralName name(String name) {
        boolean address = name.indexOf(':') >= 0 || name.matches("[0-9]+(\\.[0-9]+){3}");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair keys, Instant now, Instant end) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, new SecureRandom()).setBit(126),
                Date.from(now.minus(SKEW)),
                Date.from(end),
                subject,
                keys.getPublic());
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair signer) {
        try {
            var content = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(content));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("signing a certificate", e);
        }
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a P-256 key", e);
        }
    }
}
