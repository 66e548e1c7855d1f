// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.audit.AuditIntake;
import io.gatehouse.admission.audit.GateListener;
import io.gatehouse.admission.image.Inspections;
import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.agent.Agent;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.hook.HookSocket;
import io.gatehouse.agent.kubernetes.NodeInCluster;
import io.gatehouse.agent.kubernetes.NodePods;
import io.gatehouse.cli.agent.PidFile;
import io.gatehouse.cli.config.AgentSettings;
import io.gatehouse.cli.config.AgentSettings.Saying;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.exit.Signals;
import io.gatehouse.engine.policy.Brakes;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.FeedSources;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.outputs.AlertRouter;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.RuleAlert;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What `up`, `agent` and `admission` have in common: policies are followed, alerts go out, and some of the two sides
/// run until the process is told to end.
final class Service {
    private final Duties duties;
    private final Told told;

    // Written by the starting thread, read by the feed's.
    private final AtomicReference<Agent> agent = new AtomicReference<>();
    private final AtomicReference<NodeDetection> detection = new AtomicReference<>();
    private final AtomicReference<AdmissionServer> gate = new AtomicReference<>();
    // Of the starting thread.
    private Optional<NodeInCluster> node = Optional.empty();
    private Optional<ActRecording> acts = Optional.empty();
    private Optional<ClusterSide> cluster = Optional.empty();
    private Answering answering;
    private boolean stayed; // what the agent put in force
    private Optional<HookSocket> hooks = Optional.empty();
    /// What was said of the brake last. Of the starting thread before the feed is open, of the feed's from then on.
    private Optional<String> brakeSaid = Optional.empty();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    Service(PrintWriter err, Duties duties) {
        this.duties = duties;
        this.told =
                new Told(err, duties.detection().map(AgentSettings::saying).orElse(Saying.EVERYTHING), this::inForce);
    }

    /// Starts, says what is in force, and returns when the process is told to end and everything is closed.
    ///
    /// @throws Refusal something is missing or wrong, and nothing is left running
    int run(AlertRouter alerts) throws InterruptedException {
        var loading = duties.governs()
                ? Optional.of(NodeAgent.load(duties.instance(), duties.guard()))
                : Optional.<CompletableFuture<KernelSide>>empty();
        AdmissionServer server = null;
        Optional<Inspections> images = Optional.empty();
        Optional<AuditIntake> audit = Optional.empty();
        Optional<PidFile> pidFile = Optional.empty();
        cluster = duties.citizen().map(citizen -> citizen.apply(told::say));
        node = followFromNode();
        var detecting = duties.nodeRoot().map(root -> detection(root, alerts));
        try (alerts;
                var feed = openFeed()) {
            pidFile = duties.pidFile().map(PidFile::write);
            var status = status(feed, alerts);
            if (loading.isPresent()) {
                acts = duties.acts()
                        .map(file -> ActRecording.open(file, NodeAgent.join(loading.get()), this::labels, told::say));
                agent.set(NodeAgent.start(
                        loading.get(),
                        duties.nodeRoot().orElseThrow(),
                        duties.own(),
                        node.<ClusterFacts>map(each -> each).orElse(ClusterFacts.NONE),
                        feed.current(),
                        acts,
                        alerts::accept,
                        status::governed,
                        told::say));
                agent.get().inForce(feed.current()); // a change that came while the agent started
                hooks = hooks(agent.get());
            }
            detecting.ifPresent(each -> detect(each, feed));
            node.ifPresent(each -> each.begin(feed::reload, this::clusterChanged));
            node.filter(_ -> agent.get() != null).ifPresent(each -> each.report(() -> said(agent.get())));
            clusterChanged(); // while all that began
            if (duties.gate().isPresent()) {
                images = Optional.of(duties.gate().get().images().get());
                audit = auditIntake(feed, images.get(), alerts);
                server = openGate(served(duties.gate().get().options()), feed, images.get(), audit, alerts);
                gate.set(server);
                begin(feed, images.get(), server);
            }
            answering = Answering.open(duties.detection().flatMap(AgentSettings::web), status, told);
            followSignals(feed);
            greet(feed, Optional.ofNullable(server));
            awaitEnd(feed, server, alerts);
            return Exit.OK.code();
        } finally {
            try {
                close(server);
                audit.ifPresent(AuditIntake::close);
                detecting.ifPresent(NodeDetection::close);
                images.ifPresent(Inspections::close);
                cluster.ifPresent(ClusterSide::close);
                pidFile.ifPresent(PidFile::close);
            } finally {
                closed.countDown();
            }
        }
    }

