// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

/// What is done about an act that a policy forbids or a rule tells of, once the document is enforced.
public enum Action {
    /// An alert, nothing more.
    REPORT,
    /// The act is refused before it has an effect; where the kernel cannot refuse an act of a runtime section, the
    /// process is killed.
    DENY,
    /// The act is refused and the process is killed.
    KILL;

    /// As written in the YAML.
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
