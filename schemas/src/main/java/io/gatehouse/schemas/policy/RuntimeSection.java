// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Optional;

/// The `runtime` section: what the kernel keeps on the node.
public record RuntimeSection(Optional<Processes> processes, Optional<Writes> writes) {
    /// Which programs may run.
    ///
    /// @param allow absolute paths inside the container, each naming one file; empty: any program
    /// @param fromImageOnly only files of the image's read-only layers may run or be mapped executable
    public record Processes(List<String> allow, boolean fromImageOnly, Action action) {
        public Processes {
            allow = List.copyOf(allow);
        }
    }

    /// Which files may be written.
    ///
    /// @param denyRootFilesystem nothing on the container's root file system may change, but below `allow`
    /// @param allow absolute paths of directories inside the container
    public record Writes(boolean denyRootFilesystem, List<String> allow, Action action) {
        public Writes {
            allow = List.copyOf(allow);
        }
    }
}
