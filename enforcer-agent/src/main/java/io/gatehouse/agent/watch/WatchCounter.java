// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

/// What the watch counts. Those of the kernel come first, in the order of `enum gh_watch_stat`, which is wire format.
public enum WatchCounter {
    TOLD("events told", Sort.TOLD),
    UNWANTED("events no rule wants, by outcome", Sort.KEPT),
    SIEVED("events no rule can match, by what they are about", Sort.KEPT),
    LOST_EXEC("program starts lost, ring full", Sort.LOST),
    LOST_FORK("new tasks lost, ring full", Sort.LOST),
    LOST_EXIT("ends of tasks lost, ring full", Sort.LOST),
    LOST_OPEN("opens lost, ring full", Sort.LOST),
    LOST_CONNECT("connections lost, ring full", Sort.LOST),
    LOST_DIR_FILE("changes of names and files lost, ring full", Sort.LOST),
    LOST_OTHER("other events lost, ring full", Sort.LOST),
    LOST_SCRATCH("events lost, no memory to write them in", Sort.LOST),
    UNREAD("events told with something that could not be read", Sort.PARTIAL),
    CUT("events told with something cut", Sort.PARTIAL),
    CGROUPS_FULL("cgroups that found no place in the table", Sort.PARTIAL),
    URING_UNPAIRED("completions of io_uring without their request", Sort.PARTIAL),

    /// From here on the agent counts.
    CONTRADICTORY("records that contradict themselves", Sort.LOST),
    MISSED("runs of a program left out by the kernel, it ran already on that processor", Sort.LOST),
    GROWN("times the ring was made larger", Sort.TOLD),
    RING_REFUSED("times the ring could not be made larger", Sort.PARTIAL);

    /// What a count means for the one who reads alerts.
    public enum Sort {
        TOLD,
        /// Not told, rightly.
        KEPT,
        /// Not told, although somebody wanted it.
        LOST,
        /// Told, but not whole.
        PARTIAL
    }

    private final String text;
    private final Sort sort;

    WatchCounter(String text, Sort sort) {
        this.text = text;
        this.sort = sort;
    }

    public String text() {
        return text;
    }

    public Sort sort() {
        return sort;
    }

    /// Whether the programs count it, each processor for itself.
    boolean isOfKernel() {
        return ordinal() < CONTRADICTORY.ordinal();
    }

    /// Whether a larger ring would have saved it.
    boolean isForWantOfRoom() {
        return ordinal() >= LOST_EXEC.ordinal() && ordinal() <= LOST_OTHER.ordinal();
    }
}
