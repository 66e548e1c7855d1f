// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import java.util.List;

/// What rules about files and devices do not cover, one phrase each.
final class FileGaps {
    static final List<String> OF_WRITES_WITHOUT_LSM = List.of(
            "a file is created or emptied before its writer is killed",
            "directories, links, names, modes and owners change before their writer is killed",
            "what a changed name leads to may be changed again before the agent looks",
            "a file emptied by an open for reading, a socket bound to a name and file flags are not seen",
            "a file that another thread closes at once is not seen",
            "names that change faster than the agent reads are lost, which is told",
            "io_uring is not seen",
            "a file that was open before the container was governed, or comes from another process, stays writable");

    static final List<String> OF_READS_WITHOUT_LSM = List.of(
            "a file is open before its reader is killed; another thread may read it until then",
            "a file below a directory that may not be read can be linked or moved out of it",
            "a socket that is named there can be connected to",
            "io_uring is not seen",
            "a file that was open before the container was governed, or comes from another process, stays readable");

    private FileGaps() {}

    static List<String> withLsm(RuntimeRule rule) {
        return switch (rule) {
            case WRITE_ROOT, WRITE_VOLUMES, WRITE_FORBID ->
                List.of("what was mapped to be written before the container was governed stays so, which is told");
            case READ_FORBID -> List.of("what was mapped to be read before the container was governed stays so");
            default -> List.of();
        };
    }
}
