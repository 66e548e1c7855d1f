// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Everything on this machine: the agent, the admission webhook, alerts on standard output.",
        footer = {
            "",
            "Runs until it is interrupted. Edit a policy in the folder and it is in force within a second;",
            "one with errors is refused, and what was in force stays."
        })
final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PolicyFolder policies;

    @Mixin
    private AlertOptions alerts;

    @Mixin
    private AgentOptions agent;

    @Mixin
    private GateOptions gate;

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        var duties = Duties.of(
                policies.path(),
                Optional.of(agent.nodeRoot()),
                agent.instance(),
                agent.recordActs(),
                Optional.of(gate.gate()),
                agent.guard());
        return new Service(err, duties).run(alerts.open());
    }
}
