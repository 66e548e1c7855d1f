// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

/// Takes what is to become a Kubernetes Event. Any thread; never waits, and counts what it has no room for.
@FunctionalInterface
public interface EventSink {
    void offer(ObjectEvent event);
}
