// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RuncContainer.Trust;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where attacks are tried: a container, more trusted than most, so that nothing but the policy is in the way; what was
/// done in it before there was a policy; and the policy.
enum Scene {
    /// The root file system may not change, but below one directory.
    ROOT(List.of("CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH", "CAP_LINUX_IMMUTABLE"), """
            mkdir /etc/removed /opt/moving
            echo made later > /opt/moving/file
            /opt/attack run deep=make-deep long=make-long
            """) {
        @Override
        RuntimeSection section() {
            return RuntimeSection.of(
                    Optional.empty(), Optional.of(Writes.of(true, List.of("/var/cache/app"), Action.DENY)));
        }
    },
    /// Only the image's programs, libraries and scripts; no code in memory; nobody's memory but one's own.
    CODE(List.of("CAP_SYS_PTRACE"), """
            /opt/attack run a=drop b=drop-code c=drop,/data/dropped
            cp /opt/dynamic /data/dynamic
            """) {
        @Override
        RuntimeSection section() {
            return new RuntimeSection(
                    Optional.of(new Processes(
                            List.of(),
                            List.of("/opt/image-program"),
                            true,
                            false,
                            false,
                            Optional.of(new Interpreters(true, List.of())),
                            Action.DENY)),
                    Optional.of(new Memory(true, List.of(), Action.DENY)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    bans(Ban.PTRACE, Ban.CAPABILITIES));
        }
    },
    /// A list of programs, one of which was changed before there was a policy.
    LIST(List.of(), """
            cat /opt/image-program > /tmp/copy
            cat /tmp/copy > /opt/changed
            """) {
        @Override
        RuntimeSection section() {
            return RuntimeSection.of(
                    Optional.of(Processes.of(List.of("/opt/attack", "/opt/changed", "/opt/third"), false, Action.DENY)),
                    Optional.empty());
        }
    },
    /// Files that may not be read, files that may not be written wherever they lie, and no volumes but declared ones.
    DATA(List.of("CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH"), """
            mkdir -p /data/guarded /data/hidden /data/open
            for file in protected replaced guarded/file guarded/named guarded/removed hidden/file open/other
            do echo of the volume > /data/$file
            done
            ln /data/protected /data/old-alias
            /opt/attack prepare-mounts
            """) {
        @Override
        RuntimeSection section() {
            return new RuntimeSection(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new Writes(
                            false,
                            true,
                            List.of(),
                            List.of("/data/protected", "/data/replaced", "/data/guarded"),
                            Action.DENY)),
                    Optional.of(new Reads(List.of("/etc/secret", "/data/hidden"), Action.DENY)),
                    Optional.empty(),
                    Map.of());
        }
    },
    /// No mounts, namespaces, modules, BPF programs, io_uring or devices, for one who has every capability for them.
    NODE(
            List.of(
                    "CAP_SYS_ADMIN",
                    "CAP_SYS_MODULE",
                    "CAP_SYS_BOOT",
                    "CAP_BPF",
                    "CAP_PERFMON",
                    "CAP_NET_ADMIN",
                    "CAP_SYS_PTRACE"),
            """
            mknod /data/block b 1 0
            /opt/attack prepare-mounts
            """) {
        @Override
        RuntimeSection section() {
            return new RuntimeSection(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    bans(Ban.MOUNTS, Ban.NAMESPACES, Ban.MODULES, Ban.BPF, Ban.IO_URING, Ban.DEVICES));
        }
    },
    /// One port to speak to, one to be spoken to on.
    NET(List.of("CAP_NET_ADMIN", "CAP_SYS_ADMIN"), """
            ip link set lo up
            """) {
        @Override
        RuntimeSection section() {
            return new RuntimeSection(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new Network(
                            Optional.of(List.of(new Endpoint("127.0.0.0", 8, 9, 9))),
                            List.of(),
                            Optional.of(List.of(
                                    new Endpoint("", 0, 9997, 9997), new Endpoint("127.0.0.1", 32, 9999, 9999))),
                            Optional.of(List.of(new Endpoint("", 0, 9997, 9997))),
                            Action.DENY)),
                    Map.of());
        }
    };

    private static final Path LOADER = Path.of("/lib64/ld-linux-x86-64.so.2");

    private final List<String> capabilities;
    private final String before;

    Scene(List<String> capabilities, String before) {
        this.capabilities = capabilities;
        this.before = before;
    }

    /// What the policy of this scene asks.
    abstract RuntimeSection section();

    Options options(String id) throws IOException {
        var files = new ArrayList<>(List.of(
                AttackProgram.image(),
                AttackProgram.image("/opt/image-program"),
                AttackProgram.image("/opt/setuid"),
                AttackProgram.image("/opt/changed"),
                AttackProgram.image("/opt/third"),
                AttackProgram.dynamic("/opt/dynamic"),
                ImageFile.text("/var/cache/app/kept", "of the image\n")));
        if (Files.exists(LOADER)) {
            files.add(ImageFile.program("/opt/ld.so", LOADER));
        }
        for (var name : List.of(
                "/etc/secret",
                "/etc/unlinked",
                "/etc/unlinked-uring",
                "/etc/unlinked-compat",
                "/etc/named",
                "/etc/whitened",
                "/etc/exchanged1",
                "/etc/exchanged2",
                "/opt/parent/file")) {
            files.add(ImageFile.text(name, "of the image\n"));
        }
        return Options.defaults()
                .withId(id)
                .withFiles(files.toArray(ImageFile[]::new))
                .withCapabilities(capabilities.toArray(String[]::new))
                .withTrust(Trust.ALL_DEVICES);
    }

    /// What the image holds and no folder of files can be told to.
    void prepare(RuncContainer container) throws IOException {
        Files.setAttribute(container.lower().resolve("opt/setuid"), "unix:mode", 0104755);
    }

    /// What happened in the container before anybody thought of a policy.
    void before(RuncContainer container) throws IOException {
        var result = container.exec("sh", "-e", "-c", before);
        if (result.exit() != 0
                || result.stdout().contains(" refused ")
                || result.stdout().contains(" broken ")) {
            throw new IOException("scene " + this + " could not be prepared: " + result);
        }
    }

    /// Takes away what no tool on the host could: paths that are longer than a path may be.
    static void forget(RuncContainer container) throws IOException {
        container.exec(AttackProgram.PATH, "remove", "/opt/long");
    }

    private static Map<Ban, Action> bans(Ban... bans) {
        var all = new EnumMap<Ban, Action>(Ban.class);
        for (var ban : bans) {
            all.put(ban, Action.DENY);
        }
        return all;
    }
}
