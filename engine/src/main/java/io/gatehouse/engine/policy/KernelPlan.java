// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import java.util.List;

/// What the kernel decides, before the act where it can.
///
/// @param mode in `audit` the kernel tells what it would have done, and lets the act pass
public record KernelPlan(Mode mode, List<Demand> demands) {
    public KernelPlan {
        demands = List.copyOf(demands);
        if (demands.isEmpty()) {
            throw new IllegalArgumentException("a plan for the kernel asks something");
        }
    }

    /// One question the kernel puts to an act.
    public sealed interface Demand {
        /// Dotted, as in the policy document.
        String rule();

        /// What is done where the answer is no.
        Action action();

        /// A program that starts is one of these files.
        ///
        /// @param paths inside the container, each looked up there and kept as the file it leads to
        record Programs(List<String> paths, Action action) implements Demand {
            public Programs {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "processes.allow";
            }
        }

        /// A program that starts, or a file that is mapped executable, lies in a read-only layer of the image.
        record ImageOnly(Action action) implements Demand {
            @Override
            public String rule() {
                return "processes.fromImageOnly";
            }
        }

        /// What is changed does not lie on the root file system, but below these directories.
        ///
        /// @param writable inside the container, each looked up there and kept as the directory it leads to
        record RootUnchanged(List<String> writable, Action action) implements Demand {
            public RootUnchanged {
                writable = List.copyOf(writable);
            }

            @Override
            public String rule() {
                return "writes.rootFilesystem";
            }
        }
    }
}
