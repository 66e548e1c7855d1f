// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import java.util.List;
import java.util.Optional;

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

        /// What it names inside the container, whatever for.
        List<String> paths();

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

        /// A program that starts is none of these files.
        ///
        /// @param paths inside the container, each looked up there and kept as the file it leads to
        record OtherPrograms(List<String> paths, boolean noShells, boolean noPackageManagers, Action action)
                implements Demand {
            public OtherPrograms {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "processes.forbid";
            }
        }

        /// A program that starts, or a file that is mapped executable, lies in a read-only layer of the image.
        record ImageOnly(Action action) implements Demand {
            @Override
            public String rule() {
                return "processes.fromImageOnly";
            }

            @Override
            public List<String> paths() {
                return List.of();
            }
        }

        /// A regular file that an interpreter reads lies in a read-only layer of the image.
        ///
        /// @param paths of interpreters beside the well-known ones
        record ScriptsOfImage(List<String> paths, Action action) implements Demand {
            public ScriptsOfImage {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "processes.interpreters";
            }
        }

        /// Memory becomes executable only where an unchanged file stands behind it.
        ///
        /// @param paths of programs that may do it all the same
        record NoOwnCode(List<String> paths, Action action) implements Demand {
            public NoOwnCode {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "memory.executable";
            }
        }

        /// What is changed does not lie on the root file system, but below these paths.
        ///
        /// @param paths inside the container, each looked up there and kept as what it leads to
        /// @param readOnlyMount the mount itself is made to say so, and knows no exceptions
        record RootUnchanged(List<String> paths, boolean readOnlyMount, Action action) implements Demand {
            public RootUnchanged {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "writes.rootFilesystem";
            }
        }

        /// What is changed lies on the root file system, on a declared volume or below these paths.
        record DeclaredVolumes(List<String> paths, Action action) implements Demand {
            public DeclaredVolumes {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "writes.volumes";
            }
        }

        /// What is changed is none of these, nor below one.
        record Unchanged(List<String> paths, Action action) implements Demand {
            public Unchanged {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "writes.forbid";
            }
        }

        /// What is read is none of these, nor below one.
        record Unread(List<String> paths, Action action) implements Demand {
            public Unread {
                paths = List.copyOf(paths);
            }

            @Override
            public String rule() {
                return "reads.forbid";
            }
        }

        /// The other end of a connection is allowed and not forbidden.
        ///
        /// @param allow absent: all
        record Connect(Optional<List<Endpoint>> allow, List<Endpoint> forbid, Action action) implements Demand {
            public Connect {
                allow = allow.map(List::copyOf);
                forbid = List.copyOf(forbid);
            }

            @Override
            public String rule() {
                return "network.connect";
            }

            @Override
            public List<String> paths() {
                return List.of();
            }
        }

        /// The own end that a socket takes is one of these.
        record Bind(List<Endpoint> allow, Action action) implements Demand {
            public Bind {
                allow = List.copyOf(allow);
            }

            @Override
            public String rule() {
                return "network.bind";
            }

            @Override
            public List<String> paths() {
                return List.of();
            }
        }

        /// The own end at which a socket waits for connections is one of these.
        record Listen(List<Endpoint> allow, Action action) implements Demand {
            public Listen {
                allow = List.copyOf(allow);
            }

            @Override
            public String rule() {
                return "network.listen";
            }

            @Override
            public List<String> paths() {
                return List.of();
            }
        }

        /// Nothing of a sort is done at all.
        record Nothing(Ban of, Action action) implements Demand {
            @Override
            public String rule() {
                return of.field();
            }

            @Override
            public List<String> paths() {
                return List.of();
            }
        }
    }
}
