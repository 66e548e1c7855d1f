// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

/// Takes what is to become a Kubernetes Event, once the answer has left. Called on an event loop: it must not wait,
/// and counts what it has no room for.
@FunctionalInterface
public interface EventSink {
    /// Where there is no client of an API server: nothing is written.
    EventSink NONE = _ -> {};

    void offer(ObjectEvent event);
}
