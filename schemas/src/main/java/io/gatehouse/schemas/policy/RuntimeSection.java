// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The `runtime` section: what the kernel keeps on the node.
///
/// @param bans sections of one word, and what is done about a breach of each; what is absent is not asked
public record RuntimeSection(
        Optional<Processes> processes,
        Optional<Memory> memory,
        Optional<Writes> writes,
        Optional<Reads> reads,
        Optional<Network> network,
        Map<Ban, Action> bans) {
    public RuntimeSection {
        bans = Map.copyOf(bans);
    }

    public static RuntimeSection of(Optional<Processes> processes, Optional<Writes> writes) {
        return new RuntimeSection(processes, Optional.empty(), writes, Optional.empty(), Optional.empty(), Map.of());
    }

    /// Which programs may run.
    ///
    /// @param allow absolute paths inside the container, each naming one file; empty: any program
    /// @param forbid absolute paths inside the container of programs that may not run
    /// @param fromImageOnly only files of the image's read-only layers may run or be mapped executable
    /// @param denyShells the image's shells may not run
    /// @param denyPackageManagers nor its package managers
    /// @param interpreters what interpreters of the image may read; absent: anything
    public record Processes(
            List<String> allow,
            List<String> forbid,
            boolean fromImageOnly,
            boolean denyShells,
            boolean denyPackageManagers,
            Optional<Interpreters> interpreters,
            Action action) {
        public Processes {
            allow = List.copyOf(allow);
            forbid = List.copyOf(forbid);
        }

        public static Processes of(List<String> allow, boolean fromImageOnly, Action action) {
            return new Processes(allow, List.of(), fromImageOnly, false, false, Optional.empty(), action);
        }
    }

    /// @param fromImageOnly interpreters read regular files of the image only
    /// @param programs absolute paths inside the container of interpreters beside the well-known ones
    public record Interpreters(boolean fromImageOnly, List<String> programs) {
        public Interpreters {
            programs = List.copyOf(programs);
        }
    }

    /// Whether memory that no unchanged file stands behind may be executable.
    ///
    /// @param denyExecutable it may not
    /// @param jit absolute paths inside the container of programs that may do it all the same
    public record Memory(boolean denyExecutable, List<String> jit, Action action) {
        public Memory {
            jit = List.copyOf(jit);
        }
    }

    /// Which files may be written.
    ///
    /// @param denyRootFilesystem nothing on the container's root file system may change, but below `allow`
    /// @param declaredVolumesOnly of other file systems only volumes that the container's author declared may be
    /// written
    /// @param allow absolute paths of directories or files inside the container
    /// @param readOnlyRootMount where a policy enforces, the root file system is mounted read-only
    /// @param forbid absolute paths of directories or files that may not be written, wherever they lie
    public record Writes(
            boolean denyRootFilesystem,
            boolean declaredVolumesOnly,
            boolean readOnlyRootMount,
            List<String> allow,
            List<String> forbid,
            Action action) {
        public Writes {
            allow = List.copyOf(allow);
            forbid = List.copyOf(forbid);
        }

        /// With the root file system's mount as it is.
        public Writes(
                boolean denyRootFilesystem,
                boolean declaredVolumesOnly,
                List<String> allow,
                List<String> forbid,
                Action action) {
            this(denyRootFilesystem, declaredVolumesOnly, false, allow, forbid, action);
        }

        public static Writes of(boolean denyRootFilesystem, List<String> allow, Action action) {
            return new Writes(denyRootFilesystem, false, allow, List.of(), action);
        }
    }

    /// Which files may not be read.
    ///
    /// @param forbid absolute paths of directories or files inside the container
    public record Reads(List<String> forbid, Action action) {
        public Reads {
            forbid = List.copyOf(forbid);
        }
    }

    /// With whom the container may speak. An absent list asks nothing; an empty one allows nothing.
    ///
    /// @param forbidConnect addresses that may not be reached even where `connect` names them
    public record Network(
            Optional<List<Endpoint>> connect,
            List<Endpoint> forbidConnect,
            Optional<List<Endpoint>> bind,
            Optional<List<Endpoint>> listen,
            Action action) {
        public Network {
            connect = connect.map(List::copyOf);
            forbidConnect = List.copyOf(forbidConnect);
            bind = bind.map(List::copyOf);
            listen = listen.map(List::copyOf);
        }
    }

    /// A section of one word.
    public enum Ban {
        MOUNTS("mounts"),
        NAMESPACES("namespaces"),
        PTRACE("ptrace"),
        CAPABILITIES("capabilities"),
        MODULES("modules"),
        BPF("bpf"),
        IO_URING("ioUring"),
        DEVICES("devices");

        private final String field;

        Ban(String field) {
            this.field = field;
        }

        /// As the policy document writes it.
        public String field() {
            return field;
        }
    }
}
