// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.cli.exit.Refusal;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Where what is in force stays when the agent ends.
final class InstanceOptions {
    @Option(
            names = "--instance",
            defaultValue = "${env:GATEHOUSE_INSTANCE:-" + Instance.USUAL_NAME + "}",
            paramLabel = "NAME",
            description = "The name under which it stays in the kernel (default: GATEHOUSE_INSTANCE, else "
                    + Instance.USUAL_NAME + ").")
    private String name;

    @Option(
            names = "--pins",
            defaultValue = "/sys/fs/bpf/gatehouse",
            paramLabel = "FOLDER",
            description = "The folder for such names, in a bpf file system (default: ${DEFAULT-VALUE}).")
    private Path root;

    Instance instance() {
        try {
            return Instance.of(root, name);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(e.getMessage());
        }
    }

    /// As words of a command line; empty where it is the usual one.
    static String words(Instance instance) {
        var words = new StringBuilder();
        if (!instance.name().equals(Instance.USUAL_NAME)) {
            words.append(" --instance ").append(instance.name());
        }
        if (!instance.folder().getParent().equals(Instance.USUAL_ROOT)) {
            words.append(" --pins ").append(instance.folder().getParent());
        }
        return words.toString();
    }

    Path root() {
        return root;
    }
}
