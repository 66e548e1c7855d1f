// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.feed.PolicyObjects;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.FollowedPolicies;
import io.gatehouse.feed.kubernetes.FollowedPolicies.Definitions;
import io.gatehouse.feed.kubernetes.NamespaceLabels;
import io.gatehouse.feed.kubernetes.NodeReport;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What a node knows of its cluster: the policies, the pods that run on it, what namespaces chose. While the API server
/// is away, what was told last is known, also by an agent that was not there to hear it.
///
/// [#start] returns once there is something to go by; [#begin] has changes told from then on. Any thread may ask.
public final class NodeInCluster implements PolicyObjects, ClusterFacts, AutoCloseable {
    /// How long the API server is waited for where something is remembered.
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(5);

    private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);
    private static final Duration MOST_PAUSE = Duration.ofMinutes(1);
    /// What is remembered is written at most so often.
    private static final Duration WRITE_EVERY = Duration.ofSeconds(5);

    private static final int LOOK_MILLIS = 10;

    /// What an agent says of itself that reaches back to here.
    ///
    /// @param node as the API server names it
    /// @param memory the file that holds what was known
    public record Options(String node, Path memory, NodeReporter.Times times) {
        public Options {
            if (node.isBlank()) {
                throw new IllegalArgumentException("pods are asked for by the name of their node");
            }
        }

        public Options(String node, Path memory) {
            this(node, memory, NodeReporter.Times.USUAL);
        }
    }

    private final ApiServer server;
    private final Options options;
    private final Consumer<String> notices;
    private final InstantSource clock;
    private final ClusterMemory memory;
    private final Optional<Remembered> remembered;
    private final NodePods pods;
    private final NamespaceLabels namespaces;
    private final Thread following;
    /// Something is to be done by the thread.
    private final Semaphore news = new Semaphore(0);

    // Written by the following thread.
    private volatile Optional<FollowedPolicies> live = Optional.empty();
    // Written once, by whoever begins.
    private volatile Optional<Hearers> hearers = Optional.empty();
    /// Of the last load. Written under the feed's lock.
    private volatile Optional<Settled> settled = Optional.empty();
    private volatile Optional<NodeReporter> reporter = Optional.empty();

    /// @param revision of what was loaded; empty where it was remembered
    private record Settled(Settlement settlement, String revision) {}

    private record Hearers(Runnable feed, Runnable facts) {}

    private NodeInCluster(
            ApiServer server,
            Options options,
            Optional<Remembered> remembered,
            InstantSource clock,
            Consumer<String> notices) {
        this.server = server;
        this.options = options;
        this.remembered = remembered;
        this.clock = clock;
        this.notices = notices;
        this.memory = new ClusterMemory(options.memory());
        this.following =
                Thread.ofPlatform().daemon().name("gatehouse-node-cluster").unstarted(this::follow);
        this.pods = new NodePods(
                server,
                options.node(),
                remembered.map(Remembered::pods).orElse(List.of()),
                this::factsChanged,
                notices);
        this.namespaces = new NamespaceLabels(server, this::factsChanged, notices);
    }

    /// Follows a cluster from a node. Where nothing is remembered it waits for the API server for as long as it takes:
    /// an agent that knows no policy would put none in the place of those that are in force. The connection is this
    /// one's from then on, and closed with it.
    public static NodeInCluster start(ApiServer server, Options options, Consumer<String> notices)
            throws InterruptedException {
        return start(server, options, InstantSource.system(), notices);
    }

    static NodeInCluster start(ApiServer server, Options options, InstantSource clock, Consumer<String> notices)
            throws InterruptedException {
        var recall = new ClusterMemory(options.memory()).read(options.node());
        if (recall instanceof ClusterMemory.Recall.Broken(var reason)) {
            notices.accept("what was remembered of the cluster in " + options.memory() + " is ignored: " + reason);
        }
        var remembered =
                recall instanceof ClusterMemory.Recall.Got(var got) ? Optional.of(got) : Optional.<Remembered>empty();
        var node = new NodeInCluster(server, options, remembered, clock, notices);
        node.following.start();
        try {
            node.awaitSomething();
        } catch (InterruptedException e) {
            node.close();
            throw e;
        }
        return node;
    }

    private void awaitSomething() throws InterruptedException {
        long begun = System.nanoTime();
        boolean told = false;
        while (!isTold()) {
            boolean late = System.nanoTime() - begun > FIRST_ANSWER.toNanos();
            if (late && remembered.isPresent()) {
                notices.accept("the API server does not answer; what was known of the cluster at "
                        + remembered.get().written() + " counts until it does");
                return;
            }
            if (late && !told) {
                told = true;
                notices.accept("waits for the API server, since nothing is remembered of the cluster; what an agent"
                        + " before this one put in force stays in force");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /// Whether all that is followed was told at least once.
    public boolean isTold() {
        return live.isPresent() && pods.complete() && namespaces.complete();
    }

    /// Has changes told.
    ///
    /// @param feed loads the policies anew
    /// @param facts hears that something of pods or namespaces changed; must not wait
    public void begin(Runnable feed, Runnable facts) {
        hearers = Optional.of(new Hearers(feed, facts));
        news.release();
    }

    /// Tells the cluster from now on what this node is worth.
    ///
    /// @param said as it is now
    public void report(Supplier<Said> said) {
        reporter = Optional.of(NodeReporter.start(server, options, () -> report(said.get()), notices));
    }

    /// What an agent says of itself.
    ///
    /// @param digest of the snapshot that is in force in the kernel
    public record Said(String version, String backend, Map<String, Guarantee> guarantees, String digest) {}

    private NodeReport report(Said said) {
        var revision = settled.filter(one -> one.settlement().digest().equals(said.digest()))
                .map(Settled::revision)
                .orElse("");
        return new NodeReport(
                options.node(),
                clock.instant(),
                options.times().lasts(),
                said.version(),
                said.backend(),
                revision,
                said.guarantees());
    }

    // ---- policies

    @Override
    public List<SourceText> texts() {
        return live.map(FollowedPolicies::texts).orElseGet(this::before);
    }

    @Override
    public List<SourceText> before() {
        return remembered.map(Remembered::policies).orElse(List.of());
    }

    @Override
    public void settled(Settlement now) {
        live.ifPresent(policies -> policies.settled(now));
        settled = Optional.of(
                new Settled(now, live.map(FollowedPolicies::revision).orElse("")));
        news.release();
    }

    // ---- facts

    @Override
    public Pod pod(Container container) {
        var uid = container.pod().flatMap(Container.Pod::uid);
        var known = uid.flatMap(pods::byUid).or(() -> pods.byContainer(container.id()));
        if (known.isPresent()) {
            return new Pod.Known(known.get().namespace(), known.get().labels());
        }
        return container.pod().isEmpty() || uid.filter(NodeInCluster::isOfFile).isPresent()
                ? new Pod.Untold()
                : new Pod.Awaited();
    }

    /// Whether a pod comes from a file of the kubelet's: such a uid is a sum, without dashes. Nobody who makes pods
    /// through the API can make one, and the API server itself may be one: it must not wait for its own word.
    private static boolean isOfFile(String uid) {
        return uid.indexOf('-') < 0;
    }

    @Override
    public Optional<Mode> mode(String namespace) {
        return namespaces
                .of(namespace)
                .or(() -> remembered.map(known -> known.namespaces().getOrDefault(namespace, Map.of())))
                .flatMap(Workload::modeOf);
    }

    public NodePods pods() {
        return pods;
    }

    private void factsChanged() {
        hearers.ifPresent(each -> each.facts().run());
        news.release();
    }

    // ---- its thread

    private void follow() {
        var pause = LEAST_PAUSE;
        var said = "";
        boolean feeding = false;
        var last = remembered;
        try {
            while (true) {
                if (live.isEmpty()) {
                    try {
                        live = Optional.of(FollowedPolicies.start(server, Definitions.AS_THEY_COME, notices));
                        if (!said.isEmpty()) {
                            notices.accept("the API server answers again");
                        }
                    } catch (IOException e) {
                        if (!e.getMessage().equals(said)) {
                            said = e.getMessage();
                            notices.accept("policies are not told: " + said);
                        }
                        news.tryAcquire(jittered(pause).toMillis(), TimeUnit.MILLISECONDS);
                        pause = shorter(pause.multipliedBy(2), MOST_PAUSE);
                        continue;
                    }
                }
                if (!feeding && hearers.isPresent()) {
                    feeding = true;
                    live.get().feed(hearers.get().feed(), _ -> {});
                    hearers.get().feed().run(); // what was loaded may be what was remembered
                }
                if (feeding && isTold()) {
                    last = write(last);
                    Thread.sleep(WRITE_EVERY);
                    news.acquire();
                } else {
                    news.tryAcquire(1, TimeUnit.SECONDS); // nobody rings when all has been told
                }
                news.drainPermits();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Optional<Remembered> write(Optional<Remembered> last) {
        var known = settled.map(Settled::settlement);
        if (known.isEmpty()) {
            return last;
        }
        var next = new Remembered(
                clock.instant(),
                options.node(),
                known.get().inForce(),
                pods.all().stream()
                        .sorted(Comparator.comparing(NodePods.NodePod::uid))
                        .toList(),
                namespaces.all());
        if (last.filter(next::saysTheSameAs).isPresent()) {
            return last;
        }
        try {
            memory.write(next);
            return Optional.of(next);
        } catch (IOException e) {
            notices.accept("what is known of the cluster cannot be kept in " + options.memory() + ": " + e);
            return last;
        }
    }

    private static Duration jittered(Duration pause) {
        return pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis()));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public void close() {
        reporter.ifPresent(NodeReporter::close);
        following.interrupt();
        live.ifPresent(FollowedPolicies::close);
        pods.close();
        namespaces.close();
        server.close();
    }
}
