// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

/// What the kernel side does beside the usual, where the operator asks for it.
public enum GuardOption {
    /// Where no LSM program loads: programs are refused before they start, by the agent ([ExecGate]).
    EXEC_GATE
}
