// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import java.util.Optional;
import java.util.function.Predicate;

/// The rules of a policy's `runtime` section. Their order is wire format (`enum gh_rule`).
public enum RuntimeRule {
    PROCESS_ALLOW("processes.allow"),
    PROCESS_FROM_IMAGE("processes.fromImageOnly"),
    WRITE_ROOT("writes.rootFilesystem"),
    WRITE_VOLUMES("writes.volumes"),
    WRITE_FORBID("writes.forbid"),
    READ_FORBID("reads.forbid"),
    PROCESS_FORBID("processes.forbid"),
    INTERPRETERS("processes.interpreters"),
    MEMORY("memory.executable"),
    MOUNTS("mounts"),
    NAMESPACES("namespaces"),
    PTRACE("ptrace"),
    CAPABILITIES("capabilities"),
    MODULES("modules"),
    BPF("bpf"),
    IO_URING("ioUring"),
    DEVICES("devices"),
    CONNECT("network.connect"),
    BIND("network.bind"),
    LISTEN("network.listen"),
    /// No policy asks it: containers under an enforced policy may not touch the agent.
    SELF("self");

    private final String text;

    RuntimeRule(String text) {
        this.text = text;
    }

    /// As an alert names it.
    public String text() {
        return text;
    }

    /// What a section wants done about a breach of this rule; empty where it does not ask for the rule.
    public Optional<Action> asked(RuntimeSection section) {
        return switch (this) {
            case PROCESS_ALLOW -> processes(section, p -> !p.allow().isEmpty());
            case PROCESS_FROM_IMAGE -> processes(section, RuntimeSection.Processes::fromImageOnly);
            case PROCESS_FORBID ->
                processes(section, p -> !p.forbid().isEmpty() || p.denyShells() || p.denyPackageManagers());
            case INTERPRETERS ->
                processes(
                        section,
                        p -> p.interpreters()
                                .filter(RuntimeSection.Interpreters::fromImageOnly)
                                .isPresent());
            case WRITE_ROOT -> writes(section, RuntimeSection.Writes::denyRootFilesystem);
            case WRITE_VOLUMES -> writes(section, RuntimeSection.Writes::declaredVolumesOnly);
            case WRITE_FORBID -> writes(section, w -> !w.forbid().isEmpty());
            case READ_FORBID ->
                section.reads().filter(r -> !r.forbid().isEmpty()).map(RuntimeSection.Reads::action);
            case MEMORY ->
                section.memory().filter(RuntimeSection.Memory::denyExecutable).map(RuntimeSection.Memory::action);
            case CONNECT ->
                network(
                        section,
                        n -> n.connect().isPresent() || !n.forbidConnect().isEmpty());
            case BIND -> network(section, n -> n.bind().isPresent());
            case LISTEN -> network(section, n -> n.listen().isPresent());
            case MOUNTS -> ban(section, Ban.MOUNTS);
            case NAMESPACES -> ban(section, Ban.NAMESPACES);
            case PTRACE -> ban(section, Ban.PTRACE);
            case CAPABILITIES -> ban(section, Ban.CAPABILITIES);
            case MODULES -> ban(section, Ban.MODULES);
            case BPF -> ban(section, Ban.BPF);
            case IO_URING -> ban(section, Ban.IO_URING);
            case DEVICES -> ban(section, Ban.DEVICES);
            case SELF -> Optional.empty();
        };
    }

    private static Optional<Action> processes(RuntimeSection section, Predicate<RuntimeSection.Processes> asks) {
        return section.processes().filter(asks).map(RuntimeSection.Processes::action);
    }

    private static Optional<Action> writes(RuntimeSection section, Predicate<RuntimeSection.Writes> asks) {
        return section.writes().filter(asks).map(RuntimeSection.Writes::action);
    }

    private static Optional<Action> network(RuntimeSection section, Predicate<RuntimeSection.Network> asks) {
        return section.network().filter(asks).map(RuntimeSection.Network::action);
    }

    private static Optional<Action> ban(RuntimeSection section, Ban ban) {
        return Optional.ofNullable(section.bans().get(ban));
    }
}
