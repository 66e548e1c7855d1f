// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.ExecAsks;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.FileFacts;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Answers the kernel's question whether a program may start, where no LSM program loads: a program that
/// a container may not run is refused and its caller lives, instead of being killed in its place.
///
/// A thread of its own answers; it takes no lock that another holds. It is an addition to the tracepoint, which stays:
/// what is not asked, not decided or decided wrongly with yes ends there. An answer that takes longer than
/// [#PATIENCE] ends the gate, and with it all waiting, with yes.
public final class ExecGate implements AutoCloseable {
    /// Half of what a kubelet's exec probe is given at least.
    static final Duration PATIENCE = Duration.ofMillis(500);

    /// Refusals that wait to be told; more are counted.
    private static final int MAX_UNTOLD = 1024;

    private static final Set<RuntimeRule> RULES =
            Set.of(RuntimeRule.PROCESS_ALLOW, RuntimeRule.PROCESS_FROM_IMAGE, RuntimeRule.PROCESS_FORBID);

    private final ExecAsks asks;
    private final KernelSide kernel;
    private final int hostMounts = KernelSide.hostMountNamespace();
    private final ArrayBlockingQueue<KernelEvent> untold = new ArrayBlockingQueue<>(MAX_UNTOLD);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private final Thread watchdog;

    private volatile Map<Integer, Kept> byRoot = Map.of(); // by device of the root; replaced whole
    private volatile Optional<String> ended = Optional.empty();
    private volatile Runnable bell = () -> {};

    /// A container's rules as the gate asks them.
    ///
    /// @param loaders of programs that its policies allow: the kernel opens them for those
    private record Kept(Governed governed, Set<Identity> loaders) {}

    private ExecGate(ExecAsks asks, KernelSide kernel) {
        this.asks = asks;
        this.kernel = kernel;
        this.thread = Thread.ofPlatform().daemon().name("gatehouse-exec-gate").unstarted(this::run);
        this.watchdog = Thread.ofPlatform()
                .daemon()
                .name("gatehouse-exec-gate-watchdog")
                .unstarted(this::watch);
    }

    /// @throws KernelException where this kernel has no such questions
    static ExecGate open(KernelSide kernel) {
        var gate = new ExecGate(ExecAsks.open(), kernel);
        gate.thread.start();
        gate.watchdog.start();
        return gate;
    }

    /// Why it does not answer any more; empty while it does.
    public Optional<String> ended() {
        return ended;
    }

    boolean keeps(RuntimeRule rule) {
        return RULES.contains(rule) && ended.isEmpty();
    }

    /// Whether a generation asks for something that the gate refuses.
    static boolean isAsked(Governed governed) {
        return RULES.stream().anyMatch(rule -> governed.stops(rule, ~0));
    }

    /// Puts rules in force for a container.
    ///
    /// @param root its root directory
    /// @param loaders of the programs that its policies allow
    void keep(Governed governed, OpenedFile root, Set<Identity> loaders) {
        if (ended.isPresent()) {
            return;
        }
        var next = new HashMap<>(byRoot);
        next.put(governed.rootDev(), new Kept(governed, Set.copyOf(loaders)));
        byRoot = Map.copyOf(next);
        asks.mark(root);
    }

    /// Its container is gone or asks for nothing any more. The question is asked on until its file system goes.
    void forget(Governed governed) {
        var kept = byRoot.get(governed.rootDev());
        if (kept != null && kept.governed().slot() == governed.slot()) {
            var next = new HashMap<>(byRoot);
            next.remove(governed.rootDev());
            byRoot = Map.copyOf(next);
        }
    }

    /// Refusals since the last call, oldest first.
    public List<KernelEvent> refusals() {
        var events = new ArrayList<KernelEvent>();
        untold.drainTo(events);
        return events;
    }

    /// Refusals that were not told.
    public long lost() {
        return lost.get();
    }

    /// What is run after a refusal, by the gate's thread; must not wait.
    public void onRefusal(Runnable wake) {
        bell = wake;
    }

    // ---- the gate's thread

    private void run() {
        try {
            while (!asks.isGivenUp()) {
                asks.answer(this::mayRun);
            }
        } catch (RuntimeException e) { // the thread's edge: the tracepoint goes on without it
            ended = Optional.of("it failed: " + e);
        } finally {
            asks.close();
        }
    }

    private boolean mayRun(int fd, int pid) {
        try {
            var identity = kernel.identify(OpenedFile.lent(fd), 0);
            var kept = byRoot.get(identity.dev());
            if (kept == null || isHosts(pid)) {
                return true;
            }
            return decide(kept, identity, fd, pid);
        } catch (KernelException | IllegalStateException _) {
            return true; // it went meanwhile, or is the tracepoint's
        }
    }

    /// A runtime on its way in, or an operator who runs a container's file from outside.
    private boolean isHosts(int pid) {
        return pid == 0
                || KernelSide.mountNamespace(pid)
                        .filter(own -> own == hostMounts)
                        .isPresent();
    }

    private boolean decide(Kept kept, Identity identity, int fd, int pid) {
        var governed = kept.governed();
        var file = new FileFacts(
                identity.dev(),
                identity.ino(),
                identity.generation(),
                identity.overlay(),
                identity.upper(),
                true,
                false);
        var violated = LateJudge.execBreaches(file, governed);
        if (kept.loaders().contains(identity)) {
            violated.set(RuntimeRule.PROCESS_ALLOW.ordinal(), 0); // run by itself it is the tracepoint's
        }
        boolean stop = false;
        boolean kill = false;
        for (var rule : RULES) {
            int policies = violated.get(rule.ordinal());
            stop |= governed.stops(rule, policies);
            kill |= (governed.masks().get(rule.ordinal()).kill() & policies) != 0;
        }
        if (stop) {
            refuse(governed, file, violated, kill ? Verdict.KILL : Verdict.DENY, fd, pid);
        }
        return !stop;
    }

    private void refuse(Governed governed, FileFacts file, List<Integer> violated, Verdict verdict, int fd, int pid) {
        if (untold.remainingCapacity() == 0 && verdict != Verdict.KILL) {
            lost.incrementAndGet(); // a storm: what it costs is kept small
            return;
        }
        var actor = ProcActor.of(pid);
        if (verdict == Verdict.KILL) {
            LateJudge.kill(actor);
        }
        var event = new KernelEvent(
                BootClock.nanos(),
                Act.EXEC,
                verdict,
                Backend.FANOTIFY,
                0,
                governed.slot(),
                governed.rules(),
                violated,
                KernelEvent.Detail.NONE,
                actor,
                file,
                false,
                ProcActor.pathOf(fd),
                true,
                ProcActor.pathOf(fd),
                List.of(), // what it was asked with is in nobody's memory yet
                false,
                "",
                0);
        if (!untold.offer(event)) {
            lost.incrementAndGet();
        }
        bell.run();
    }

    // ---- the watchdog's thread

    private void watch() {
        while (ended.isEmpty() && !asks.isGivenUp()) {
            long since = asks.waitingSinceNanos();
            if (since != 0 && System.nanoTime() - since > PATIENCE.toNanos()) {
                ended = Optional.of("an answer took longer than " + PATIENCE.toMillis() + " ms");
                asks.giveUp();
                return;
            }
            try {
                Thread.sleep(PATIENCE.dividedBy(4));
            } catch (InterruptedException _) {
                return; // closed
            }
        }
    }

    @Override
    public void close() {
        ended = Optional.of("the agent ends");
        asks.giveUp();
        watchdog.interrupt();
        try {
            thread.join(PATIENCE.multipliedBy(4));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
