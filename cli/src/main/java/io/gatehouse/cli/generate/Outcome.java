// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import java.time.Duration;

/// What came of an action.
sealed interface Outcome {
    /// In one word, as reports say it.
    String word();

    /// The rule told of it.
    record Seen(Duration latency) implements Outcome {
        @Override
        public String word() {
            return "seen";
        }
    }

    /// A rule that stands before this one told of it, and one alone may.
    record Shadowed(String by, Duration latency) implements Outcome {
        @Override
        public String word() {
            return "first";
        }
    }

    /// It was done and expected, and nothing came.
    record Missed() implements Outcome {
        @Override
        public String word() {
            return "MISSED";
        }
    }

    /// It was done, nothing came, and the rules file switches the rule off.
    record Off() implements Outcome {
        @Override
        public String word() {
            return "off";
        }
    }

    /// It was done, and nobody looked for an alert.
    record Unwatched() implements Outcome {
        @Override
        public String word() {
            return "done";
        }
    }

    /// It was not done, on purpose.
    record NotDone(String reason) implements Outcome {
        @Override
        public String word() {
            return "not done";
        }
    }

    /// It did not go as it was meant, so an alert would prove nothing and its absence neither.
    record Broken(String reason) implements Outcome {
        @Override
        public String word() {
            return "BROKEN";
        }
    }
}
