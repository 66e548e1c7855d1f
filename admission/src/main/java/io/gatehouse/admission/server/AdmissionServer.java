// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.audit.AuditCounts;
import io.gatehouse.admission.audit.AuditIntake;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.EventSink;
import io.gatehouse.admission.review.Namespaces;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;

/// The webhook: `/validate` and `/image-policy` for the API server and, where asked, `/k8s-audit` for what it logs;
/// `/healthz` and `/readyz` for the kubelet.
public final class AdmissionServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AdmissionServer.class.getName());
    private static final String VALIDATE = "/validate";
    private static final String IMAGE_POLICY = "/image-policy";
    /// Where Falco's plug-in for audit events listens too, so that a kubeconfig written for it needs no other path.
    private static final String AUDIT = "/k8s-audit";

    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration LOOK_AT_CERTIFICATE = Duration.ofMinutes(1);
    private static final int IDLE_SECONDS = 120;
    private static final int HANDSHAKE_SECONDS = 5;
    private static final int MAX_CONNECTIONS = 1000;
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

    private final AdmissionOptions options;
    private final Supplier<Snapshot> snapshots;
    private final Images images;
    private final Optional<AuditIntake> audit;
    private final InstantSource clock;
    private final Duration look; // between two looks at the certificate
    private final Counters counters = new Counters();
    private final AtomicInteger connections = new AtomicInteger();
    private final Vertx vertx;
    private final ThreadPoolExecutor reviewers;
    private final AlertQueue alerts;
    /// Written by the start and by the one worker that looks at the certificate, read by anyone.
    private volatile Serving serving;
    private volatile EventSink events = EventSink.NONE;
    private volatile Namespaces namespaces = Namespaces.UNKNOWN;
    /// Set once by the start.
    private HttpServer server;

    /// @param bundle absent where the certificate was given: whoever gave it knows its authority
    /// @param clients authorities of those who may ask
    private record Serving(
            Buffer certificate, Buffer key, Optional<String> bundle, Optional<Buffer> clients, Instant expires) {
        PemKeyCertOptions identity() {
            return new PemKeyCertOptions().addCertValue(certificate).addKeyValue(key);
        }

        Optional<PemTrustOptions> trust() {
            return clients.map(ca -> new PemTrustOptions().addCertValue(ca));
        }

        boolean servesAs(Serving other) {
            return certificate.equals(other.certificate) && key.equals(other.key) && clients.equals(other.clients);
        }
    }

    private AdmissionServer(
            AdmissionOptions options,
            Supplier<Snapshot> snapshots,
            Images images,
            Optional<AuditIntake> audit,
            Consumer<Alert> alerts,
            InstantSource clock,
            Duration look)
            throws IOException {
        readAheadForLogging();
        this.options = options;
        this.snapshots = snapshots;
        this.images = images;
        this.audit = audit;
        this.clock = clock;
        this.look = look;
        this.serving = serving();
        this.alerts = new AlertQueue(alerts, counters.alertsLost);
        this.reviewers = new ThreadPoolExecutor(
                options.reviewers(),
                options.reviewers(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(options.queue()),
                Thread.ofPlatform().name("gatehouse-review-", 0).daemon().factory());
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4))
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /// A line of a log tells the time, for which Java reads its table of zones from a file, once. When file
    /// descriptors have run out that fails, and with it the very message that accepting failed, which ends Netty's
    /// loop for good.
    private static void readAheadForLogging() {
        LOG.log(
                System.Logger.Level.DEBUG,
                "times are told in " + ZoneId.systemDefault().getRules());
    }

    /// Returns once the port is open.
    ///
    /// @param snapshots null while nothing is loaded yet; asked once a review
    /// @param alerts one for each finding, after the answer has left; called by one thread
    /// @throws IOException the port is taken, or the certificate cannot be read or kept
    public static AdmissionServer start(AdmissionOptions options, Supplier<Snapshot> snapshots, Consumer<Alert> alerts)
            throws IOException {
        return start(options, snapshots, Images.NONE, Optional.empty(), alerts);
    }

    /// @param images what is known of them; asked by reviewers, must not wait
    /// @param audit takes audit events; absent: none are taken. Stays its owner's, who closes it after the server
    public static AdmissionServer start(
            AdmissionOptions options,
            Supplier<Snapshot> snapshots,
            Images images,
            Optional<AuditIntake> audit,
            Consumer<Alert> alerts)
            throws IOException {
        return start(options, snapshots, images, audit, alerts, InstantSource.system(), LOOK_AT_CERTIFICATE);
    }

    /// @param look how often the certificate is looked at
    static AdmissionServer start(
            AdmissionOptions options,
            Supplier<Snapshot> snapshots,
            Images images,
            Optional<AuditIntake> audit,
            Consumer<Alert> alerts,
            InstantSource clock,
            Duration look)
            throws IOException {
        var started = new AdmissionServer(options, snapshots, images, audit, alerts, clock, look);
        try {
            started.listen();
        } catch (IOException e) {
            started.close();
            throw e;
        }
        return started;
    }

    private void listen() throws IOException {
        var http = new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setSsl(true)
                .setUseAlpn(true)
                .setIdleTimeout(IDLE_SECONDS)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setKeyCertOptions(serving.identity());
        serving.trust()
                .ifPresent(trust -> http.setClientAuth(ClientAuth.REQUEST).setTrustOptions(trust));
        server = vertx.createHttpServer(http).requestHandler(router()).connectionHandler(connection -> {
            if (connections.incrementAndGet() > MAX_CONNECTIONS) {
                connection.close();
            }
            connection.closeHandler(_ -> connections.decrementAndGet());
        });
        var where = options.host() + ":" + options.port();
        try {
            server.listen().toCompletionStage().toCompletableFuture().get(START.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the webhook did not open " + where + " in time", e);
        } catch (ExecutionException e) {
            throw new IOException(
                    "the webhook cannot listen on " + where + ": "
                            + e.getCause().getMessage(),
                    e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while opening " + where);
        }
        lookLater();
    }

    private Router router() {
        var reserved = new AtomicLong();
        var router = Router.router(vertx);
        reviews(
                router,
                VALIDATE,
                new PodQuestion(snapshots, images, () -> namespaces, event -> events.offer(event), counters, clock),
                reserved);
        reviews(router, IMAGE_POLICY, new ImageQuestion(snapshots, images, counters, clock), reserved);
        audit.map(AuditHandler::new).ifPresent(events -> {
            router.post(AUDIT).handler(this::knownCaller).failureHandler(this::failed);
            router.post(AUDIT).handler(events::admit).failureHandler(this::failed);
            router.post(AUDIT)
                    .handler(BodyHandler.create(false).setBodyLimit(AuditHandler.MAX_BODY_BYTES))
                    .handler(events::take);
        });
        router.get("/healthz").handler(context -> context.end("ok\n"));
        router.get("/readyz").handler(context -> {
            if (snapshots.get() == null) {
                ReviewHandler.fail(context, 503, "no policies are loaded yet");
            } else {
                context.end("ok\n");
            }
        });
        return router;
    }

    private void reviews(Router router, String path, Question question, AtomicLong reserved) {
        var handler = new ReviewHandler(options, question, reviewers, alerts, counters, clock, reserved);
        router.post(path).handler(this::knownCaller).failureHandler(this::failed);
        router.post(path).handler(handler::admit).failureHandler(this::failed);
        router.post(path)
                .handler(BodyHandler.create(false).setBodyLimit(ReviewHandler.MAX_BODY_BYTES))
                .handler(handler::review);
    }

    /// The webhook can be reached from the pod network: with a client authority set, only the API server may ask.
    private void knownCaller(RoutingContext context) {
        if (options.clientCa().isPresent() && !showsCertificate(context)) {
            counters.malformed.increment();
            ReviewHandler.fail(context, 401, "gatehouse: a client certificate is required");
            return;
        }
        context.next();
    }

    private static boolean showsCertificate(RoutingContext context) {
        try {
            return context.request().sslSession().getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException _) {
            return false;
        }
    }

    private void failed(RoutingContext context) {
        if (context.statusCode() == 413) {
            counters.malformed.increment();
            int most =
                    context.request().path().equals(AUDIT) ? AuditHandler.MAX_BODY_BYTES : ReviewHandler.MAX_BODY_BYTES;
            ReviewHandler.fail(
                    context,
                    413,
                    "gatehouse: the request has more than " + most + " bytes; this is not a policy decision");
            return;
        }
        counters.errors.increment();
        LOG.log(System.Logger.Level.ERROR, "a request failed", context.failure());
        ReviewHandler.fail(context, 500, "gatehouse: internal error; this is not a policy decision");
    }

    private Serving serving() throws IOException {
        var clients = options.clientCa().isEmpty()
                ? Optional.<Buffer>empty()
                : Optional.of(Buffer.buffer(Files.readString(options.clientCa().get())));
        return switch (options.certificate()) {
            case Certificate.Given(var chainFile, var keyFile) -> {
                var chain = Files.readString(chainFile);
                var key = Files.readString(keyFile);
                var expires = Pem.checked(chain, key)
                        .orElseThrow(() -> new IOException(keyFile + " is not the key of the certificate in "
                                + chainFile + ", or cannot be read"));
                yield new Serving(Buffer.buffer(chain), Buffer.buffer(key), Optional.empty(), clients, expires);
            }
            case Certificate.SelfSigned(var directory, var names) -> {
                yield made(new CertificateState(directory, names).current(clock.instant()), clients);
            }
            case Certificate.Kept(var keeper) -> made(keeper.current(clock.instant()), clients);
        };
    }

    private static Serving made(CertificateState.Serving made, Optional<Buffer> clients) {
        return new Serving(
                Buffer.buffer(made.certificate()),
                Buffer.buffer(made.key()),
                Optional.of(made.bundle()),
                clients,
                made.expires());
    }

    /// One look after another: a slow one is not overtaken.
    private void lookLater() {
        vertx.setTimer(
                look.toMillis(),
                _ -> vertx.executeBlocking(this::look)
                        .compose(fresh -> fresh.map(this::serve).orElseGet(Future::succeededFuture))
                        .onComplete(_ -> lookLater()));
    }

    /// What is to be served from now on, if it is another.
    private Optional<Serving> look() {
        try {
            var fresh = serving();
            if (!fresh.servesAs(serving)) {
                return Optional.of(fresh);
            }
            serving = fresh; // the bundle may have grown
        } catch (IOException e) { // what is served goes on being served, and the next look may find it whole
            counters.errors.increment();
            LOG.log(System.Logger.Level.ERROR, "the webhook's certificate cannot be looked at", e);
        }
        return Optional.empty();
    }

    /// Open connections keep the certificate they were opened with, and handshakes that have begun end as they began.
    private Future<Void> serve(Serving fresh) {
        var ssl = new ServerSSLOptions()
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of("h2", "http/1.1"))
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setKeyCertOptions(fresh.identity());
        fresh.trust().ifPresent(trust -> ssl.setClientAuth(ClientAuth.REQUEST).setTrustOptions(trust));
        return server.updateSSLOptions(ssl)
                .<Void>mapEmpty()
                .onSuccess(_ -> {
                    serving = fresh;
                    LOG.log(System.Logger.Level.INFO, "the webhook's certificate was replaced");
                })
                .onFailure(e -> {
                    counters.errors.increment();
                    LOG.log(System.Logger.Level.ERROR, "a new certificate was not taken", e);
                });
    }

    public int port() {
        return server.actualPort();
    }

    /// What the webhook's registration must trust, in PEM; absent where the certificate was given.
    public Optional<String> caBundle() {
        return serving.bundle();
    }

    /// When the certificate that is served ends: to be told before it does.
    public Instant certificateExpires() {
        return serving.expires();
    }

    /// Absent where no audit events are taken.
    public Optional<AuditCounts> auditCounts() {
        return audit.map(AuditIntake::counts);
    }

    /// From now on what was decided is told here too, and what is known of namespaces is asked there.
    public void joinCluster(EventSink sink, Namespaces known) {
        namespaces = known;
        events = sink;
    }

    public AdmissionStats stats() {
        return counters.read();
    }

    /// Takes no more requests, answers those it has, hands on their alerts.
    @Override
    public void close() {
        try {
            if (server != null) {
                server.shutdown(GRACE).await(GRACE.toSeconds() + 5, TimeUnit.SECONDS);
            }
            reviewers.shutdown();
            if (!reviewers.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                reviewers.shutdownNow();
            }
            vertx.close().await(GRACE.toSeconds(), TimeUnit.SECONDS);
            alerts.close();
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, "the webhook did not stop in time", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
