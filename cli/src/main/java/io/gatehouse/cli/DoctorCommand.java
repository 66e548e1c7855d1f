// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.WatchOptions;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Says what this kernel can do, what each rule's guarantee will be, and which containers are seen.",
        footer = {"", "Loads the agent's programs for a moment; nothing is enforced."})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private AgentOptions agent;

    @Override
    public Integer call() {
        NodeAgent.refuseIfLacking();
        var out = spec.commandLine().getOut();
        try (var kernel = KernelSide.load(Optional.empty(), agent.guard())) {
            Doctor.guarantees(kernel).forEach(out::println);
            out.println("hooks");
            Doctor.programs(kernel).forEach(out::println);
        } catch (KernelException e) {
            throw Refusal.cannot("this kernel does not take the agent's programs: " + e.getMessage());
        }
        try (var watch = KernelWatch.load(WatchOptions.USUAL)) {
            Doctor.watch(watch).forEach(out::println);
        } catch (KernelException e) {
            out.println("system calls for rules are not heard: this kernel does not take the watching programs: "
                    + e.getMessage());
        }
        out.println("cgroups "
                + (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")) ? "pure cgroup2" : "hybrid or v1"));
        Pinned.lines(agent.instance().folder().getParent()).forEach(out::println);
        var running = new ContainerFinder(agent.nodeRoot()).running();
        out.println("containers " + running.size());
        for (var container : running) {
            out.println("  %-12.12s %s %s %s"
                    .formatted(
                            container.id(),
                            container.runtime().text(),
                            container.shownName(),
                            container.image().orElse("(no image recorded)")));
            container.gaps().forEach(gap -> out.println("    " + gap));
        }
        out.flush();
        return Exit.OK.code();
    }
}
