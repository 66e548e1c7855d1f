// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.GuardOption;
import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.cli.exit.Refusal;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the agent has to know of its node.
final class AgentOptions {
    @Option(
            names = "--node-root",
            defaultValue = "/",
            paramLabel = "FOLDER",
            description = "The node's root folder, where the agent runs in a container (default: ${DEFAULT-VALUE}).")
    private Path nodeRoot;

    @Mixin
    private InstanceOptions instance;

    @Option(
            names = "--record-acts",
            paramLabel = "FILE",
            description = {
                "Records what breaches policies, for 'gatehouse preview'. A full file becomes FILE.1, in place of the one",
                "before."
            })
    private Path recordActs;

    @Option(
            names = "--record-acts-mib",
            defaultValue = "64",
            paramLabel = "SIZE",
            description = "How large one file of recorded acts may be, in MiB (default: ${DEFAULT-VALUE}).")
    private int recordActsMib;

    @Option(
            names = "--exec-gate",
            description = {
                "Where this kernel loads no LSM program: the agent itself refuses programs before they start",
                "(fanotify), instead of killing them as they do. Each then waits for the agent's answer."
            })
    private boolean execGate;

    Set<GuardOption> guard() {
        return execGate ? Set.of(GuardOption.EXEC_GATE) : Set.of();
    }

    Path nodeRoot() {
        return nodeRoot;
    }

    Instance instance() {
        return instance.instance();
    }

    Optional<ActsFile> recordActs() {
        if (recordActsMib < 1) {
            throw Refusal.badInput("--record-acts-mib is at least 1, not " + recordActsMib);
        }
        return Optional.ofNullable(recordActs).map(file -> new ActsFile(file, (long) recordActsMib << 20));
    }

    /// Where acts are recorded.
    record ActsFile(Path file, long maxBytes) {}
}
