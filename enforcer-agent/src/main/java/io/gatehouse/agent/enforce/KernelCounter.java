// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

/// What the programs count. The order is wire format (`enum gh_stat`).
public enum KernelCounter {
    EVENTS("events"),
    RING_FULL("events lost, ring full"),
    SCOPES_FULL("nested cgroups not covered, map full"),
    RULES_MISSING("acts denied, rules missing"),
    OBJECT_UNREADABLE("files without an inode, taken for breaches"),
    SIGNAL_FAILED("kills that failed");

    private final String text;

    KernelCounter(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
