// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.admission.image.source.Credentials.Login;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Registries over the HTTP API of the OCI distribution specification, which Docker's version 2 became.
///
/// A redirect is followed by hand: at most [#MAX_REDIRECTS], never from TLS to plain text, and what says who we
/// are goes to nobody but the host it is for. Used by several threads.
public final class Registry implements ImageSource {
    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_TOKEN_BYTES = 256 * 1024;
    private static final int MAX_TOKENS = 1000;
    private static final long DEFAULT_TOKEN_SECONDS = 60;
    private static final String ACCEPT = String.join(
            ", ", Manifest.OCI_INDEX, Manifest.DOCKER_LIST, Manifest.OCI_MANIFEST, Manifest.DOCKER_MANIFEST);

    private final RegistryOptions options;
    private final Limits limits;
    private final HttpClient client;
    private final Credentials credentials;
    /// What opens a repository, by its address. The eldest goes first. Guarded by itself.
    private final Map<String, Token> tokens = new LinkedHashMap<>();

    /// @param header the value of `Authorization`
    private record Token(String header, long untilNanos) {
        @Override
        public String toString() {
            return "Token";
        }
    }

    /// One place a registry's images can be had.
    ///
    /// @param base `https://host:port`
    /// @param ofRegistry whose credentials are for it
    private record Endpoint(URI base, String ofRegistry) {}

    /// @throws ImageFailure a certificate that was given cannot be used
    public Registry(RegistryOptions options, Limits limits) throws ImageFailure {
        this.options = options;
        this.limits = limits;
        this.credentials = new Credentials(options.credentials());
        var builder =
                HttpClient.newBuilder().connectTimeout(options.connect()).followRedirects(HttpClient.Redirect.NEVER);
        if (!options.authorities().isEmpty()) {
            builder.sslContext(trusting(options.authorities()));
        }
        this.client = builder.build();
    }

    @Override
    public Digest resolve(ImageReference reference) throws ImageFailure {
        if (reference.digest().isPresent()) {
            return reference.digest().get();
        }
        return everywhere(reference, endpoint -> {
            long deadline = deadline();
            var head = send(endpoint, reference, "manifests/" + reference.wanted(), "HEAD", ACCEPT, deadline);
            close(head);
            var named = head.headers().firstValue("Docker-Content-Digest").flatMap(Digest::parse);
            if (named.isPresent()) {
                return named.get();
            }
            return Digest.of(document(endpoint, reference, reference.wanted())); // an older registry names none
        });
    }

    @Override
    public byte[] manifest(ImageReference reference, Digest digest) throws ImageFailure {
        return everywhere(reference, endpoint -> {
            var bytes = document(endpoint, reference, digest.text());
            var is = Digest.of(bytes);
            if (!is.equals(digest)) {
                throw new ImageFailure(
                        Kind.MALFORMED,
                        endpoint.base().getHost() + " gave " + is.brief() + "… for " + digest.brief() + "…");
            }
            return bytes;
        });
    }

    @Override
    public InputStream blob(ImageReference reference, Descriptor blob) throws ImageFailure {
        return everywhere(reference, endpoint -> {
            long deadline = deadline();
            var response = send(endpoint, reference, "blobs/" + blob.digest(), "GET", "*/*", deadline);
            return new VerifiedStream(
                    new TimedStream(response.body(), blob.digest().brief() + "…", limits.stall(), deadline), blob);
        });
    }

    private byte[] document(Endpoint endpoint, ImageReference reference, String wanted) throws ImageFailure {
        long deadline = deadline();
        var response = send(endpoint, reference, "manifests/" + wanted, "GET", ACCEPT, deadline);
        return read(response, limits.documentBytes(), "the manifest of " + reference, deadline);
    }

    private long deadline() {
        return System.nanoTime() + limits.longest().toNanos();
    }

    // ---- mirrors -------------------------------------------------------------------------------------------------

    private interface Ask<T> {
        T of(Endpoint endpoint) throws ImageFailure;
    }

    /// From the first mirror that has it, and last from the registry itself, whose answer is the one that is told.
    private <T> T everywhere(ImageReference reference, Ask<T> ask) throws ImageFailure {
        for (var mirror : options.mirrors().getOrDefault(reference.registry(), List.of())) {
            try {
                var base = URI.create(mirror.replaceFirst("/+$", ""));
                return ask.of(new Endpoint(base, authority(base)));
            } catch (ImageFailure _) { // what a mirror lacks or gets wrong, the registry may have right
            }
        }
        return ask.of(endpoint(reference.registry()));
    }

    private Endpoint endpoint(String registry) {
        var host = registry.equals(ImageReference.DOCKER_HUB) ? "registry-1.docker.io" : registry;
        var scheme = options.insecure().contains(registry) ? "http" : "https";
        return new Endpoint(URI.create(scheme + "://" + host), registry);
    }