    private void begin(PolicyFeed feed, Inspections images, AdmissionServer server) {
        cluster.ifPresent(side -> {
            side.begin(feed, images);
            server.joinCluster(side::tell, side::labels);
        });
    }

    private Optional<NodeInCluster> followFromNode() throws InterruptedException {
        return duties.node().isEmpty()
                ? Optional.empty()
                : Optional.of(duties.node().get().begin(told::say));
    }

    private void clusterChanged() {
        Optional.ofNullable(agent.get()).ifPresent(Agent::clusterChanged);
        Optional.ofNullable(detection.get()).ifPresent(NodeDetection::podsChanged);
    }

    /// Of a pod, as far as they are known.
    private Optional<Map<String, String>> labels(String uid) {
        return node.flatMap(each -> each.pods().byUid(uid)).map(NodePods.NodePod::labels);
    }

    private static NodeInCluster.Said said(Agent running) {
        var kernel = running.kernel();
        var guarantees =
                Stream.of(RuntimeRule.values()).collect(Collectors.toMap(RuntimeRule::text, kernel::guarantee));
        return new NodeInCluster.Said(Version.text(), StatusSources.backend(kernel), guarantees, running.digest());
    }

    private StatusSources status(PolicyFeed feed, AlertRouter alerts) {
        return new StatusSources(
                feed,
                alerts,
                () -> Optional.ofNullable(agent.get()),
                () -> Optional.ofNullable(detection.get()).flatMap(NodeDetection::counts),
                () -> Optional.ofNullable(gate.get()),
                cluster,
                node);
    }

    private PolicyFeed openFeed() {
        return switch (PolicyFeed.open(withObjects(duties.sources()), told)) {
            case Opening.Opened opened -> opened.feed();
            case Opening.Refused refused -> {
                told.print(refused.diagnostics());
                throw Refusal.badInput("nothing was started: the policies in " + duties.named() + " are not in order");
            }
        };
    }

    private FeedSources withObjects(FeedSources sources) {
        var objects = cluster.map(ClusterSide::policies).or(() -> node);
        return objects.map(sources::with).orElse(sources);
    }

    /// With the certificate that the cluster keeps, where it keeps one.
    private AdmissionOptions served(AdmissionOptions options) {
        return cluster.flatMap(ClusterSide::certificate).map(options::keptBy).orElse(options);
    }

    private static AdmissionServer openGate(
            AdmissionOptions options,
            PolicyFeed feed,
            Inspections images,
            Optional<AuditIntake> audit,
            AlertRouter alerts) {
        try {
            return AdmissionServer.start(options, feed::current, images, audit, alerts::accept);
        } catch (IOException e) {
            throw Refusal.cannot(e.getMessage());
        }
    }

    /// What the API server logs, where it is taken.
    private Optional<AuditIntake> auditIntake(PolicyFeed feed, Inspections images, AlertRouter alerts) {
        if (!duties.gate().orElseThrow().auditEvents()) {
            return Optional.empty();
        }
        var written = RuleAlerts.of(duties.detection());
        var listener = new GateListener() {
            @Override
            public void alert(Alert alert) {
                alerts.accept(alert);
            }

            @Override
            public void alert(RuleAlert alert) {
                alerts.accept(alert);
            }

            @Override
            public void notice(String text) {
                told.warn(text);
            }
        };
        return Optional.of(new AuditIntake(
                feed::current, images, WebhookConfiguration.NAME, written.style(), written.additions(), listener));
    }

    /// Where container runtimes are heard; without them containers are found as they start.
    private Optional<HookSocket> hooks(Agent running) {
        try {
            return Optional.of(HookSocket.open(HookSocket.of(duties.instance()), running::announce));
        } catch (IOException e) {
            told.warn("hooks of container runtimes will not be heard: " + e.getMessage());
            return Optional.empty();
        }
    }

    /// Begins to load what it needs where rules are named.
    private NodeDetection detection(Path nodeRoot, AlertRouter alerts) {
        var detecting = new NodeDetection(nodeRoot, this::labels, duties.detection(), alerts, told, ending::countDown);
        if (!duties.sources().rules().isEmpty()) {
            detecting.expectRules();
        }
        return detecting;
    }

