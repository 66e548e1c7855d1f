// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Names of system calls by the numbers of capture files, which are not the kernel's. `syscalls.txt` is the text.
///
/// Most calls have an [EventType] of their own; an event of type `syscall` says with such a number which of the others
/// it is, and that name is its `evt.type`.
public final class SyscallNames {
    private static final String RESOURCE = "syscalls.txt";
    private static final int UNKNOWN = 0;
    private static final List<String> NAMES;
    private static final Set<String> KNOWN;
    /// By the kernel's number on x86-64; what is not known is `unknown`.
    private static final String[] NATIVE = new String[1 << 10];

    static {
        var lines = Resource.lines(RESOURCE).stream()
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                .map(line -> line.split(" "))
                .toList();
        NAMES = lines.stream().map(words -> words[1]).toList();
        KNOWN = Set.copyOf(NAMES);
        Arrays.fill(NATIVE, NAMES.get(UNKNOWN));
        for (int number = 0; number < lines.size(); number++) {
            var words = lines.get(number);
            if (Integer.parseInt(words[0]) != number) {
                throw new IllegalStateException(RESOURCE + ": number " + number + " is missing or out of order");
            }
            if (words.length > 2) {
                NATIVE[Integer.parseInt(words[2])] = words[1];
            }
        }
    }

    private SyscallNames() {}

    /// Names by number.
    public static List<String> all() {
        return NAMES;
    }

    public static boolean isName(String name) {
        return KNOWN.contains(name);
    }

    /// What the newest table does not know is `unknown`, as is number 0.
    ///
    /// @param number of the format
    /// @param nativeNumber the kernel's on x86-64, for a call that its recorder had no number for; negative if
    ///     not told
    public static String of(long number, long nativeNumber) {
        if (number == UNKNOWN && nativeNumber >= 0 && nativeNumber < NATIVE.length) {
            return NATIVE[(int) nativeNumber];
        }
        return number < 0 || number >= NAMES.size() ? NAMES.get(UNKNOWN) : NAMES.get((int) number);
    }
}
