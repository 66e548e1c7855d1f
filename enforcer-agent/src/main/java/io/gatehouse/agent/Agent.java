// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import io.gatehouse.agent.containers.Announcement;
import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.detect.AlertWriter;
import io.gatehouse.agent.detect.EventDecoder;
import io.gatehouse.agent.enforce.Brake;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.Door;
import io.gatehouse.agent.enforce.Enforcer;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.LateJudge;
import io.gatehouse.agent.enforce.RootMounts;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.agent.enforce.Succession;
import io.gatehouse.agent.hook.Announcements;
import io.gatehouse.agent.hook.Announcements.Answer;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Poller;
import io.gatehouse.agent.kernel.RingBuffer;
import io.gatehouse.agent.kernel.Uninterrupted;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.Brakes;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/// Keeps policies on one node: finds containers, puts their rules into the kernel, tells what the kernel saw.
public final class Agent implements AutoCloseable {
    /// Containers remembered as told of; beyond it some are told of again.
    private static final int MAX_TOLD = 4096;

    private static final int STRANGER_TICK_MILLIS = 10;
    private static final int IDLE_TICK_MILLIS = 500;

    private final KernelSide kernel;
    private final RingBuffer ring;
    private final Poller poller;
    private final Enforcer enforcer;
    private final LateJudge lateJudge;
    private final AlertWriter alertWriter;
    private final Arrivals arrivals;
    private final Losses losses;
    private final Door door;
    private final Announcements announcements;
    private final ClusterFacts cluster;
    private final AgentListener listener;
    private final InstantSource clock;
    private final Thread thread;

    // Ring thread only.
    private final Set<String> toldOnce = new HashSet<>();
    private Optional<Brake> brake = Optional.empty();
    private Snapshot inForce;
    private LocalDate inForceOn;
    private Optional<String> brakeTold = Optional.empty();
    /// What was told of documents for their day.
    private List<String> noticesTold = List.of();

    // Written by any thread, read by the ring thread.
    private volatile Snapshot wanted;
    private volatile boolean clusterChanged;
    private volatile boolean stopping;
    private volatile boolean stops; // written by the ring thread
    private volatile String digest = ""; // the same

    private Agent(
            KernelSide kernel,
            ContainerFinder finder,
            Predicate<Container> mine,
            ClusterFacts cluster,
            Snapshot first,
            AgentListener listener,
            InstantSource clock) {
        this.kernel = kernel;
        this.cluster = cluster;
        this.listener = listener;
        this.clock = clock;
        this.wanted = first;
        this.ring = kernel.events();
        this.losses = new Losses(kernel);
        this.poller = Poller.of(ring);
        this.announcements = new Announcements(poller::wake);
        kernel.execGate().ifPresent(gate -> gate.onRefusal(poller::wake));
        this.enforcer = new Enforcer(kernel, cluster);
        this.lateJudge = new LateJudge(kernel);
        this.door = kernel.door();
        this.alertWriter = new AlertWriter(kernel);
        this.arrivals = new Arrivals(kernel, finder, mine, cluster, enforcer, new Keeping());
        this.thread = Thread.ofPlatform().name("gatehouse-ring").unstarted(this::run);
    }

    /// Starts on what the kernel side could load. Takes the kernel side over: closing the agent closes it.
    ///
    /// @param nodeRoot the node's root directory, `/` unless the agent runs in a pod that has it elsewhere
    public static Agent start(
            KernelSide kernel, Path nodeRoot, Snapshot first, AgentListener listener, InstantSource clock) {
        return start(kernel, nodeRoot, ClusterFacts.NONE, first, listener, clock);
    }

    /// As above, in a cluster; whoever hears that something of its facts changed calls [#clusterChanged].
    public static Agent start(
            KernelSide kernel,
            Path nodeRoot,
            ClusterFacts cluster,
            Snapshot first,
            AgentListener listener,
            InstantSource clock) {
        return start(kernel, nodeRoot, _ -> true, cluster, first, listener, clock);
    }

