// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.alert;

/// What was decided for one act. In audit mode an alert carries the verdict that would have been.
public enum Verdict {
    ALLOW,
    REPORT,
    DENY,
    KILL;

    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
