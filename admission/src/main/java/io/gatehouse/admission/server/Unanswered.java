// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.server.Question.Answer;
import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.stream.Collectors;

/// What is said where nothing was judged, counted.
final class Unanswered {
    private static final int MOST_TOLD = 10;

    private Unanswered() {}

    static Answer malformed(Counters counters, List<Diagnostic> diagnostics) {
        counters.malformed.increment();
        var lines = diagnostics.stream()
                .limit(MOST_TOLD)
                .map(d -> d.code() + " at " + d.span().line() + ":" + d.span().column() + ": " + d.message())
                .collect(Collectors.joining("; "));
        return new Answer.Failed(
                400, "gatehouse: the request cannot be judged; this is not a policy decision: " + lines);
    }

    static Answer nothingLoaded(Counters counters) {
        counters.errors.increment();
        return new Answer.Failed(503, "gatehouse: no policies are loaded yet; this is not a policy decision");
    }
}
