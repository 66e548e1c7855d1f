// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.agent.Agent;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.feed.PolicyListener;
import io.gatehouse.outputs.AlertRouter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/// What `up`, `agent` and `admission` have in common: policies are followed, alerts go out, and some of the two sides
/// run until the process is told to end.
///
/// Speaks on standard error; standard output is the alerts'.
final class Service {
    private final PrintWriter err;
    private final Path folder;
    private final Optional<Path> nodeRoot;
    private final Optional<AdmissionOptions> gate;

    // Written by the starting thread, read by the feed's.
    private final AtomicReference<Agent> agent = new AtomicReference<>();

    /// @param folder of policies
    /// @param nodeRoot present: run the agent
    /// @param gate present: run the webhook
    Service(PrintWriter err, Path folder, Optional<Path> nodeRoot, Optional<AdmissionOptions> gate) {
        this.err = err;
        this.folder = folder;
        this.nodeRoot = nodeRoot;
        this.gate = gate;
    }

    /// Starts, says what is in force, and returns when the process is told to end and everything is closed.
    ///
    /// @throws Refusal something is missing or wrong, and nothing is left running
    int run(AlertRouter alerts) throws InterruptedException {
        var loading = nodeRoot.map(_ -> NodeAgent.load());
        AdmissionServer server = null;
        try (alerts;
                var feed = openFeed()) {
            if (loading.isPresent()) {
                agent.set(NodeAgent.start(
                        loading.get(), nodeRoot.orElseThrow(), feed.current(), alerts::accept, this::say));
                agent.get().inForce(feed.current()); // a change that came while the agent started
            }
            if (gate.isPresent()) {
                server = openGate(gate.get(), feed, alerts);
            }
            greet(feed, Optional.ofNullable(server));
            awaitEnd(feed, server, alerts);
            return Exit.OK.code();
        } finally {
            close(server);
        }
    }

    private PolicyFeed openFeed() {
        return switch (PolicyFeed.open(folder, new Told())) {
            case Opening.Opened opened -> opened.feed();
            case Opening.Refused refused -> {
                print(refused.diagnostics());
                throw Refusal.badInput("nothing was started: the policies in " + folder + " are not in order");
            }
        };
    }

    private static AdmissionServer openGate(AdmissionOptions options, PolicyFeed feed, AlertRouter alerts) {
        try {
            return AdmissionServer.start(options, feed::current, alerts::accept);
        } catch (IOException e) {
            throw Refusal.cannot(e.getMessage());
        }
    }

    private void greet(PolicyFeed feed, Optional<AdmissionServer> server) {
        say("policies: " + folder.toAbsolutePath() + ", " + Said.policies(feed.current()));
        if (agent.get() != null) {
            Doctor.guarantees(agent.get().kernel()).forEach(this::say);
        }
        server.ifPresent(
                open -> say("webhook: https://" + gate.orElseThrow().host() + ":" + open.port() + "/validate"));
        say("ready after " + Said.millisSinceStart() + " ms; alerts follow");
    }

    /// Until SIGTERM or SIGINT. The virtual machine waits for its hook, and so for what is closed here.
    private void awaitEnd(PolicyFeed feed, AdmissionServer server, AlertRouter alerts) throws InterruptedException {
        var told = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("gatehouse-end").unstarted(() -> {
                    told.countDown();
                    try {
                        closed.await();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                }));
        told.await();
        try {
            feed.close();
            long lost = close(server);
            alerts.close();
            var counts = alerts.counts();
            say("ended: " + counts.alerts() + " alerts, " + counts.suppressed() + " of them repetitions; " + lost
                    + " kernel events lost");
        } finally {
            closed.countDown();
        }
    }

    /// Returns how many events of the kernel were lost.
    private long close(AdmissionServer server) {
        if (server != null) {
            server.close();
        }
        var ended = agent.getAndSet(null);
        if (ended == null) {
            return 0;
        }
        long lost = ended.count(KernelCounter.RING_FULL);
        ended.close();
        return lost;
    }

    /// What becomes of the policies. Called by one thread at a time.
    private final class Told implements PolicyListener {
        @Override
        public void inForce(Snapshot snapshot) {
            var running = agent.get();
            if (running != null) {
                running.inForce(snapshot); // says so itself, once it holds on the node
            } else if (nodeRoot.isEmpty()) {
                say("in force: " + Said.policies(snapshot));
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
        err.print(DiagnosticPrinter.print(diagnostics));
        err.flush();
    }

    private void say(String text) {
        err.println("gatehouse: " + text);
        err.flush();
    }
}
