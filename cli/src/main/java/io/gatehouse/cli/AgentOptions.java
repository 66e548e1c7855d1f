// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Instance;
import java.nio.file.Path;
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

    Path nodeRoot() {
        return nodeRoot;
    }

    Instance instance() {
        return instance.instance();
    }
}
