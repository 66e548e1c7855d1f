// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import java.time.Duration;
import java.util.Set;

/// How rules are judged on the node and what becomes of it.
///
/// @param additions to the outputs of rules, known to be in order
/// @param killsPerMinute of one response; more are held back, counted and told
/// @param silence after so long without any event it is told that none comes; zero: never
public record DetectOptions(
        AlertStyle style, OutputAdditions additions, Losses losses, int killsPerMinute, Duration silence) {
    public DetectOptions {
        if (killsPerMinute < 1 || silence.isNegative()) {
            throw new IllegalArgumentException("no limits: " + killsPerMinute + " a minute, silence of " + silence);
        }
    }

    public static DetectOptions usual(AlertStyle style) {
        return new DetectOptions(style, OutputAdditions.suggested(), Losses.USUAL, 10, Duration.ofMinutes(5));
    }

    public DetectOptions withAdditions(OutputAdditions others) {
        return new DetectOptions(style, others, losses, killsPerMinute, silence);
    }

    public DetectOptions withLosses(Losses others) {
        return new DetectOptions(style, additions, others, killsPerMinute, silence);
    }

    public DetectOptions withKillsPerMinute(int most) {
        return new DetectOptions(style, additions, losses, most, silence);
    }

    public DetectOptions withSilence(Duration other) {
        return new DetectOptions(style, additions, losses, killsPerMinute, other);
    }

    /// What is done when events are lost, in Falco's terms (`syscall_event_drops`).
    ///
    /// @param threshold lost for each event of the last second, above which something is done
    /// @param perSecond how often at most, over time
    /// @param burst how often at most, at once
    public record Losses(double threshold, Set<Action> actions, double perSecond, double burst) {
        public static final Losses USUAL = new Losses(0.1, Set.of(Action.LOG, Action.ALERT), 1.0 / 30, 1);

        public Losses {
            if (threshold < 0 || threshold > 1 || perSecond < 0 || burst < 1) {
                throw new IllegalArgumentException(
                        "no bounds: %s, %s a second, %s at once".formatted(threshold, perSecond, burst));
            }
            actions = Set.copyOf(actions);
        }

        public enum Action {
            IGNORE,
            LOG,
            ALERT,
            EXIT
        }
    }
}
