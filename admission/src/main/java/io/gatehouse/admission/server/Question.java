// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import io.gatehouse.admission.review.Decision;
import io.gatehouse.schemas.alert.Alert;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/// What is asked at one path of the server, from the body of a request to that of its answer.
interface Question {
    /// Called by a reviewer. Whatever it throws is answered as a failure of our own.
    Answer answer(byte[] body);

    /// Where there is no room to judge it. Called by an event loop, so it does next to nothing.
    Answer notNow(byte[] body, String text, int retryAfterSeconds);

    /// What came of a request. Made on a reviewer's thread, sent on the event loop.
    sealed interface Answer {
        /// @param alerts of the moment the answer has left
        record Reviewed(Decision decision, byte[] body, Function<Instant, List<Alert>> alerts) implements Answer {}

        /// No decision, in the form of one.
        record NotNow(byte[] body) implements Answer {}

        /// No review: for the API server a failed call.
        record Failed(int status, String text, OptionalInt retryAfterSeconds) implements Answer {
            Failed(int status, String text) {
                this(status, text, OptionalInt.empty());
            }
        }
    }
}
