// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// What the agent has to know of its node.
final class AgentOptions {
    @Option(
            names = "--node-root",
            defaultValue = "/",
            paramLabel = "FOLDER",
            description = "The node's root folder, where the agent runs in a container (default: ${DEFAULT-VALUE}).")
    private Path nodeRoot;

    Path nodeRoot() {
        return nodeRoot;
    }
}
