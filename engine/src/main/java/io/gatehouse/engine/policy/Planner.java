// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.policy.JavaPlan.Task;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Divides a policy among those who keep it.
final class Planner {
    private Planner() {}

    /// @param denials the policy's conditions at the gate
    static CompiledPolicy plan(WorkloadPolicy policy, List<Denial> denials) {
        var kernel = policy.runtime().flatMap(section -> kernel(policy, section));
        return new CompiledPolicy(
                policy,
                policy.admission().map(asked -> new AdmissionPlan(asked, denials)),
                kernel,
                kernel.map(plan -> java(policy, plan)));
    }

    private static Optional<KernelPlan> kernel(WorkloadPolicy policy, RuntimeSection section) {
        var demands = new ArrayList<Demand>();
        section.processes().ifPresent(processes -> {
            if (!processes.allow().isEmpty()) {
                demands.add(new Demand.Programs(processes.allow(), processes.action()));
            }
            if (processes.fromImageOnly()) {
                demands.add(new Demand.ImageOnly(processes.action()));
            }
        });
        section.writes()
                .filter(RuntimeSection.Writes::denyRootFilesystem)
                .ifPresent(writes -> demands.add(new Demand.RootUnchanged(writes.allow(), writes.action())));
        return demands.isEmpty() ? Optional.empty() : Optional.of(new KernelPlan(policy.mode(), demands));
    }

    private static JavaPlan java(WorkloadPolicy policy, KernelPlan kernel) {
        var tasks = new ArrayList<Task>();
        tasks.add(new Task.Choose(policy.name().namespace(), policy.match(), policy.exempt()));
        var paths = kernel.demands().stream()
                .flatMap(demand -> paths(demand).stream())
                .toList();
        if (!paths.isEmpty()) {
            tasks.add(new Task.Resolve(paths));
        }
        var rules = kernel.demands().stream().map(Demand::rule).toList();
        tasks.add(new Task.JudgeLate(rules));
        tasks.add(new Task.Tell(rules));
        return new JavaPlan(tasks);
    }

    private static List<String> paths(Demand demand) {
        return switch (demand) {
            case Demand.Programs(var paths, var _) -> paths;
            case Demand.ImageOnly _ -> List.of();
            case Demand.RootUnchanged(var writable, var _) -> writable;
        };
    }
}
