// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.audit.AuditIntake;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.json.AuditLog;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// The way of one request of the audit webhook: [#admit] reserves room, the body arrives, [#take] queues it, and it is
/// answered once its events were handled. Whatever is not a 200 the API server sends again.
final class AuditHandler {
    /// What kube-apiserver sends at once by default, with some room.
    static final int MAX_BODY_BYTES = AuditLog.OF_A_BATCH.bytes();

    private static final long ROOM_BYTES = 4L * MAX_BODY_BYTES;
    private static final int RETRY_AFTER_SECONDS = 1;
    private static final int MOST_TOLD = 5;

    private final AuditIntake intake;
    /// Reserved by all requests between arrival and answer. Shared by the event loops.
    private final AtomicLong reservedBytes = new AtomicLong();

    AuditHandler(AuditIntake intake) {
        this.intake = intake;
    }

    void admit(RoutingContext context) {
        long wanted = ReviewHandler.bodyLength(context, MAX_BODY_BYTES);
        if (reservedBytes.addAndGet(wanted) > ROOM_BYTES) {
            reservedBytes.addAndGet(-wanted);
            sendAway(context);
            return;
        }
        context.addEndHandler(_ -> reservedBytes.addAndGet(-wanted));
        context.next();
    }

    void take(RoutingContext context) {
        var buffer = context.body().buffer();
        Context loop = context.vertx().getOrCreateContext();
        boolean queued = intake.offer(
                buffer == null ? new byte[0] : buffer.getBytes(),
                outcome -> loop.runOnContext(_ -> answer(context, outcome)));
        if (!queued) {
            sendAway(context);
        }
    }

    private static void answer(RoutingContext context, AuditIntake.Outcome outcome) {
        if (context.response().ended() || context.response().closed()) {
            return; // the caller is gone, and sends it again: nothing is told twice
        }
        switch (outcome) {
            case AuditIntake.Outcome.Taken _ -> context.end();
            case AuditIntake.Outcome.Malformed(var diagnostics) ->
                ReviewHandler.fail(context, 400, "gatehouse: no audit events: " + lines(diagnostics));
            case AuditIntake.Outcome.NotReady _ ->
                ReviewHandler.fail(context, 503, "gatehouse: no policies are loaded yet");
        }
    }

    private static String lines(List<Diagnostic> diagnostics) {
        return diagnostics.stream()
                .limit(MOST_TOLD)
                .map(d -> d.code() + " at " + d.span().line() + ":" + d.span().column() + ": " + d.message())
                .collect(Collectors.joining("; "));
    }

    private static void sendAway(RoutingContext context) {
        context.response().putHeader("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
        ReviewHandler.fail(context, 429, "gatehouse: too many audit events at once, send them again");
    }
}
