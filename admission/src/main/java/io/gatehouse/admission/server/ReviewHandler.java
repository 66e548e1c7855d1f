// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.server.Question.Answer;
import io.gatehouse.engine.document.JsonReader;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// The way of one request: [#admit] reserves room and sets the deadline, the body arrives, [#review] queues it, a
/// reviewer judges it, the event loop sends the answer, and only then the alerts leave.
final class ReviewHandler {
    /// The largest body that is read.
    static final int MAX_BODY_BYTES = JsonReader.Limits.DEFAULT.bytes();

    private static final System.Logger LOG = System.getLogger(ReviewHandler.class.getName());
    private static final Pattern SECONDS = Pattern.compile("([1-9][0-9]{0,2})s");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");
    private static final int RETRY_AFTER_SECONDS = 1;
    private static final String NOT_NOW =
            "gatehouse: too many reviews are waiting, ask again; this is not a policy decision";
    /// What a request costs besides its body.
    private static final int OVERHEAD_BYTES = 16 * 1024;
    /// What a byte of a body costs: as received, as text, and the tree of it, which the reader's limits bound.
    private static final int BYTES_OF_A_BYTE = 8;

    private final Question question;
    private final ExecutorService reviewers;
    private final AlertQueue alerts;
    private final Counters counters;
    private final InstantSource clock;
    private final Duration longest;
    private final long roomBytes;
    /// Reserved by all requests between arrival and answer. Shared by the event loops and the handlers of a server.
    private final AtomicLong reservedBytes;

    /// @param reservedBytes by the requests of every handler that shares the room
    ReviewHandler(
            AdmissionOptions options,
            Question question,
            ExecutorService reviewers,
            AlertQueue alerts,
            Counters counters,
            InstantSource clock,
            AtomicLong reservedBytes) {
        this.question = question;
        this.reviewers = reviewers;
        this.alerts = alerts;
        this.counters = counters;
        this.clock = clock;
        this.longest = options.longest();
        this.roomBytes = options.memoryBytes();
        this.reservedBytes = reservedBytes;
    }

    void admit(RoutingContext context) {
        long wanted = OVERHEAD_BYTES + BYTES_OF_A_BYTE * bodyLength(context, MAX_BODY_BYTES);
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
        if (announced == null || !LENGTH.matcher(announced).matches()) {
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
            send(context, question.notNow(body, NOT_NOW, RETRY_AFTER_SECONDS));
        }
    }

    private Answer judge(byte[] body) {
        try {
            return question.answer(body);
        } catch (RuntimeException | VirtualMachineError e) { // a reviewer's edge: told, counted, and the next one runs
            counters.errors.increment();
            LOG.log(System.Logger.Level.ERROR, "a review failed", e);
            return new Answer.Failed(500, "gatehouse: internal error; this is not a policy decision");
        }
    }

    private void send(RoutingContext context, Answer answer) {
        if (context.response().ended() || context.response().closed()) {
            return; // late, or the caller is gone
        }
        switch (answer) {
            case Answer.Failed(var status, var text, var retry) -> {
                retry.ifPresent(seconds -> context.response().putHeader("Retry-After", Integer.toString(seconds)));
                fail(context, status, text);
            }
            case Answer.NotNow(var body) -> json(context, body);
            case Answer.Reviewed(var decision, var body, var told) -> {
                count(decision);
                json(context, body).onComplete(_ -> alerts.offer(told.apply(clock.instant())));
            }
        }
    }

    private static Future<Void> json(RoutingContext context, byte[] body) {
        return context.response().putHeader("Content-Type", "application/json").end(Buffer.buffer(body));
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

    /// An answer that is no review: for the API server a failed call, which its `failurePolicy` decides.
    static void fail(RoutingContext context, int status, String text) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status).putHeader("Content-Type", StatusBody.CONTENT_TYPE);
        var body = StatusBody.of(status, text);
        boolean unread = !context.request().isEnded();
        if (unread && context.request().version() != HttpVersion.HTTP_2) { // the rest would be taken for a request
            response.putHeader("Connection", "close");
            response.end(body).onComplete(_ -> context.request().connection().close());
        } else {
            response.end(body);
        }
    }
}
