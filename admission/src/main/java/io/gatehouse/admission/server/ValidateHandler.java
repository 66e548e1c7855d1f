// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.Alerts;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewWriter;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.Snapshot;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The way of one review: [#admit] reserves room and sets the deadline, the body arrives, [#review] queues it, a
/// reviewer judges it, the event loop sends the answer, and only then the alerts leave.
final class ValidateHandler {
    /// The largest body that is read.
    static final int MAX_BODY_BYTES = JsonReader.Limits.DEFAULT.bytes();

    private static final System.Logger LOG = System.getLogger(ValidateHandler.class.getName());
    private static final Pattern SECONDS = Pattern.compile("([1-9][0-9]{0,2})s");
    private static final int RETRY_AFTER_SECONDS = 1;
    /// What a request costs besides its body.
    private static final int OVERHEAD_BYTES = 16 * 1024;

    private final Supplier<Snapshot> snapshots;
    private final Images images;
    private final ExecutorService reviewers;
    private final AlertQueue alerts;
    private final Counters counters;
    private final InstantSource clock;
    private final Duration longest;
    private final long roomBytes;
    /// Reserved by all requests between arrival and answer. Shared by the event loops.
    private final AtomicLong reservedBytes = new AtomicLong();

    ValidateHandler(
            AdmissionOptions options,
            Supplier<Snapshot> snapshots,
            Images images,
            ExecutorService reviewers,
            AlertQueue alerts,
            Counters counters,
            InstantSource clock) {
        this.snapshots = snapshots;
        this.images = images;
        this.reviewers = reviewers;
        this.alerts = alerts;
        this.counters = counters;
        this.clock = clock;
        this.longest = options.longest();
        this.roomBytes = options.bodyBytes();
    }

    /// What came of a review. Made on a reviewer's thread, sent on the event loop.
    private sealed interface Answer {
        record Reviewed(ReviewRequest request, Decision decision, byte[] body) implements Answer {}

        record Failed(int status, String text) implements Answer {}
    }