    private void detect(NodeDetection detecting, PolicyFeed feed) {
        detecting.inForce(feed.current());
        detection.set(detecting);
        detecting.inForce(feed.current()); // a change that came while it started
    }

    private void followSignals(PolicyFeed feed) {
        Signals.on("HUP", () -> reload(feed));
        Signals.on("USR1", () -> told.say("a file of alerts is opened anew as soon as it is renamed or removed"));
    }

    /// What was in force stays where the configuration is not in order.
    private void reload(PolicyFeed feed) {
        try {
            var sources = duties.again().get();
            feed.reload(withObjects(sources));
            told.say("read again: " + Duties.named(sources));
        } catch (Refusal refusal) {
            told.warn(refusal.getMessage() + "; what was in force stays in force");
        }
    }

    private void inForce(Snapshot snapshot) {
        var running = agent.get();
        if (running != null) {
            running.inForce(snapshot); // says so itself, once it holds on the node
        } else if (duties.nodeRoot().isEmpty()) {
            told.say("in force: " + Said.policies(snapshot));
        }
        if (!duties.governs()) { // else the agent says so itself, once it holds on the node
            sayBrake(snapshot);
        }
        var detecting = detection.get();
        if (detecting != null) {
            detecting.inForce(snapshot);
        }
    }

    private void sayBrake(Snapshot snapshot) {
        var brake = snapshot.brakes().told(LocalDate.now(ZoneOffset.UTC));
        if (!brake.equals(brakeSaid)) {
            brakeSaid = brake;
            told.warn(brake.orElse(Brakes.LIFTED));
        }
    }

    private void greet(PolicyFeed feed, Optional<AdmissionServer> server) {
        told.say("policies: " + duties.named() + ", " + Said.policies(feed.current()));
        if (agent.get() != null) {
            Doctor.guarantees(agent.get().kernel()).forEach(told::say);
        }
        server.ifPresent(open -> told.say(
                "webhook: https://" + duties.gate().orElseThrow().options().host() + ":" + open.port() + "/validate"));
        server.filter(open -> open.auditCounts().isPresent())
                .ifPresent(open -> told.say("audit events: https://"
                        + duties.gate().orElseThrow().options().host() + ":" + open.port() + "/k8s-audit"));
        told.say("ready after " + Said.millisSinceStart() + " ms; alerts follow");
    }

    /// Until SIGTERM or SIGINT, or for as long as was asked. The virtual machine waits for its hook, and
    /// so for all that [#run] closes.
    private void awaitEnd(PolicyFeed feed, AdmissionServer server, AlertRouter alerts) throws InterruptedException {
        var hook = Thread.ofPlatform().name("gatehouse-end").unstarted(() -> {
            ending.countDown();
            try {
                closed.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        if (duties.lasting().isPresent()) {
            ending.await(duties.lasting().get().toMillis(), TimeUnit.MILLISECONDS);
        } else {
            ending.await();
        }
        feed.close();
        long lost = close(server);
        alerts.close();
        var counts = alerts.counts();
        if (stayed) {
            told.say("what was in force stays in force without an agent, in "
                    + duties.instance().folder()
                    + "; the next agent takes it over, and 'gatehouse release"
                    + InstanceOptions.words(duties.instance())
                    + "' takes it off");
        }
        told.say("ended: " + counts.alerts() + " alerts, " + counts.suppressed() + " of them repetitions; " + lost
                + " kernel events lost");
    }

    /// Returns how many events of the kernel were lost.
    private long close(AdmissionServer server) {
        if (answering != null) { // first, since it asks all the others
            answering.close();
            answering = null;
        }
        if (server != null) {
            server.close();
        }
        node.ifPresent(NodeInCluster::close); // it asks the agent
        long lost = 0;
        var detecting = detection.getAndSet(null);
        if (detecting != null) {
            lost += detecting.lost();
            detecting.close();
        }
        hooks.ifPresent(HookSocket::close);
        var ended = agent.getAndSet(null);
        if (ended != null) {
            lost += ended.count(KernelCounter.RING_FULL);
            acts.ifPresent(ActRecording::awaitNames);
            acts.ifPresent(recording -> recording.lost(ended.count(KernelCounter.RING_FULL)));
            ended.close();
            stayed = ended.stays();
            acts.ifPresent(ActRecording::close);
        }
        return lost;
    }
}