    private static String authority(URI uri) {
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    // ---- requests ------------------------------------------------------------------------------------------------

    /// Asks, logs in where that is wanted, follows redirects. What comes back is a success, its body not yet read.
    private HttpResponse<InputStream> send(
            Endpoint endpoint, ImageReference reference, String what, String method, String accept, long deadline)
            throws ImageFailure {
        var uri = URI.create(endpoint.base() + "/v2/" + reference.repository() + "/" + what);
        var repository = endpoint.base() + "/" + reference.repository();
        var first = follow(uri, method, accept, known(repository), deadline);
        var response = first;
        if (first.statusCode() == 401) {
            close(first);
            response =
                    follow(uri, method, accept, Optional.of(login(endpoint, reference, repository, first)), deadline);
        }
        if (response.statusCode() == 200) {
            return response;
        }
        close(response);
        throw refused(uri, response.statusCode(), reference);
    }

    private static ImageFailure refused(URI uri, int status, ImageReference reference) {
        var kind = switch (status) {
            case 401, 403 -> Kind.DENIED;
            case 404, 410 -> Kind.ABSENT;
            case 408, 425, 429, 500, 502, 503, 504 -> Kind.UNREACHABLE;
            default -> Kind.MALFORMED;
        };
        var why = switch (kind) {
            case DENIED -> " does not let us read ";
            case ABSENT -> " does not have ";
            default -> " has no answer about ";
        };
        return new ImageFailure(kind, authority(uri) + why + reference + " (HTTP " + status + ")");
    }

    private HttpResponse<InputStream> follow(
            URI start, String method, String accept, Optional<Token> token, long deadline) throws ImageFailure {
        var uri = start;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            var request = HttpRequest.newBuilder(uri)
                    .timeout(options.answer())
                    .header("Accept", accept)
                    .header("User-Agent", "gatehouse")
                    .method(method, HttpRequest.BodyPublishers.noBody());
            if (sameHost(start, uri)) {
                token.ifPresent(known -> request.header("Authorization", known.header()));
            }
            var response = exchange(request.build(), deadline);
            switch (response.statusCode()) {
                case 301, 302, 303, 307, 308 -> {
                    close(response);
                    uri = target(uri, response);
                }
                default -> {
                    return response;
                }
            }
        }
        throw new ImageFailure(Kind.MALFORMED, authority(start) + " redirects more than " + MAX_REDIRECTS + " times");
    }

    private static boolean sameHost(URI a, URI b) {
        return authority(a).equals(authority(b)) && a.getScheme().equals(b.getScheme());
    }

    private static URI target(URI from, HttpResponse<?> response) throws ImageFailure {
        try {
            var to = from.resolve(
                    URI.create(response.headers().firstValue("Location").orElse("")));
            boolean plain = "http".equals(to.getScheme());
            if (to.getHost() == null || !plain && !"https".equals(to.getScheme())) {
                throw new ImageFailure(Kind.MALFORMED, authority(from) + " redirects to no address");
            }
            if (plain && "https".equals(from.getScheme())) {
                throw new ImageFailure(Kind.DENIED, authority(from) + " redirects from TLS to plain HTTP");
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw new ImageFailure(Kind.MALFORMED, authority(from) + " redirects to no address", e);
        }
    }

    private HttpResponse<InputStream> exchange(HttpRequest request, long deadline) throws ImageFailure {
        if (System.nanoTime() - deadline > 0) {
            throw new ImageFailure(Kind.UNREACHABLE, authority(request.uri()) + " took too long");
        }
        try {
            return client.send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(Kind.UNREACHABLE, "interrupted while asking " + authority(request.uri()), e);
        } catch (IOException e) {
            var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new ImageFailure(Kind.UNREACHABLE, authority(request.uri()) + " cannot be asked: " + why, e);
        }
    }

    private byte[] read(HttpResponse<InputStream> response, int maxBytes, String what, long deadline)
            throws ImageFailure {
        try (var in = new TimedStream(response.body(), what, limits.stall(), deadline)) {
            var bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new ImageFailure(Kind.TOO_LARGE, what + " has more than " + maxBytes + " bytes");
            }
            return bytes;
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException e) {
            throw new ImageFailure(Kind.UNREACHABLE, what + " broke off: " + e.getMessage(), e);
        }
    }

