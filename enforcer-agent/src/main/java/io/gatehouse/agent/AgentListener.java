// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Alert;
import java.util.Collection;

/// Hears from the agent, on its ring thread: must not block.
public interface AgentListener {
    void alert(Alert alert);

    /// A policy was breached; the alerts of it follow.
    default void acted(KernelEvent event, Governed governed) {}

    /// A container was taken in. It may be governed by nothing.
    default void met(Governed governed) {}

    /// A snapshot is in force for every container there is.
    void inForce(Snapshot snapshot, Collection<Governed> containers);

    /// Some containers have other rules than before, under the same snapshot.
    default void selectedAnew(Collection<Governed> containers) {}

    /// Something an operator should know that is no policy's breach: a loss, a container that cannot be governed.
    void notice(String text);
}
