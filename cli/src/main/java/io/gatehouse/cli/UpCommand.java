// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.agent.Agent;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.feed.PolicyListener;
import io.gatehouse.outputs.AlertRouter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
    private GateOptions gate;

    @Option(names = "--no-agent", description = "Do not govern the containers of this machine.")
    private boolean withoutAgent;

    @Option(
            names = "--node-root",
            defaultValue = "/",
            paramLabel = "FOLDER",
            description = "The node's root folder, where the agent runs in a container (default: ${DEFAULT-VALUE}).")
    private Path nodeRoot;

    // Called from the feed's thread as well.
    private final AtomicReference<Agent> agent = new AtomicReference<>();

    @Override
    public Integer call() throws InterruptedException {
        var loading = withoutAgent ? null : NodeAgent.load();
        var folder = policies.path();
        try (var router = alerts.open();
                var feed = open(folder)) {
            if (loading != null) {
                agent.set(NodeAgent.start(loading, nodeRoot, feed.current(), router::accept, this::say));
                agent.get().inForce(feed.current()); // a change that came while the agent started
            }
            var server = gate.isOn() ? gate.open(feed::current, router::accept) : null;
            greet(folder, feed, server);
            awaitEnd(() -> end(router, feed, server));
            return Exit.OK.code();
        }
    }

    private PolicyFeed open(Path folder) {
        return switch (PolicyFeed.open(folder, new Listener())) {
            case Opening.Opened opened -> opened.feed();
            case Opening.Refused refused -> {
                print(refused.diagnostics());
                throw Refusal.badInput("nothing was started: the policies in " + folder + " are not in order");
            }
        };
    }

    private void greet(Path folder, PolicyFeed feed, AdmissionServer server) {
        say("policies: " + folder.toAbsolutePath() + ", " + Said.policies(feed.current()));
        if (agent.get() != null) {
            for (var line : Doctor.guarantees(agent.get().kernel())) {
                say(line);
            }
        }
        if (server != null) {
            say("webhook: https://" + gate.host() + ":" + server.port()
                    + "/validate ('gatehouse webhook-config' prints what registers it)");
        }
        say("ready after " + Said.millisSinceStart() + " ms; alerts follow");
    }

    /// Returns when the process is told to end, after what must be closed has been.
    private static void awaitEnd(Runnable atEnd) throws InterruptedException {
        var told = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            told.countDown();
                            try {
                                done.await();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "gatehouse-end"));
        told.await();
        try {
            atEnd.run();
        } finally {
            done.countDown();
        }
    }

    private void end(AlertRouter router, PolicyFeed feed, AdmissionServer server) {
        feed.close();
        if (server != null) {
            server.close();
        }
        var lost = 0L;
        var ended = agent.getAndSet(null);
        if (ended != null) {
            lost = ended.count(KernelCounter.RING_FULL);
            ended.close();
        }
        router.close();
        var counts = router.counts();
        say("ended: " + counts.alerts() + " alerts, " + counts.suppressed() + " of them repetitions; " + lost
                + " kernel events lost");
    }

    private final class Listener implements PolicyListener {
        @Override
        public void inForce(Snapshot snapshot) {
            var running = agent.get();
            if (running != null) {
                running.inForce(snapshot); // says so itself, once it holds
            }
        }

        @Override
        public void refused(List<Diagnostic> diagnostics) {
            print(diagnostics);
            say("policies refused; what was in force stays in force");
        }

        @Override
        public void warned(List<Diagnostic> diagnostics) {
            print(diagnostics);
        }
    }

    private void print(List<Diagnostic> diagnostics) {
        err().print(DiagnosticPrinter.print(diagnostics));
        err().flush();
    }

    /// On standard error: standard output is the alerts'.
    private void say(String text) {
        err().println("gatehouse: " + text);
        err().flush();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
