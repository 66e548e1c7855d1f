// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import io.gatehouse.agent.containers.Announcement;
import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.containers.Finding;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.Door;
import io.gatehouse.agent.enforce.Enforcer;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.hook.Announcements.Answer;
import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.events.KernelEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// How containers come under rules on a node: found as they run, met by what the kernel tells, announced by their
/// runtime; and the programs that wait meanwhile, until it is known whose they are. Ring thread only.
final class Arrivals {
    /// How long a cgroup is looked at again before it counts as no container's. A runtime writes down who owns it only
    /// after its first process has joined it.
    private static final Duration STRANGER_PATIENCE = Duration.ofSeconds(2);

    /// How long a cgroup is left alone that a runtime joined, where its first program will wait at the door.
    private static final Duration STRANGER_EARLY = Duration.ofMillis(500);

    /// Who waits for longer has been told of, or the record was lost. Before, the kernel may not have stopped him yet.
    private static final Duration HOLD_AGE = Duration.ofMillis(50);

    /// Containers remembered as told of; beyond it some are told of again.
    private static final int MAX_TOLD = 4096;

    private final KernelSide kernel;
    private final ContainerFinder finder;
    private final Predicate<Container> mine;
    private final ClusterFacts cluster;
    private final Enforcer enforcer;
    private final Door door;
    private final Optional<String> ownContainer;
    private final Keeper agent;

    private final Map<Long, Stranger> strangers = new HashMap<>();
    /// By process. Their containers are known, under the strictest rules they may come to have.
    private final Map<Integer, Unlabelled> unlabelled = new HashMap<>();
    private final Set<String> notGoverned = new HashSet<>();

    /// Who keeps the policies of the containers that arrive.
    interface Keeper {
        /// A container that was not known is governed.
        void met(Governed governed);

        /// What a container did before its rules were in the kernel.
        void judgeLate(KernelEvent event, Governed governed);

        /// Rules may depend on labels that are known by now.
        void labelsCame();

        void notice(String text);

        void noticeOnce(String key, String text);

        LocalDate today();
    }

    /// A cgroup that something runs in and that may yet turn out to be a container's.
    ///
    /// @param event the last one of it
    /// @param hold present where its program waits
    /// @param fromNanos not looked at before
    private record Stranger(KernelEvent event, Optional<Door.Hold> hold, long fromNanos, long untilNanos) {}

    /// A program that waits until the labels of its pod are told.
    private record Unlabelled(KernelEvent event, Door.Hold hold, Container container, long untilNanos) {}

    Arrivals(
            KernelSide kernel,
            ContainerFinder finder,
            Predicate<Container> mine,
            ClusterFacts cluster,
            Enforcer enforcer,
            Keeper agent) {
        this.kernel = kernel;
        this.finder = finder;
        this.mine = mine;
        this.cluster = cluster;
        this.enforcer = enforcer;
        this.door = kernel.door();
        this.ownContainer = finder.ofProcess(ProcessHandle.current().pid()).map(Container::id);
        this.agent = agent;
    }

    /// Whether something will be looked at again soon.
    boolean awaitsSomething() {
        return !strangers.isEmpty() || !enforcer.unsettled().isEmpty();
    }

    /// Those that run already.
    void adoptRunning() {
        for (var container : finder.running()) {
            adopt(container, 0, Optional.empty());
        }
    }

    /// The first program of a container that was not known is judged here, late: its rules were not in the kernel yet.
    /// Where it waits for that it is not late at all; where programs wait, a runtime that only joined a cgroup is
    /// left alone for a while, until it has written down what the container is.
    void meet(KernelEvent event) {
        var hold = door.of(event.actor().pid());
        boolean early = event.path().isEmpty() && kernel.holds();
        if (early || !settle(event, hold)) {
            // The last process that was seen: a runtime's first ones do not live until it has written its records.
            long now = System.nanoTime();
            strangers.put(
                    event.scope(),
                    new Stranger(
                            event,
                            hold,
                            early ? now + STRANGER_EARLY.toNanos() : now,
                            now + STRANGER_PATIENCE.toNanos()));
        } else {
            strangers.remove(event.scope());
        }
    }

    /// Its runtime waits for the answer, so nothing of the container has run.
    Answer announced(Announcement said) {
        return switch (finder.announced(said)) {
            case Finding.Known(var container) when !isOurs(container) -> new Answer.Free();
            case Finding.Known(var container) ->
                adopt(container, 0, Optional.empty())
                        .<Answer>map(governed -> governed.rules() == 0
                                ? new Answer.Free()
                                : new Answer.Governed(governed.policies().size() + " policies are in force for it"))
                        .orElseGet(() -> new Answer.Refused(
                                notGoverned.contains(container.id())
                                        ? "the agent told why"
                                        : "its root file system cannot be found"));
            case Finding.Unrecognised(var reason) -> new Answer.Refused(reason);
            case Finding.Host _ -> new Answer.Refused("it is no container");
        };
    }

