// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import io.gatehouse.cli.generate.Action.Enabled;
import io.gatehouse.cli.generate.Action.Nothing;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// One action after the other, each followed by the wait for its alert. One at a time, so that an alert belongs to the
/// action in whose time it says it happened, and in whose container.
final class Round {
    /// An alert may be dated by another clock than ours, which differs by the steps that adjust it.
    private static final Duration CLOCKS_DIFFER = Duration.ofMillis(5);

    /// Where another rule told already, or none need tell, there is less to wait for.
    private static final Duration SHORT_WAIT = Duration.ofMillis(500);

    private final Stage stage;
    private final Optional<AlertLines> alerts;
    private final Duration patience;
    private final Expectation expectation;

    /// Of which rules an alert is expected.
    enum Expectation {
        ENABLED_RULES,
        ALL_RULES
    }

    /// @param patience from an action's end to the last moment that its alert may come
    Round(Stage stage, Optional<AlertLines> alerts, Duration patience, Expectation expectation) {
        this.stage = stage;
        this.alerts = alerts;
        this.patience = patience;
        this.expectation = expectation;
    }

    /// @param also other rules that told of something in the same container meanwhile
    record Result(Action action, Outcome outcome, List<String> also) {
        Result {
            also = List.copyOf(also);
        }
    }

    List<Result> run(List<Action> actions, Consumer<Result> told) throws IOException, InterruptedException {
        var results = new ArrayList<Result>();
        for (var action : actions) {
            var result = run(action);
            results.add(result);
            told.accept(result);
        }
        return results;
    }

    private Result run(Action action) throws IOException, InterruptedException {
        if (action.deed() instanceof Nothing nothing) {
            return new Result(action, new Outcome.NotDone(nothing.reason()), List.of());
        }
        stage.prepare(action);
        var began = Instant.now().minus(CLOCKS_DIFFER);
        try {
            return switch (stage.perform(action)) {
                case Stage.Done done ->
                    alerts.isEmpty()
                            ? new Result(action, new Outcome.Unwatched(), List.of())
                            : awaitAlert(action, began, done.container());
                case Stage.NotHere notHere -> new Result(action, new Outcome.NotDone(notHere.reason()), List.of());
                case Stage.Broken broken -> new Result(action, new Outcome.Broken(broken.reason()), List.of());
            };
        } finally {
            stage.settle();
        }
    }

    private Result awaitAlert(Action action, Instant began, Optional<String> container)
            throws IOException, InterruptedException {
        boolean expected = action.enabled() == Enabled.YES || expectation == Expectation.ALL_RULES;
        var deadline = Instant.now().plus(expected ? patience : shorter(SHORT_WAIT));
        var also = new ArrayList<String>();
        var shadow = Optional.<Outcome>empty();
        while (true) {
            var next = alerts.get().next(Duration.between(Instant.now(), deadline));
            if (next.isEmpty()) {
                var outcome = shadow.orElse(expected ? new Outcome.Missed() : new Outcome.Off());
                return new Result(action, outcome, also);
            }
            var alert = next.get();
            if (alert.time().isBefore(began) || !isOf(container, alert)) {
                continue;
            }
            if (alert.rule().equals(action.rule())) {
                return new Result(action, new Outcome.Seen(alert.latency()), also);
            }
            if (action.shadowedBy().contains(alert.rule()) && shadow.isEmpty()) {
                shadow = Optional.of(new Outcome.Shadowed(alert.rule(), alert.latency()));
                var soon = Instant.now().plus(shorter(SHORT_WAIT));
                deadline = soon.isBefore(deadline) ? soon : deadline;
            }
            if (!also.contains(alert.rule())) {
                also.add(alert.rule());
            }
        }
    }

    private Duration shorter(Duration other) {
        return patience.compareTo(other) < 0 ? patience : other;
    }

    private static boolean isOf(Optional<String> container, Alert alert) {
        if (alert.container().isEmpty()) {
            return true; // the line does not say; its time must do
        }
        var said = alert.container().get();
        return container.isPresent()
                ? !said.isEmpty() && container.get().startsWith(said)
                : said.equals("host") || said.isEmpty();
    }
}
