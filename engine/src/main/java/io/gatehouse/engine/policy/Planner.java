// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.policy.JavaPlan.Task;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Divides a policy among those who keep it.
final class Planner {
    /// What is about a program that may be faster than its container's rules, or about names, which a kernel without
    /// LSM tells as text only.
    private static final Set<String> JUDGED_LATE =
            Set.of("processes.allow", "processes.forbid", "processes.fromImageOnly", "writes.rootFilesystem");

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
        var demands = demands(section);
        return demands.isEmpty() ? Optional.empty() : Optional.of(new KernelPlan(policy.mode(), demands));
    }

    /// In the order of the document. Empty where every part of the section is switched off.
    static List<Demand> demands(RuntimeSection section) {
        var demands = new ArrayList<Demand>();
        section.processes().ifPresent(processes -> processes(processes, demands));
        section.memory()
                .filter(RuntimeSection.Memory::denyExecutable)
                .ifPresent(memory -> demands.add(new Demand.NoOwnCode(memory.jit(), memory.action())));
        section.writes().ifPresent(writes -> writes(writes, demands));
        section.reads()
                .filter(reads -> !reads.forbid().isEmpty())
                .ifPresent(reads -> demands.add(new Demand.Unread(reads.forbid(), reads.action())));
        section.network().ifPresent(network -> network(network, demands));
        for (var ban : Ban.values()) {
            var action = section.bans().get(ban);
            if (action != null) {
                demands.add(new Demand.Nothing(ban, action));
            }
        }
        return demands;
    }

    private static void processes(RuntimeSection.Processes asked, List<Demand> demands) {
        if (!asked.allow().isEmpty()) {
            demands.add(new Demand.Programs(asked.allow(), asked.action()));
        }
        if (!asked.forbid().isEmpty() || asked.denyShells() || asked.denyPackageManagers()) {
            demands.add(new Demand.OtherPrograms(
                    asked.forbid(), asked.denyShells(), asked.denyPackageManagers(), asked.action()));
        }
        if (asked.fromImageOnly()) {
            demands.add(new Demand.ImageOnly(asked.action()));
        }
        asked.interpreters()
                .filter(RuntimeSection.Interpreters::fromImageOnly)
                .ifPresent(interpreters ->
                        demands.add(new Demand.ScriptsOfImage(interpreters.programs(), asked.action())));
    }

    private static void writes(RuntimeSection.Writes asked, List<Demand> demands) {
        if (asked.denyRootFilesystem()) {
            demands.add(new Demand.RootUnchanged(asked.allow(), asked.readOnlyRootMount(), asked.action()));
        }
        if (asked.declaredVolumesOnly()) {
            demands.add(new Demand.DeclaredVolumes(asked.allow(), asked.action()));
        }
        if (!asked.forbid().isEmpty()) {
            demands.add(new Demand.Unchanged(asked.forbid(), asked.action()));
        }
    }

    private static void network(RuntimeSection.Network asked, List<Demand> demands) {
        if (asked.connect().isPresent() || !asked.forbidConnect().isEmpty()) {
            demands.add(new Demand.Connect(asked.connect(), asked.forbidConnect(), asked.action()));
        }
        asked.bind().ifPresent(allow -> demands.add(new Demand.Bind(allow, asked.action())));
        asked.listen().ifPresent(allow -> demands.add(new Demand.Listen(allow, asked.action())));
    }

    private static JavaPlan java(WorkloadPolicy policy, KernelPlan kernel) {
        var tasks = new ArrayList<Task>();
        tasks.add(new Task.Choose(policy.name().namespace(), policy.match(), policy.exempt()));
        var paths = kernel.demands().stream()
                .flatMap(demand -> demand.paths().stream())
                .distinct()
                .toList();
        if (!paths.isEmpty()) {
            tasks.add(new Task.Resolve(paths));
        }
        var rules = kernel.demands().stream().map(Demand::rule).toList();
        var late = rules.stream().filter(JUDGED_LATE::contains).toList();
        if (!late.isEmpty()) {
            tasks.add(new Task.JudgeLate(late));
        }
        tasks.add(new Task.Tell(rules));
        return new JavaPlan(tasks);
    }
}