    private static void close(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException _) { // it is not wanted in any case
        }
    }

    // ---- who we are ----------------------------------------------------------------------------------------------

    private Optional<Token> known(String repository) {
        synchronized (tokens) {
            var token = tokens.get(repository);
            return Optional.ofNullable(token).filter(known -> System.nanoTime() - known.untilNanos() < 0);
        }
    }

    private Token login(
            Endpoint endpoint, ImageReference reference, String repository, HttpResponse<InputStream> refusal)
            throws ImageFailure {
        var challenge = Challenge.of(refusal.headers().allValues("WWW-Authenticate"));
        var login = credentials.of(endpoint.ofRegistry(), reference.repository());
        if (challenge.isEmpty()) {
            throw refused(refusal.uri(), 401, reference);
        }
        Token token;
        if (challenge.get().scheme().equals("basic")) {
            if (!(login.orElse(null) instanceof Login.Password password)) {
                throw new ImageFailure(
                        Kind.DENIED,
                        authority(endpoint.base()) + " wants a password for " + reference + " and none is known");
            }
            token = new Token(
                    password.basic(), System.nanoTime() + Duration.ofHours(1).toNanos());
        } else {
            token = token(endpoint, reference, challenge.get(), login);
        }
        synchronized (tokens) {
            tokens.remove(repository);
            tokens.put(repository, token);
            if (tokens.size() > MAX_TOKENS) {
                tokens.remove(tokens.keySet().iterator().next());
            }
        }
        return token;
    }

    private Token token(Endpoint endpoint, ImageReference reference, Challenge challenge, Optional<Login> login)
            throws ImageFailure {
        var realm = realm(endpoint, challenge);
        var scope = "repository:" + reference.repository() + ":pull"; // what we ask for, not what we are told to
        var service = challenge.parameters().get("service");
        var fields = new ArrayList<String>();
        if (service != null) {
            fields.add("service=" + encoded(service));
        }
        fields.add("scope=" + encoded(scope));
        HttpRequest.Builder request;
        if (login.orElse(null) instanceof Login.RefreshToken refresh) {
            fields.add("grant_type=refresh_token");
            fields.add("client_id=gatehouse");
            fields.add("refresh_token=" + encoded(refresh.token()));
            request = HttpRequest.newBuilder(realm)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(String.join("&", fields)));
        } else {
            var joint = realm.getRawQuery() == null ? "?" : "&";
            request = HttpRequest.newBuilder(URI.create(realm + joint + String.join("&", fields)));
            if (login.orElse(null) instanceof Login.Password password) {
                request.header("Authorization", password.basic());
            }
        }
        long deadline = deadline();
        var response = exchange(
                request.timeout(options.answer())
                        .header("User-Agent", "gatehouse")
                        .build(),
                deadline);
        if (response.statusCode() != 200) {
            close(response);
            throw refused(realm, response.statusCode(), reference);
        }
        var what = "the token of " + authority(realm);
        var document = Documents.read(what, read(response, MAX_TOKEN_BYTES, what, deadline), MAX_TOKEN_BYTES);
        var token = Documents.text(document, "token")
                .filter(text -> !text.isEmpty())
                .or(() -> Documents.text(document, "access_token"))
                .filter(text -> text.matches("[!-~]+"))
                .orElseThrow(() -> Documents.malformed(what, "it has no token"));
        long seconds = Documents.number(document, "expires_in").orElse(DEFAULT_TOKEN_SECONDS);
        long usable = Math.min(seconds, 3600) * 9 / 10;
        return new Token(
                "Bearer " + token,
                System.nanoTime() + Duration.ofSeconds(usable).toNanos());
    }

    /// A password leaves over TLS, or to a host that may be asked without.
    private URI realm(Endpoint endpoint, Challenge challenge) throws ImageFailure {
        try {
            var realm = URI.create(challenge.parameters().getOrDefault("realm", ""));
            boolean plain = "http".equals(realm.getScheme());
            if (realm.getHost() == null || !plain && !"https".equals(realm.getScheme())) {
                throw Documents.malformed("challenge of " + authority(endpoint.base()), "it names no token service");
            }
            if (plain && !"http".equals(endpoint.base().getScheme())) {
                throw new ImageFailure(
                        Kind.DENIED, authority(endpoint.base()) + " names a token service over plain HTTP");
            }
            return realm;
        } catch (IllegalArgumentException _) {
            throw Documents.malformed("challenge of " + authority(endpoint.base()), "it names no token service");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// The platform's authorities and those that were given.
    private static SSLContext trusting(List<Path> authorities) throws ImageFailure {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            var platform = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            platform.init((KeyStore) null);
            int count = 0;
            for (var manager : platform.getTrustManagers()) {
                if (manager instanceof javax.net.ssl.X509TrustManager known) {
                    for (var certificate : known.getAcceptedIssuers()) {
                        store.setCertificateEntry("platform-" + count++, certificate);
                    }
                }
            }
            var factory = CertificateFactory.getInstance("X.509");
            for (var file : authorities) {
                try (var in = Files.newInputStream(file)) {
                    for (var certificate : factory.generateCertificates(in)) {
                        store.setCertificateEntry("given-" + count++, certificate);
                    }
                }
            }
            var all = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            all.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, all.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new ImageFailure(Kind.DENIED, "the authorities " + authorities + " cannot be used: " + e, e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
