// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.engine.diagnostic.Span;
import java.util.Optional;

/// One field of one pod that is not as an `admission` section wants it.
///
/// @param rule dotted as in the policy document: `admission.privilege.hostPID`
/// @param field path in the object
/// @param seen the value that stands there, or `unset`
/// @param wanted the value that would do
/// @param fact what is wrong, as a sentence without a full stop
/// @param remedy what to write, as an order
/// @param span where the field is written, or the nearest thing around it that is
/// @param container absent where the breach is the whole pod's
/// @param weight what it does to the request
public record Breach(
        String rule,
        String field,
        String seen,
        String wanted,
        String fact,
        String remedy,
        Span span,
        Optional<Container> container,
        Weight weight) {
    public static final String UNSET = "unset";

    /// What is wanted where a condition forbids: it has no value of a field that would do.
    public static final String OTHERWISE = "it otherwise";

    /// What a breach does to a request, where its policy is enforced.
    public sealed interface Weight {
        /// It refuses.
        record Refuse() implements Weight {}

        /// It is told and nothing else.
        record Tell() implements Weight {}

        /// It can be decided a little later.
        record Wait(int retryAfterSeconds) implements Weight {}

        Weight AS_POLICY = new Refuse();
        Weight TOLD = new Tell();
    }

    /// What is seen of a way into a container: no value of a field stands there.
    public static final String ASKED_FOR = "asked for";

    /// Whether one value stands there and another would do.
    public boolean comparesValues() {
        return !wanted.equals(OTHERWISE) && !seen.equals(ASKED_FOR);
    }

    /// One that refuses.
    public Breach(
            String rule,
            String field,
            String seen,
            String wanted,
            String fact,
            String remedy,
            Span span,
            Optional<Container> container) {
        this(rule, field, seen, wanted, fact, remedy, span, container, Weight.AS_POLICY);
    }
}
