// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;

/// A runtime section that asks some of its rules and no other.
final class RuntimeParts {
    private RuntimeParts() {}

    /// @param rules as [KernelPlan.Demand#rule] names them
    static RuntimeSection only(RuntimeSection section, Collection<String> rules) {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        section.bans().forEach((ban, action) -> {
            if (rules.contains(ban.field())) {
                bans.put(ban, action);
            }
        });
        return new RuntimeSection(
                section.processes().map(processes -> processes(processes, rules)),
                section.memory()
                        .map(memory -> new Memory(
                                memory.denyExecutable() && rules.contains("memory.executable"),
                                memory.jit(),
                                memory.action())),
                section.writes().map(writes -> writes(writes, rules)),
                section.reads()
                        .map(reads -> rules.contains("reads.forbid") ? reads : new Reads(List.of(), reads.action())),
                section.network().map(network -> network(network, rules)),
                bans);
    }

    private static Processes processes(Processes asked, Collection<String> rules) {
        boolean forbids = rules.contains("processes.forbid");
        return new Processes(
                rules.contains("processes.allow") ? asked.allow() : List.of(),
                forbids ? asked.forbid() : List.of(),
                asked.fromImageOnly() && rules.contains("processes.fromImageOnly"),
                forbids && asked.denyShells(),
                forbids && asked.denyPackageManagers(),
                asked.interpreters().filter(_ -> rules.contains("processes.interpreters")),
                asked.action());
    }

    private static Writes writes(Writes asked, Collection<String> rules) {
        return new Writes(
                asked.denyRootFilesystem() && rules.contains("writes.rootFilesystem"),
                asked.declaredVolumesOnly() && rules.contains("writes.volumes"),
                asked.readOnlyRootMount() && rules.contains("writes.rootFilesystem"),
                asked.allow(),
                rules.contains("writes.forbid") ? asked.forbid() : List.of(),
                asked.action());
    }

    private static Network network(Network asked, Collection<String> rules) {
        boolean connects = rules.contains("network.connect");
        return new Network(
                connects ? asked.connect() : Optional.empty(),
                connects ? asked.forbidConnect() : List.of(),
                asked.bind().filter(_ -> rules.contains("network.bind")),
                asked.listen().filter(_ -> rules.contains("network.listen")),
                asked.action());
    }
}
