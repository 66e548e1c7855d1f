// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events;

import io.gatehouse.schemas.alert.Guarantee;

/// Who decided, from strongest to weakest; so what a verdict was worth.
public enum Backend {
    /// An LSM program, before the act.
    LSM,
    /// A cgroup program, before the act.
    CGROUP,
    /// The agent, asked by the kernel before the act (fanotify).
    FANOTIFY,
    /// A tracepoint, by SIGKILL.
    TRACEPOINT,
    /// The agent, after it heard of the act.
    AGENT;

    /// What a denying verdict is worth.
    public Guarantee guarantee() {
        return switch (this) {
            case LSM, CGROUP, FANOTIFY -> Guarantee.PREVENTED;
            case TRACEPOINT, AGENT -> Guarantee.KILLED;
        };
    }
}
