// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

/// Hears of each refusal once its answer has left. Called on an event loop: it must not wait.
@FunctionalInterface
public interface DenialListener {
    DenialListener NONE = (_, _) -> {};

    void refused(ReviewRequest request, Decision.Deny denial);
}
