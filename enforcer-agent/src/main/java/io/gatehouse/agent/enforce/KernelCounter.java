// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

/// What the programs count. The order is wire format (`enum gh_stat`).
public enum KernelCounter {
    EVENTS("events", Sort.WORK),
    RING_FULL("events lost, ring full"),
    SCOPES_FULL("nested cgroups not covered, map full"),
    RULES_MISSING("acts denied, rules missing"),
    OBJECT_UNREADABLE("files without an inode, taken for breaches"),
    SIGNAL_FAILED("kills that failed"),
    REFUSED("acts refused", Sort.WORK),
    KILLED("acts answered by a kill", Sort.WORK),
    BRAKED("acts that the brake let pass", Sort.WORK),
    TASK_LOST("tasks judged by their cgroup alone, no memory for their lineage"),
    HELD("programs that waited for their rules", Sort.WORK),
    HOLD_FULL("programs that found no room to wait for their rules"),
    DEFAULTED("containers under the default rules", Sort.WORK),
    DEFAULT_FAILED("containers that could not be given the default rules");

    /// What a rising number means.
    public enum Sort {
        WORK,
        LOSS
    }

    private final String text;
    private final Sort sort;

    KernelCounter(String text) {
        this(text, Sort.LOSS);
    }

    KernelCounter(String text, Sort sort) {
        this.text = text;
        this.sort = sort;
    }

    public Sort sort() {
        return sort;
    }

    public String text() {
        return text;
    }
}
