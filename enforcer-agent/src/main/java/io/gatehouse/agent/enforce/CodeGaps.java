// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.events.Backend;
import java.util.ArrayList;
import java.util.List;

/// What the rules about code do not cover, whatever a policy says: one phrase each, for people.
final class CodeGaps {
    private CodeGaps() {}

    static List<String> of(RuntimeRule rule, Backend backend) {
        var gaps = new ArrayList<String>();
        boolean late = backend != Backend.LSM;
        switch (rule) {
            case PROCESS_FORBID -> {
                gaps.add("a copy that the container makes is another file, and processes.fromImageOnly's to keep");
                gaps.add("a script that is forbidden is read all the same by an interpreter that is given it");
                if (late) {
                    gaps.add("of a script only its interpreter is judged");
                }
            }
            case INTERPRETERS -> {
                gaps.add("files of a volume that is mounted read-only here and writable elsewhere");
                gaps.add("what an interpreter is told on its command line (-c), by a pipe or a terminal, or finds open"
                        + " when it starts");
                if (late) {
                    gaps.add("files that io_uring opens are not seen");
                }
            }
            case MEMORY -> {
                gaps.add("code that another process writes by ptrace is ptrace's to keep");
                gaps.add("memory that was executable before the container was governed stays so");
                if (late) {
                    gaps.add("another thread of the same process may run the code in the moment before it is killed");
                }
            }
            case PTRACE -> {
                if (late) {
                    gaps.add("what is read or written by the call itself is, before its caller is killed");
                }
            }
            case CAPABILITIES -> {
                if (late) {
                    gaps.add("user namespaces, and becoming root by setuid, are not seen; namespaces sees the former");
                }
            }
            default -> {}
        }
        return gaps;
    }
}