    /// As the first, for some containers only.
    public static Agent start(
            KernelSide kernel,
            Path nodeRoot,
            Predicate<Container> mine,
            Snapshot first,
            AgentListener listener,
            InstantSource clock) {
        return start(kernel, nodeRoot, mine, ClusterFacts.NONE, first, listener, clock);
    }

    private static Agent start(
            KernelSide kernel,
            Path nodeRoot,
            Predicate<Container> mine,
            ClusterFacts cluster,
            Snapshot first,
            AgentListener listener,
            InstantSource clock) {
        var agent = new Agent(kernel, new ContainerFinder(nodeRoot), mine, cluster, first, listener, clock);
        agent.applyWanted();
        agent.arrivals.adoptRunning();
        agent.takeOver();
        agent.thread.start();
        return agent;
    }

    /// What ended agents left is in force until here.
    private void takeOver() {
        var succession = new Succession(kernel, enforcer, EventDecoder::decode);
        kernel.takeOffice();
        arrivals.adoptRunning(); // what started before containers waited for us
        succession.waiting().forEach(arrivals::admit);
        enforcer.noteNewcomers();
        ring.drain(this::receive);
        succession.complete(this::tellLeft, listener::notice);
        kernel.brake().ifPresent(this::tellBrake);
        hearNothingBefore();
    }

    private void tellLeft(KernelEvent event, Governed governed) {
        if (event.act() == Act.NAMED_CHANGE) {
            lateJudge.judge(event, governed).ifPresent(late -> tell(late, governed));
        } else {
            tell(event, governed);
        }
    }

    /// Hands over a new snapshot. Returns at once; [AgentListener#inForce] tells when it holds.
    public void inForce(Snapshot snapshot) {
        wanted = snapshot;
        poller.wake();
    }

    /// A container that its runtime is making: answered once its rules are in force. Any thread.
    public Future<Answer> announce(Announcement said) {
        return announcements.add(said);
    }

    /// Labels of pods or namespaces came, changed or went. Any thread.
    public void clusterChanged() {
        clusterChanged = true;
        poller.wake();
    }

    /// What the kernel side can do here; its answers do not change while the agent runs.
    public KernelSide kernel() {
        return kernel;
    }

    /// Root mounts that are read-only as policies ask, and those that should be. Any thread may ask.
    public RootMounts.Counts rootMounts() {
        return enforcer.rootMounts();
    }

    /// Of the snapshot that is in force; empty before one is. Any thread may ask.
    public String digest() {
        return digest;
    }

    /// A counter of the kernel side. Any thread may ask.
    public long count(KernelCounter counter) {
        return kernel.count(counter);
    }

    // ---- the ring thread

    private void run() {
        long nextChoresNanos = System.nanoTime();
        while (!stopping) {
            poller.await(arrivals.awaitsSomething() ? STRANGER_TICK_MILLIS : IDLE_TICK_MILLIS);
            ring.drain(this::receive);
            guarded("refused programs were not told", this::tellRefusals);
            guarded("policies were not applied", this::applyWanted);
            guarded("an announced container was not taken in", () -> announcements.answer(arrivals::announced));
            guarded("containers were not looked for", arrivals::recogniseStrangers);
            guarded("programs that wait for labels were not let go", arrivals::letGoLabelled);
            guarded("processes of containers were not noted", enforcer::noteNewcomers);
            guarded("rules were not made again", this::settle);
            stops = enforcer.stops();
            if (System.nanoTime() - nextChoresNanos >= 0) {
                nextChoresNanos =
                        System.nanoTime() + Duration.ofMillis(IDLE_TICK_MILLIS).toNanos();
                guarded("the chores were not done", this::chores);
            }
        }
        ring.drain(this::receive); // what was decided before the end is told
        announcements.answer(_ -> new Answer.Refused("the agent ends"));
        guarded("programs that wait were not let go", () -> door.all().forEach(door::letGo));
    }

    private void receive(ByteBuffer data, int offset, int length) {
        var event = EventDecoder.decode(data, offset, length);
        if (event.isEmpty()) {
            losses.undecodable();
            return;
        }
        guarded("an event was not handled", () -> handle(event.get()));
    }

