// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.status.StatusSocket;
import io.gatehouse.cli.status.StatusSocket.Form;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Asks the agent that runs on this machine how it goes: what is in force, what was seen, matched and lost.",
            "Where none answers it says what is in force without one, and exits 3."
        })
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Mixin
    private InstanceOptions instances;

    @Override
    public Integer call() {
        var folder = StateFolder.path();
        try {
            var answer = StatusSocket.ask(folder, json ? Form.JSON : Form.TEXT)
                    .orElseThrow(() -> Refusal.cannot("no agent answers at " + folder
                            + "; start one with 'gatehouse agent' or 'gatehouse up', as the same user or as root"
                            + String.join(
                                    "",
                                    Pinned.lines(instances.root()).stream()
                                            .map(line -> System.lineSeparator() + line)
                                            .toList())));
            spec.commandLine().getOut().print(answer);
            spec.commandLine().getOut().flush();
            return Exit.OK.code();
        } catch (IOException e) {
            throw Refusal.cannot("the agent at " + folder + " cannot be asked: " + e.getMessage());
        }
    }
}