    /// Whether it is known whose the process is; if so it goes on.
    private boolean settle(KernelEvent event, Optional<Door.Hold> hold) {
        var found = finder.ofProcess(event.actor().pid());
        if (found.isEmpty()) {
            return false;
        }
        var governed = adopt(found.get(), event.scope(), hold);
        if (governed.isPresent() && hold.isPresent() && awaitsLabels(governed.get())) {
            unlabelled.put(
                    hold.get().pid(),
                    new Unlabelled(
                            event,
                            hold.get(),
                            governed.get().container(),
                            System.nanoTime() + STRANGER_PATIENCE.toNanos()));
            return true;
        }
        governed.ifPresent(each -> agent.judgeLate(event, each));
        boolean neverToBe =
                !isOurs(found.get()) || notGoverned.contains(found.get().id());
        if (neverToBe && hold.isPresent()) {
            enforcer.leaveAlone(hold.get().scope());
        }
        if (governed.isPresent() || neverToBe) {
            hold.ifPresent(door::letGo);
        }
        return governed.isPresent() || neverToBe && hold.isPresent();
    }

    /// Whether its rules depend on labels that are yet to be told.
    private boolean awaitsLabels(Governed governed) {
        return governed.rules() != 0 && cluster.pod(governed.container()) instanceof ClusterFacts.Pod.Awaited;
    }

    /// Those whose labels are known by now go on under the rules that these select; those that waited for long enough
    /// under all that their labels might select, until they are told.
    void letGoLabelled() {
        if (unlabelled.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        unlabelled.values().removeIf(waiting -> {
            var governed = enforcer.byScope(waiting.hold().scope());
            boolean awaits = governed.filter(this::awaitsLabels).isPresent();
            if (awaits && now - waiting.untilNanos() < 0) {
                return false;
            }
            if (!awaits) {
                agent.labelsCame(); // word of it may have come in this very moment
            } else {
                agent.noticeOnce(
                        "labels " + waiting.container().id(),
                        "the API server has not told of the pod of container "
                                + waiting.container().shownName()
                                + "; until it does, every policy counts that its labels might select");
            }
            governed.ifPresent(each -> agent.judgeLate(waiting.event(), each));
            door.letGo(waiting.hold());
            return true;
        });
    }

    /// Takes in a program that waits and whose record was lost, or told to another agent.
    void admit(Door.Hold hold) {
        if (unlabelled.containsKey(hold.pid())) {
            return;
        }
        var met = strangers.get(hold.scope());
        if (met != null && met.hold().isPresent()) {
            return;
        }
        if (!settle(hold.event(), Optional.of(hold))) {
            long now = System.nanoTime();
            strangers.put(
                    hold.scope(),
                    new Stranger(hold.event(), Optional.of(hold), now, now + STRANGER_PATIENCE.toNanos()));
        }
    }

    void recogniseStrangers() {
        long now = System.nanoTime();
        strangers.entrySet().removeIf(entry -> {
            var stranger = entry.getValue();
            if (now - stranger.fromNanos() < 0) {
                return false;
            }
            if (settle(stranger.event(), stranger.hold())) {
                return true;
            }
            boolean over = now - stranger.untilNanos() > 0;
            if (over) {
                stranger.hold().ifPresent(this::letGoUnknown);
            }
            return over;
        });
    }

    /// Nobody's container, as far as can be told: nothing of that cgroup waits again.
    private void letGoUnknown(Door.Hold hold) {
        if (!door.letGo(hold)) {
            return; // it ended while it waited
        }
        enforcer.leaveAlone(hold.scope());
        agent.notice("process " + hold.pid() + " waited for its rules in vain: whose container it is cannot be told;"
                + " it goes on without any");
    }

    /// Rules made before a container's mounts were in place are made again when they are.
    void settle() {
        var unsettled = enforcer.unsettled();
        if (!unsettled.isEmpty()) {
            for (var container : finder.running()) {
                if (unsettled.contains(container.id())) {
                    adopt(container, 0, Optional.empty());
                }
            }
        }
    }

    /// @param scope the cgroup it was seen in; 0: in none in particular
    private Optional<Governed> adopt(Container container, long scope, Optional<Door.Hold> hold) {
        if (!isOurs(container)) {
            return Optional.empty();
        }
        try {
            boolean known = enforcer.isKnown(container.id());
            var governed = hold.isPresent()
                    ? enforcer.adopt(container, hold.get(), agent.today())
                    : enforcer.adopt(container, scope == 0 ? Set.of() : Set.of(scope), agent.today());
            governed.filter(_ -> !known).ifPresent(agent::met);
            governed.ifPresent(_ -> notGoverned.remove(container.id()));
            return governed;
        } catch (KernelException | IllegalStateException e) {
            if (notGoverned.size() >= MAX_TOLD) {
                notGoverned.clear();
            }
            if (notGoverned.add(container.id())) { // each of its programs would say so again
                agent.notice("container " + container.shownName() + " is not governed: " + e.getMessage());
            }
            return Optional.empty();
        }
    }

    /// The agent is not governed by what it keeps.
    private boolean isOurs(Container container) {
        return ownContainer.filter(container.id()::equals).isEmpty() && mine.test(container);
    }

    /// Whoever waits at the door though no record told of him.
    void admitWaiting() {
        long now = BootClock.nanos();
        door.all().stream()
                .filter(hold -> now - hold.sinceNs() > HOLD_AGE.toNanos())
                .forEach(this::admit);
    }
}
