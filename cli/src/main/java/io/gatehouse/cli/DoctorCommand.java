// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.doctor.ClusterDoctor;
import io.gatehouse.admission.doctor.ClusterObjects;
import io.gatehouse.admission.kubernetes.ClusterDump;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.watch.KernelWatch;
import io.gatehouse.agent.watch.WatchOptions;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Says what this kernel can do, what each rule's guarantee will be, and which containers are seen.",
            "With --cluster: names the holes of the webhook's registration and of what stands around it; exits 1 if"
                    + " one is open."
        },
        footer = {"", "Loads the agent's programs for a moment; nothing is enforced. With --cluster only reads."})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private AgentOptions agent;

    static final class OfCluster {
        @Option(names = "--cluster", required = true, description = "Look at a cluster instead of this node.")
        private boolean cluster;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "Look at objects in YAML or JSON instead of asking a cluster: 'kubectl get -o yaml' of"
                        + " what is to be looked at; - for standard input; may be repeated.")
        private List<Path> files = List.of();

        @Option(
                names = "--kubeconfig",
                paramLabel = "FILE",
                description = "Ask the cluster it names (default: KUBECONFIG, or ~/.kube/config).")
        private Path kubeconfig;

        @Option(
                names = "--webhook",
                paramLabel = "NAME",
                defaultValue = WebhookConfiguration.NAME,
                description = "The webhook, or the configuration that holds it; default ${DEFAULT-VALUE}.")
        private String webhook = WebhookConfiguration.NAME;

        @Option(
                names = "--service-account",
                paramLabel = "NAME",
                defaultValue = "gatehouse-admission",
                description = "The account the gate runs under; default ${DEFAULT-VALUE}.")
        private String account = "gatehouse-admission";

        @Option(
                names = "--service-namespace",
                paramLabel = "NAMESPACE",
                defaultValue = "gatehouse-system",
                description = "The namespace it runs in; default ${DEFAULT-VALUE}.")
        private String namespace = "gatehouse-system";

        @Option(
                names = {"-p", "--policies"},
                paramLabel = "PATH",
                description =
                        "Policy files and folders the gate keeps, for the kinds beside the built-in ones that they"
                                + " say carry pods; those of policies in the cluster are looked at anyway.")
        private List<Path> policies = List.of();
    }

    @ArgGroup(exclusive = false)
    private OfCluster cluster;

    @Override
    public Integer call() {
        return cluster == null ? node() : cluster().code();
    }

    private Exit cluster() {
        var objects = cluster.files.isEmpty() ? asked() : ClusterObjects.read(texts());
        var line = spec.commandLine();
        if (!objects.problems().isEmpty()) {
            line.getErr().print(DiagnosticPrinter.print(objects.problems()));
            throw Refusal.badInput("what was given cannot be looked at");
        }
        var report = ClusterDoctor.examine(
                objects,
                new ClusterDoctor.Question(
                        cluster.webhook, cluster.account, cluster.namespace, Instant.now(), workloads()));
        var out = line.getOut();
        if (!report.holes().isEmpty()) {
            out.println(DiagnosticPrinter.print(report.holes()));
        }
        if (!report.unexamined().isEmpty()) {
            out.println("not examined, since nothing of it was " + (cluster.files.isEmpty() ? "told: " : "given: ")
                    + String.join(", ", report.unexamined()));
        }
        long open = report.holes().stream()
                .filter(hole -> hole.severity() == Diagnostic.Severity.ERROR)
                .count();
        out.println(
                open + (open == 1 ? " hole, " : " holes, ") + (report.holes().size() - open) + " warnings");
        out.flush();
        return report.open() ? Exit.VIOLATION : Exit.OK;
    }

    private List<WorkloadKind> workloads() {
        return cluster.policies.isEmpty()
                ? List.of()
                : PolicyFiles.compile(
                                PolicyFiles.read(cluster.policies),
                                spec.commandLine().getErr())
                        .workloads();
    }

    private ClusterObjects asked() {
        try (var server = ApiServer.connect(Optional.ofNullable(cluster.kubeconfig))) {
            return ClusterDump.read(server, cluster.namespace);
        } catch (IOException e) {
            throw Refusal.cannot("the cluster cannot be asked: " + e.getMessage());
        }
    }

    private List<SourceText> texts() {
        var texts = new ArrayList<SourceText>();
        for (var file : cluster.files) {
            try {
                texts.add(
                        file.equals(Path.of("-"))
                                ? new SourceText(
                                        "standard input", new String(System.in.readAllBytes(), StandardCharsets.UTF_8))
                                : new SourceText(file.toString(), Files.readString(file)));
            } catch (IOException e) {
                throw Refusal.badInput("cannot read " + file + ": " + e);
            }
        }
        return texts;
    }

    private int node() {
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
