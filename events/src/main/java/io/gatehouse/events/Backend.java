// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events;

/// Who decided, from strongest to weakest; so what a verdict was worth.
public enum Backend {
    /// An LSM program, before the act.
    LSM,
    /// A tracepoint, by SIGKILL.
    TRACEPOINT,
    /// The agent, after it heard of the act.
    AGENT
}