    /// The edge of the ring thread: one failure must not end what keeps telling of all the others.
    private void guarded(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            listener.notice(what + ": " + e);
        }
    }

    private void handle(KernelEvent event) {
        switch (event.act()) {
            case STRANGER -> arrivals.meet(event);
            case LEFT -> enforcer.bySlot(event.slot()).ifPresent(governed -> tellLeaving(event, governed));
            case GONE -> enforcer.forget(event.scope());
            case NAMED_CHANGE ->
                enforcer.byRules(event.rules())
                        .ifPresent(
                                governed -> lateJudge.judge(event, governed).ifPresent(late -> tell(late, governed)));
            default -> {
                if (event.backend() == Backend.CGROUP && event.verdict() == Verdict.KILL) {
                    LateJudge.kill(event.actor());
                }
                enforcer.byRules(event.rules()).ifPresent(governed -> tell(event, governed));
            }
        }
    }

    /// Of programs that the agent itself refused.
    private void tellRefusals() {
        kernel.execGate()
                .ifPresent(gate -> gate.refusals()
                        .forEach(
                                event -> enforcer.byRules(event.rules()).ifPresent(governed -> tell(event, governed))));
    }

    private void tell(KernelEvent event, Governed governed) {
        listener.acted(event, governed);
        alertWriter.alerts(event, governed).forEach(listener::alert);
    }

    // ---- containers

    private void settle() {
        arrivals.settle();
        enforcer.settled().forEach(this::tellGaps);
    }

    /// What arrivals ask of their agent.
    private final class Keeping implements Arrivals.Keeper {
        @Override
        public void met(Governed governed) {
            listener.met(governed);
        }

        @Override
        public void judgeLate(KernelEvent event, Governed governed) {
            lateJudge.judge(event, governed).ifPresent(late -> tell(late, governed));
        }

        @Override
        public void labelsCame() {
            reselect();
        }

        @Override
        public void notice(String text) {
            listener.notice(text);
        }

        @Override
        public void noticeOnce(String key, String text) {
            tellOnce(key, text);
        }

        @Override
        public LocalDate today() {
            return Agent.this.today();
        }
    }

    private void tellLeaving(KernelEvent event, Governed governed) {
        var name = governed.container().shownName();
        tellOnce(
                name + event.actor().name(),
                "process " + event.actor().pid() + " (" + event.actor().name() + ") of container " + name
                        + " left the container's cgroup; it stays under the container's rules");
    }

    private void tellOnce(String key, String text) {
        if (toldOnce.size() >= MAX_TOLD) {
            toldOnce.clear();
        }
        if (toldOnce.add(key)) {
            listener.notice(text);
        }
    }

    private void tellGaps(Governed governed) {
        governed.gaps().forEach(gap -> listener.alert(alertWriter.gap(governed, gap, clock.instant())));
    }

    // ---- policies

    /// Exemptions end with a day, so a new day is a reason too.
    private void applyWanted() {
        var next = wanted;
        if (next == inForce && today().equals(inForceOn)) {
            if (clusterChanged) {
                clusterChanged = false;
                reselect();
            }
            return;
        }
        clusterChanged = false;
        try {
            var applied = enforcer.apply(next, today());
            applied.made().forEach(this::tellGaps);
            applied.failed().forEach(each -> listener.notice("policies are not in force for container " + each));
            inForce = next;
            inForceOn = today();
            digest = next.digest();
            kernel.hold(couldStop(next, today()) && kernel.brake().isEmpty());
            tellBrake(next);
            tellNotices(next);
            tellWhatLabelsKeepOut(next);
            listener.inForce(next, enforcer.all());
        } catch (KernelException e) {
            inForce = next; // trying again with every tick would only say it again
            inForceOn = today();
            listener.notice("policies are not in force: " + e.getMessage());
        }
    }

    private void reselect() {
        var selected = enforcer.reselect(today());
        selected.made().forEach(this::tellGaps);
        selected.failed().forEach(each -> listener.notice("policies are not in force for container " + each));
        if (!selected.made().isEmpty()) {
            listener.selectedAnew(enforcer.all());
        }
    }

    /// Whether a container to come could have rules that stop anything: only then is it worth its waiting. A namespace
    /// may have chosen what its policy does not say.
    private static boolean couldStop(Snapshot snapshot, LocalDate today) {
        return snapshot.forNode(today).stream()
                .anyMatch(policy -> (policy.mode() == Mode.ENFORCE
                                || policy.rollout().namespaceModes().contains(Mode.ENFORCE))
                        && policy.runtime()
                                .filter(section -> Arrays.stream(RuntimeRule.values())
                                        .anyMatch(rule -> rule.asked(section)
                                                .filter(action -> action != Action.REPORT)
                                                .isPresent()))
                                .isPresent());
    }

    /// Exemptions that have expired, policies that are promoted: each once.
    private void tellNotices(Snapshot snapshot) {
        var now = snapshot.notices(today()).stream().map(Diagnostic::message).toList();
        now.stream().filter(notice -> !noticesTold.contains(notice)).forEach(listener::notice);
        noticesTold = now;
    }

    /// Pulled, lifted, or ended with its last day.
    private void tellBrake(Snapshot snapshot) {
        var brake = snapshot.brakes().told(today());
        if (!brake.equals(brakeTold)) {
            brakeTold = brake;
            listener.notice(brake.orElse(Brakes.LIFTED));
        }
    }

    private void tellWhatLabelsKeepOut(Snapshot snapshot) {
        if (cluster != ClusterFacts.NONE) {
            return;
        }
        for (var policy : snapshot.policies()) {
            if (policy.runtime().isPresent() && !policy.match().matchLabels().isEmpty()) {
                listener.notice("policy " + policy.name() + " is not kept on this node: it selects pods by label, and"
                        + " labels are told by an API server, and there is none here");
            }
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    // ---- losses

    private void chores() {
        // Each by itself: whoever waits at the door must not wait for what goes wrong elsewhere.
        guarded("programs that wait were not let in", arrivals::admitWaiting);
        guarded("the brake was not looked at", this::lookAtBrake);
        guarded("rules were not swept", this::sweep);
        enforcer.toldOfRootMounts().forEach(listener::notice);
        var lost = losses.look(listener::notice);
        if (lost.lineages()) {
            enforcer.expectNewcomers();
        }
        if (lost.records()) {
            enforcer.forgetGone(); // containers may have come and gone unseen
            arrivals.adoptRunning();
        }
        hearNothingBefore();
    }

    private void sweep() {
        for (var container : enforcer.sweep()) {
            listener.notice("container " + container.shownName() + " is gone, but processes of it live on in other"
                    + " cgroups; they stay under its rules");
        }
        enforcer.withdraw()
                .forEach((container, reason) ->
                        listener.notice("container " + container.shownName() + " is not governed any more: " + reason));
    }

    /// So that the next agent knows what happened when none was there.
    private void hearNothingBefore() {
        kernel.heard(BootClock.nanos());
    }

    private void lookAtBrake() {
        var now = kernel.brake();
        if (now.map(Brake::since).equals(brake.map(Brake::since))) {
            return;
        }
        now.ifPresentOrElse(this::tellBrake, () -> listener.notice("the brake is off: policies are kept again"));
        brake = now;
        enforcer.brakeChanged();
        kernel.hold(couldStop(inForce, today()) && now.isEmpty());
    }

    private void tellBrake(Brake now) {
        brake = Optional.of(now);
        listener.notice(now.text() + "; nothing is stopped on this node, everything is told");
    }

    /// Whether what is in force outlives this process: it has its names in the kernel, and stops something.
    public boolean stays() {
        return kernel.instance().isPresent() && stops;
    }

    /// Ends. What is in force stays in force where [#stays] says so, else it is taken off. What was decided until then
    /// is told.
    @Override
    public void close() {
        stopping = true;
        poller.wake();
        Uninterrupted.join(thread); // it reads memory that goes below
        stops = enforcer.stops();
        hearNothingBefore();
        if (!stays()) {
            enforcer.letRootMountsGo();
        }
        enforcer.toldOfRootMounts().forEach(listener::notice);
        if (!stops) {
            kernel.release();
        }
        poller.close();
        ring.close();
        kernel.close();
    }
}
