// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.containers;

import java.util.ArrayList;
import java.util.List;

/// The kernel's mount flags (`<linux/mount.h>`) as the words of mount(8); runc's state keeps the numbers.
final class MountFlags {
    private static final long BIND = 1L << 12;
    private static final long RECURSIVE = 1L << 14;

    private record Flag(long bit, String word) {}

    private static final List<Flag> FLAGS = List.of(
            new Flag(1L << 1, "nosuid"),
            new Flag(1L << 2, "nodev"),
            new Flag(1L << 3, "noexec"),
            new Flag(1L << 4, "sync"),
            new Flag(1L << 7, "dirsync"),
            new Flag(1L << 10, "noatime"),
            new Flag(1L << 11, "nodiratime"),
            new Flag(1L << 21, "relatime"),
            new Flag(1L << 24, "strictatime"));

    private static final List<Flag> PROPAGATION = List.of(
            new Flag(1L << 17, "unbindable"),
            new Flag(1L << 18, "private"),
            new Flag(1L << 19, "slave"),
            new Flag(1L << 20, "shared"));

    private MountFlags() {}

    static List<String> words(long flags, List<Long> propagations, String data) {
        var words = new ArrayList<String>();
        if ((flags & BIND) != 0) {
            words.add((flags & RECURSIVE) != 0 ? "rbind" : "bind");
        }
        words.add((flags & 1) != 0 ? "ro" : "rw");
        for (var flag : FLAGS) {
            if ((flags & flag.bit()) != 0) {
                words.add(flag.word());
            }
        }
        for (var propagation : propagations) {
            for (var flag : PROPAGATION) {
                if ((propagation & flag.bit()) != 0) {
                    words.add(((propagation & RECURSIVE) != 0 ? "r" : "") + flag.word());
                }
            }
        }
        for (var option : data.split(",")) {
            if (!option.isEmpty()) {
                words.add(option);
            }
        }
        return words;
    }
}
