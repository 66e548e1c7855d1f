// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

/// Whether a policy stops what it forbids or only records the verdict that would have been.
public enum Mode {
    AUDIT,
    ENFORCE;

    /// As written in the YAML.
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