    void admit(RoutingContext context) {
        long wanted = OVERHEAD_BYTES + bodyLength(context, MAX_BODY_BYTES);
        if (reservedBytes.addAndGet(wanted) > roomBytes) {
            reservedBytes.addAndGet(-wanted);
            counters.overloaded.increment();
            context.response().putHeader("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
            fail(context, 429, "gatehouse: too many requests at once, ask again; this is not a policy decision");
            return;
        }
        var timeout = answerWithin(context);
        var timer = context.vertx().setTimer(timeout.toMillis(), _ -> late(context, timeout));
        context.addEndHandler(
                _ -> { // however it ends: answered, cut off or failed
                    context.vertx().cancelTimer(timer);
                    reservedBytes.addAndGet(-wanted);
                });
        context.put("deadline", System.nanoTime() + timeout.toNanos());
        context.next();
    }

    /// As announced, or the most that is read where it is not.
    static long bodyLength(RoutingContext context, int most) {
        var announced = context.request().getHeader("Content-Length");
        if (announced == null || !announced.matches("[0-9]{1,9}")) {
            return most;
        }
        return Math.min(Long.parseLong(announced), most);
    }

    /// Nine tenths of the time the API server says it waits, so that it hears why and does not just hang up.
    private Duration answerWithin(RoutingContext context) {
        var asked = context.queryParam("timeout");
        var matcher = SECONDS.matcher(asked.isEmpty() ? "" : asked.getFirst());
        var wait = matcher.matches() ? Duration.ofSeconds(Long.parseLong(matcher.group(1))) : longest;
        return (wait.compareTo(longest) < 0 ? wait : longest).multipliedBy(9).dividedBy(10);
    }

    private void late(RoutingContext context, Duration timeout) {
        if (!context.response().ended()) {
            counters.late.increment();
            fail(
                    context,
                    503,
                    "gatehouse: not decided within " + timeout.toMillis() + " ms; this is not a policy decision");
        }
    }

    void review(RoutingContext context) {
        var body = context.body().buffer() == null
                ? new byte[0]
                : context.body().buffer().getBytes();
        Context loop = context.vertx().getOrCreateContext();
        long deadline = context.get("deadline");
        try {
            reviewers.execute(() -> {
                if (System.nanoTime() - deadline < 0) { // else it was answered as late, and nobody waits
                    var answer = judge(body);
                    loop.runOnContext(_ -> send(context, answer));
                }
            });
        } catch (RejectedExecutionException _) {
            counters.overloaded.increment();
            notNow(context, body);
        }
    }

    private Answer judge(byte[] body) {
        try {
            return switch (ReviewReader.read(body, JsonReader.Limits.DEFAULT)) {
                case ReviewReader.Outcome.Malformed(var diagnostics) -> malformed(diagnostics);
                case ReviewReader.Outcome.Read(var request) -> judge(request);
            };
        } catch (RuntimeException | StackOverflowError e) { // a reviewer's edge: told, counted, and the next one runs
            counters.errors.increment();
            LOG.log(System.Logger.Level.ERROR, "a review failed", e);
            return new Answer.Failed(500, "gatehouse: internal error; this is not a policy decision");
        }
    }

    private Answer judge(ReviewRequest request) {
        var snapshot = snapshots.get(); // immutable, so the whole review sees one version of every policy
        if (snapshot == null) {
            counters.errors.increment();
            return new Answer.Failed(503, "gatehouse: no policies are loaded yet; this is not a policy decision");
        }
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return switch (Judge.decide(request, snapshot, images, today)) {
            case Judge.Outcome.Malformed(var diagnostics) -> malformed(diagnostics);
            case Judge.Outcome.Judged(var decision) ->
                new Answer.Reviewed(
                        request,
                        decision,
                        ReviewWriter.answer(
                                request,
                                decision,
                                snapshot.digest(),
                                snapshot.brakes().told(today)));
        };
    }

    private Answer malformed(List<Diagnostic> diagnostics) {
        counters.malformed.increment();
        var lines = diagnostics.stream()
                .limit(10)
                .map(d -> d.code() + " at " + d.span().line() + ":" + d.span().column() + ": " + d.message())
                .collect(Collectors.joining("; "));
        return new Answer.Failed(
                400, "gatehouse: the request cannot be judged; this is not a policy decision: " + lines);
    }

    private void send(RoutingContext context, Answer answer) {
        if (context.response().ended() || context.response().closed()) {
            return; // late, or the caller is gone
        }
        switch (answer) {
            case Answer.Failed(var status, var text) -> fail(context, status, text);
            case Answer.Reviewed(var request, var decision, var body) -> {
                count(decision);
                context.response()
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(body))
                        .onComplete(_ -> alerts.offer(Alerts.of(request, decision, clock.instant())));
            }
        }
    }

    private void count(Decision decision) {
        if (!(decision instanceof Decision.Wait)) {
            counters.reviews.increment();
        }
        switch (decision) {
            case Decision.Allow _ -> {}
            case Decision.Warn _ -> counters.warned.increment();
            case Decision.Wait _ -> counters.waited.increment();
            case Decision.Deny _ -> counters.denied.increment();
        }
    }

    /// In the form that makes kubectl wait and ask again; as plain HTTP where not even the uid can be found.
    private void notNow(RoutingContext context, byte[] body) {
        var text = "gatehouse: too many reviews are waiting, ask again; this is not a policy decision";
        ReviewReader.uid(body)
                .ifPresentOrElse(
                        uid -> context.response()
                                .putHeader("Content-Type", "application/json")
                                .end(Buffer.buffer(ReviewWriter.notNow(uid, text, RETRY_AFTER_SECONDS))),
                        () -> fail(context, 429, text));
    }

    /// An answer that is no review: for the API server a failed call, which its `failurePolicy` decides.
    static void fail(RoutingContext context, int status, String text) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status).putHeader("Content-Type", "text/plain; charset=utf-8");
        boolean unread = !context.request().isEnded();
        if (unread && context.request().version() != HttpVersion.HTTP_2) { // the rest would be taken for a request
            response.putHeader("Connection", "close");
            response.end(text + "\n")
                    .onComplete(_ -> context.request().connection().close());
        } else {
            response.end(text + "\n");
        }
    }
}
