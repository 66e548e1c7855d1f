// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.alert;

/// What a rule's verdict is worth on the kernel it runs on. Ordered from strongest to weakest.
public enum Guarantee {
    /// Refused before it had an effect.
    PREVENTED,
    /// The process was ended; its effect may stand.
    KILLED,
    /// Seen and told.
    REPORTED;

    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
