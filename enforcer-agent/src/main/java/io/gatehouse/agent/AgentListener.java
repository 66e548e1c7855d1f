// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import java.util.Collection;

/// Hears from the agent, on its ring thread: must not block.
public interface AgentListener {
    void alert(Alert alert);

    /// A snapshot is in force for every container there is.
    void inForce(Snapshot snapshot, Collection<Governed> containers);

    /// Something an operator should know that is no policy's breach: a loss, a container that cannot be governed.
    void notice(String text);
}
