// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "The node's side alone: governs the containers of this machine and follows its policies.")
final class AgentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PolicyFolder policies;

    @Mixin
    private AlertOptions alerts;

    @Mixin
    private AgentOptions agent;

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        return new Service(err, policies.path(), Optional.of(agent.nodeRoot()), Optional.empty()).run(alerts.open());
    }
}
