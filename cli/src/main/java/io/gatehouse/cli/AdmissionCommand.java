// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Instance;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "admission",
        mixinStandardHelpOptions = true,
        description = "The cluster's side alone: serves the admission webhook and follows its policies.")
final class AdmissionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PolicyFolder policies;

    @Mixin
    private AlertOptions alerts;

    @Mixin
    private GateOptions gate;

    @Mixin
    private ClusterFlags cluster;

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        var citizen = cluster.citizen();
        if (citizen.isPresent()) { // the shipped policies are no part of what a cluster declares
            return new Service(err, Duties.ofCluster(policies.named(), gate.gate(), citizen.get())).run(alerts.open());
        }
        var duties = Duties.of(
                policies.path(),
                Optional.empty(),
                Instance.USUAL,
                Optional.empty(),
                Optional.of(gate.gate()),
                Set.of());
        return new Service(err, duties).run(alerts.open());
    }
}
