// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Our own authority and certificate, in a directory or in an object of a cluster.
///
/// `authority.pem` and `serving.pem` hold a key and its certificate each; `ca.crt` is what the API
/// server is given. A restart takes what is there. A file is replaced as a whole or not at all.
///
/// One authority replaces another in three steps, so that at no time a certificate is served whose
/// authority was not published before: the next one is made as `authority-next.pem` and joins
/// `ca.crt`; [#PUBLISHED] later it signs, and the certificate under it is served; the former one
/// stays in `ca.crt` until it ends.
public final class CertificateState {
    /// How long a new authority stands in the bundle before it signs: whoever carries the bundle to the API server has
    /// so long.
    static final Duration PUBLISHED = Duration.ofDays(30);

    private static final Duration RENEW_BEFORE = Authority.LEAF_LIFE.dividedBy(3);
    /// An authority must outlive what it signs, and the time its successor is published in.
    private static final Duration SUCCEED_BEFORE = Authority.LEAF_LIFE.plus(PUBLISHED.multipliedBy(2));

    private final CertificateShelf shelf;
    private final List<String> names;

    public CertificateState(Path directory, List<String> names) {
        this(new CertificateShelf.Folder(directory), names);
    }

    private CertificateState(CertificateShelf shelf, List<String> names) {
        this.shelf = shelf;
        this.names = List.copyOf(names);
    }

    /// What is kept elsewhere as texts by their names, as it is to be kept from now on.
    ///
    /// @param kept equal to what was given where nothing is to be done
    public record Renewal(Map<String, String> kept, Serving serving) {
        public Renewal {
            kept = Map.copyOf(kept);
        }
    }

    /// As [#current], of texts that somebody else keeps.
    public static Renewal renewed(Map<String, String> kept, List<String> names, Instant now) {
        var copy = new CertificateShelf.Copy(kept);
        try {
            var serving = new CertificateState(copy, names).current(now);
            return new Renewal(copy.texts(), serving);
        } catch (IOException e) {
            throw new UncheckedIOException("texts in memory", e);
        }
    }

    /// What can be served of it as it is; empty where it is not all there, or has ended.
    public static Optional<Serving> kept(Map<String, String> kept, List<String> names, Instant now) {
        var state = new CertificateState(new CertificateShelf.Copy(kept), names);
        var bundle = kept.get("ca.crt");
        return Optional.ofNullable(kept.get("serving.pem"))
                .flatMap(Pem::identity)
                .filter(leaf -> bundle != null && outlives(leaf, now, Duration.ZERO) && state.bearsOurNames(leaf))
                .map(leaf -> serving(leaf, bundle));
    }

    /// What to serve with, in PEM.
    ///
    /// @param bundle of authorities to trust: while one replaces another, both, the newer first
    public record Serving(String certificate, String key, String bundle, Instant expires) {}

    /// Takes what is kept where it is still good, makes what is not. Called at the start and from time to time.
    public Serving current(Instant now) throws IOException {
        var signer = authority(now);
        var leaf = read("serving.pem")
                .filter(kept -> outlives(kept, now, RENEW_BEFORE) && signedBy(kept, signer) && bearsOurNames(kept));
        if (leaf.isEmpty()) {
            leaf = Optional.of(Authority.leaf(signer, names, now));
            write("serving.pem", text(leaf.get()));
        }
        return serving(leaf.get(), shelf.read("ca.crt").orElseThrow());
    }

    private static Serving serving(Pem.Identity leaf, String bundle) {
        return new Serving(
                leaf.certificateText(),
                leaf.keyText(),
                bundle,
                leaf.certificate().getNotAfter().toInstant());
    }

    /// The one that signs. Where none is left that could, a new one signs at once: nobody trusts what there was either.
    private Pem.Identity authority(Instant now) throws IOException {
        var present = read("authority.pem").filter(kept -> outlives(kept, now, Duration.ZERO));
        var next = read("authority-next.pem").filter(kept -> outlives(kept, now, Authority.LEAF_LIFE));
        if (present.isPresent() && outlives(present.get(), now, SUCCEED_BEFORE)) {
            publish(now, present.get());
            return present.get();
        }
        if (next.isEmpty()) {
            next = Optional.of(Authority.authority(now));
            write("authority-next.pem", text(next.get()));
        }
        if (present.isPresent()) {
            publish(now, next.get(), present.get());
            if (now.isBefore(Authority.made(next.get()).plus(PUBLISHED))) {
                return present.get();
            }
        } else {
            publish(now, next.get());
        }
        write("authority.pem", text(next.get()));
        shelf.remove("authority-next.pem");
        return next.get();
    }

    /// Brings authorities into `ca.crt`, in this order, before those that stand there and have not ended.
    private void publish(Instant now, Pem.Identity... authorities) throws IOException {
        var standing = shelf.read("ca.crt").orElse("");
        var bundle = new LinkedHashSet<String>();
        for (var authority : authorities) {
            bundle.add(authority.certificateText());
        }
        for (var certificate : Pem.certificates(standing)) {
            if (certificate.getNotAfter().toInstant().isAfter(now)) {
                bundle.add(Pem.text(certificate));
            }
        }
        var text = String.join("", bundle);
        if (!text.equals(standing)) {
            write("ca.crt", text);
        }
    }

    private static String text(Pem.Identity identity) {
        return identity.keyText() + identity.certificateText();
    }

    private static boolean outlives(Pem.Identity identity, Instant now, Duration life) {
        return identity.certificate().getNotAfter().toInstant().isAfter(now.plus(life));
    }

    private static boolean signedBy(Pem.Identity leaf, Pem.Identity authority) {
        try {
            leaf.certificate().verify(authority.certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private boolean bearsOurNames(Pem.Identity leaf) {
        return names(leaf.certificate())
                .containsAll(names.stream().map(CertificateState::canonical).toList());
    }

    /// An IPv6 address has many spellings, and the certificate keeps one.
    private static String canonical(String name) {
        return name.indexOf(':') < 0 ? name : InetAddress.ofLiteral(name).getHostAddress();
    }

    private static Set<Object> names(X509Certificate certificate) {
        try {
            var found = new HashSet<Object>();
            for (var name : Optional.ofNullable(certificate.getSubjectAlternativeNames())
                    .orElse(List.of())) {
                found.add(name.get(1));
            }
            return found;
        } catch (CertificateParsingException _) {
            return Set.of();
        }
    }

    /// Empty where there is none, or one that cannot be used and is to be replaced.
    private Optional<Pem.Identity> read(String name) throws IOException {
        return shelf.read(name).flatMap(Pem::identity);
    }

    private void write(String name, String text) throws IOException {
        shelf.write(name, text);
    }
}
