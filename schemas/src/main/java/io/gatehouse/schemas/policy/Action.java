// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

/// What a node does about an act that a runtime section forbids, once the policy is enforced.
public enum Action {
    /// An alert, nothing more.
    REPORT,
    /// The act is refused before it has an effect; where the kernel cannot refuse, the process is killed.
    DENY,
    /// The act is refused and the process is killed.
    KILL;

    /// As written in the YAML.
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
