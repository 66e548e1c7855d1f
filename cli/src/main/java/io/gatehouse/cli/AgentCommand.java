// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.agent.DetectionOptions;
import io.gatehouse.cli.agent.DryRun;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = {
            "The node's side alone: governs the containers of this machine by policies, and tells what Falco rules",
            "match of everything that happens on it."
        },
        footer = {
            "",
            "With -r, -c, -o or --cluster no policies are in force but those of --policies and of the cluster. SIGHUP reads configuration, rules and",
            "policies again; one with errors is refused, and what was in force stays. A file of alerts that was renamed",
            "or removed is opened anew by itself, so SIGUSR1 has nothing left to do."
        })
final class AgentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PolicyFolder policies;

    @Mixin
    private DetectionOptions detection;

    @Mixin
    private AgentOptions agent;

    @Mixin
    private NodeClusterFlags cluster;

    @Option(names = "--dry-run", description = "Says what would be in force and what would be heard, and ends.")
    private boolean dryRun;

    @Option(names = "-M", paramLabel = "SECONDS", description = "Ends after so long.")
    private Long seconds;

    @Option(names = "-P", paramLabel = "FILE", description = "Keeps the process id in this file.")
    private Path pidFile;

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        if (cluster.asked() && dryRun) {
            throw Refusal.badInput("--dry-run asks no cluster; leave out --cluster");
        }
        // the shipped policies are no part of what a cluster declares
        var folder = detection.namesRules() || cluster.asked() ? policies.named() : Optional.of(policies.path());
        var asked = detection.ask(err);
        asked.notKept().forEach(line -> err.println("gatehouse: not kept: " + line));
        err.flush();
        var duties = new Duties(
                        Duties.sources(folder, asked.settings()),
                        Optional.of(agent.nodeRoot()),
                        agent.instance(),
                        agent.recordActs(),
                        Optional.of(asked.settings()),
                        Optional.empty(),
                        Optional.ofNullable(seconds).map(Duration::ofSeconds),
                        Optional.ofNullable(pidFile),
                        () -> Duties.sources(folder, detection.ask(err).settings()),
                        agent.guard())
                .inCluster(cluster.citizen(agent.instance()));
        if (!cluster.asked()
                && duties.sources().folder().isEmpty()
                && duties.sources().rules().isEmpty()) {
            throw Refusal.badInput("nothing is named that could be in force: give -r, --policies or rules_files");
        }
        return dryRun
                ? dryRun(duties, err)
                : new Service(err, duties)
                        .run(AlertOptions.open(asked.settings().alerts()));
    }

    private int dryRun(Duties duties, PrintWriter err) {
        var told = new Told(err);
        switch (PolicyFeed.open(duties.sources(), told)) {
            case Opening.Opened opened -> {
                opened.feed().close();
                var out = spec.commandLine().getOut();
                out.print(DryRun.text(
                        duties.detection().orElseThrow(), opened.feed().current()));
                out.flush();
            }
            case Opening.Refused refused -> {
                told.refused(refused.diagnostics());
                return Exit.BAD_INPUT.code();
            }
        }
        return Exit.OK.code();
    }
}
