// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.KernelRules.Place;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Gives every container its rules and keeps them in the kernel. Ring thread only.
///
/// A change is written as a new generation beside the old, read back, put in force by one word, and only then is the
/// old one swept, a moment later so that no hook still reads by it.
public final class Enforcer {
    /// How long a container's mounts are waited for.
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /// Open files are looked at again now and then, until nobody has any.
    private static final int SWEEPS_PER_LOOK = 20;

    private static final int LOOKS_PER_SWEEP = 64;

    private final KernelSide kernel;
    private final KernelRules maps;
    private final ClusterFacts cluster;
    private final Generations generations;
    private final NodeItself nodeItself;
    private final Slots slots;
    private final Demand demand = new Demand();
    private final Set<Known> settling = new LinkedHashSet<>();
    private final LinkedHashSet<Known> toLookAt = new LinkedHashSet<>();
    private final List<Governed> mapped = new ArrayList<>(); // with what is mapped since before, to be told
    private final OpenBefore openBefore;
    private final RootMounts rootMounts;
    private int sweeps;
    private final Map<String, Known> byId = new HashMap<>();
    private final Map<Long, Known> byScope = new HashMap<>();
    private final List<Known> deserted = new ArrayList<>(); // without a cgroup; tasks of theirs may live elsewhere
    private List<Governed> replaced = new ArrayList<>(); // since the last sweep
    private List<Governed> aged = new ArrayList<>(); // before it
    private List<Integer> replacedForAll = new ArrayList<>();
    private List<Integer> agedForAll = new ArrayList<>();
    private DefaultRules defaults = DefaultRules.NONE;
    private int defaultNumber;
    private boolean newcomers; // tasks whose container is known and who are not noted as its own
    private Snapshot snapshot = new Snapshot("none", List.of());

    /// A container that was seen, governed or not.
    private static final class Known {
        private final Place place;
        private final Set<Long> scopes = new HashSet<>();
        private final long sinceNanos = System.nanoTime();
        private Governed governed;
        private List<WorkloadPolicy> selected = List.of(); // by the last question
        private boolean openBefore; // its processes have files open that they might not open now
        private boolean isNode;
        private boolean toldOfLivingOn;

        private Known(Governed governed, Place place) {
            this.governed = governed;
            this.place = place;
        }
    }

    public Enforcer(KernelSide kernel, ClusterFacts cluster) {
        this.kernel = kernel;
        this.cluster = cluster;
        this.maps = kernel.rules();
        this.generations = new Generations(kernel, maps);
        this.openBefore = new OpenBefore(kernel);
        this.rootMounts = new RootMounts(kernel, generations);
        this.nodeItself = new NodeItself(kernel);
        this.slots = new Slots();
    }

    /// @param made the containers that have the rules of a snapshot now
    /// @param failed those that keep what they had, each with the reason
    public record Applied(List<Governed> made, List<String> failed) {}

    /// Puts a snapshot in force for every container there is; one that cannot have it keeps no other from it.
    public Applied apply(Snapshot next, LocalDate today) {
        snapshot = next;
        prepare();
        var made = new ArrayList<Governed>();
        var failed = new ArrayList<String>();
        for (var known : byId.values()) {
            try {
                made.add(govern(known, known.governed.container(), today));
            } catch (KernelException | IllegalStateException e) {
                failed.add(known.governed.container().shownName() + ": " + e.getMessage());
            }
        }
        for (var known : deserted) {
            if (policiesFor(known.governed.container(), today).isEmpty()) {
                replace(known, Generations.nothingAsked(known.governed.container(), known.place.slot()));
            } // else it keeps the rules it has: its files are gone, and none could be looked up
        }
        try {
            applyDefaults(today);
        } catch (KernelException | IllegalStateException e) {
            failed.add("containers that start while no agent lives: " + e.getMessage());
        }
        attachWhatIsNeeded();
        rootMounts.publish();
        return new Applied(made, failed);
    }

    /// Gives other rules to the containers that other policies select, or select otherwise, than when they were asked
    /// last: labels came, or changed.
    public Applied reselect(LocalDate today) {
        var made = new ArrayList<Governed>();
        var failed = new ArrayList<String>();
        for (var known : byId.values()) {
            var container = known.governed.container();
            if (known.isNode || policiesFor(container, today).equals(known.selected)) {
                continue;
            }
            try {
                made.add(govern(known, container, today));
            } catch (KernelException | IllegalStateException e) {
                failed.add(container.shownName() + ": " + e.getMessage());
            }
        }
        attachWhatIsNeeded();
        return new Applied(made, failed);
    }

    /// Has the programs loaded that any policy asks for, before a container stands at the door and waits for them.
    private void prepare() {
        kernel.bring(Stream.of(RuntimeRule.values()).filter(this::isAsked).collect(Collectors.toSet()));
    }

    private boolean isAsked(RuntimeRule rule) {
        return snapshot.policies().stream()
                .anyMatch(policy -> policy.runtime().flatMap(rule::asked).isPresent());
    }

    /// The rules of containers that start while no agent lives, as the snapshot has them.
    private void applyDefaults(LocalDate today) {
        var next = DefaultRules.of(snapshot, kernel, today);
        if (next.equals(defaults)) {
            return;
        }
        int number = next.isNone() ? 0 : generations.writeForAll(next.masks(), next.policies());
        if (number != 0) {
            slots.setAside(maps);
        }
        kernel.control().defaultRules(number);
        demand.swap(defaults.masks(), next.masks());
        if (defaultNumber != 0) {
            replacedForAll.add(defaultNumber);
        }
        defaults = next;
        defaultNumber = number;
    }

    /// Takes a container in, or more of it: its own cgroups, or `scope`, the one it was seen in. Empty while its root
    /// file system cannot be found yet, and when it is gone.
    ///
    /// @throws IllegalStateException it has no cgroup of its own, or the node itself runs in it
    public Optional<Governed> adopt(Container container, Set<Long> scope, LocalDate today) {
        newcomers = true;
        return take(container, scope, today).map(known -> known.governed);
    }

    /// Takes in the container of a program that waits for it: nothing of it has run yet.
    public Optional<Governed> adopt(Container container, Door.Hold hold, LocalDate today) {
        var known = take(container, Set.of(hold.scope()), today);
        known.filter(each -> each.scopes.isEmpty()).ifPresent(each -> bind(each, Set.of(hold.scope())));
        if (known.isPresent() && !maps.takeIn(hold.pid(), known.get().place)) {
            newcomers = true;
        }
        return known.map(each -> each.governed);
    }

    private Optional<Known> take(Container container, Set<Long> scope, LocalDate today) {
        if (!CgroupKeys.exist(container.cgroup())) {
            return Optional.empty(); // it ended meanwhile
        }
        var keys = ownKeys(container, scope);
        var known = byId.get(container.id());
        if (known == null) {
            if (!generations.hasRoot(container)) {
                return Optional.empty();
            }
            known = takeIn(container, today);
        } else if (generations.hasAnotherRoot(known.governed, container)) {
            generations.forget(container);
            govern(known, container, today); // it was started anew, and word of its end was lost
            attachWhatIsNeeded();
        } else if (!known.governed.settled()
                || !isAlike(known.governed.container(), container)
                || rootMounts.isAwaited(known.governed)) {
            govern(known, container, today); // its runtime had not made, or not written down, all of it
            attachWhatIsNeeded();
        }
        if (!rootMounts.isAwaited(known.governed) || !kernel.holdsOn(known.governed.rootDev())) {
            bind(known, keys);
        } // else its first program waits at the door, as of a container that nobody knows
        lookAtOpenFiles(known);
        attachWhatIsNeeded();
        rootMounts.publish();
        return Optional.of(known);
    }

    /// Last: from here on the kernel decides.
    private void bind(Known known, Set<Long> keys) {
        for (long key : keys) {
            maps.bind(key, known.place.slot());
            known.scopes.add(key);
            byScope.put(key, known);
        }
    }

    /// As far as policies select by it.
    private static boolean isAlike(Container one, Container other) {
        return one.name().equals(other.name())
                && one.image().equals(other.image())
                && one.pod().equals(other.pod());
    }

    /// A container that cannot be given its rules is not known afterwards: its next program is another try.
    private Known takeIn(Container container, LocalDate today) {
        nodeItself.in(container).ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        var place = slots.take();
        var known = new Known(Generations.nothingAsked(container, place.slot()), place);
        try {
            maps.point(place, 0, 0);
            govern(known, container, today);
        } catch (KernelException | IllegalStateException e) {
            toLookAt.remove(known);
            setOpenBefore(known, false);
            slots.give(place);
            throw e;
        }
        byId.put(container.id(), known);
        settling.add(known);
        attachWhatIsNeeded();
        return known;
    }

    private static Set<Long> ownKeys(Container container, Set<Long> scope) {
        var keys = CgroupKeys.of(container.cgroup());
        if (keys.isEmpty()) {
            // Where it has its own, the one it was seen in may be its runtime's: on a hybrid host a process joins one
            // hierarchy after the other, and comes from whatever its runtime is in.
            keys.addAll(scope);
        }
        keys.removeIf(CgroupKeys::isRoot); // everybody's
        if (keys.isEmpty()) {
            throw new IllegalStateException("it has no cgroup of its own, so its processes cannot be told from others");
        }
        return keys;
    }

    /// Notes that nobody's container is in a cgroup, so that its programs wait for nothing.
    public void leaveAlone(long scope) {
        if (!byScope.containsKey(scope)) {
            maps.bind(scope, 0);
        }
    }

    public boolean isKnown(String containerId) {
        return byId.containsKey(containerId);
    }

    /// The container that a cgroup belongs to.
    public Optional<Governed> byScope(long scope) {
        return Optional.ofNullable(byScope.get(scope)).map(known -> known.governed);
    }

    /// The container in a place of the kernel's.
    public Optional<Governed> bySlot(int slot) {
        return Stream.concat(byId.values().stream(), deserted.stream())
                .filter(known -> known.place.slot() == slot)
                .findFirst()
                .map(known -> known.governed);
    }

    /// A cgroup is gone; with its last one the container is, but for tasks that left it before: they stay under its
    /// rules, see [#sweep].
    public Optional<Container> forget(long scope) {
        var known = byScope.remove(scope);
        if (known == null) {
            return Optional.empty();
        }
        known.scopes.remove(scope);
        if (!known.scopes.isEmpty()) {
            return Optional.empty();
        }
        settling.remove(known);
        drop(known);
        return Optional.of(known.governed.container());
    }

    private void drop(Known known) {
        var last = known.governed;
        byId.remove(last.container().id());
        toLookAt.remove(known);
        setOpenBefore(known, false);
        kernel.execGate().ifPresent(gate -> gate.forget(last));
        generations.forget(last.container());
        rootMounts.forget(last.container().id());
        deserted.add(known);
    }

    /// Sweeps the generations that were replaced before the last call, and the containers of which no task is left. To
    /// be called now and then, with longer between two calls than any hook takes.
    ///
    /// @return containers without a cgroup that are found to live on elsewhere, each once
    public List<Container> sweep() {
        lookAround();
        rootMounts.sweep(id -> Optional.ofNullable(byId.get(id)).map(known -> known.governed));
        aged.forEach(generations::sweep);
        aged = replaced;
        replaced = new ArrayList<>();
        agedForAll.forEach(generations::sweepForAll);
        agedForAll = replacedForAll;
        replacedForAll = new ArrayList<>();
        slots.age();
        var livingOn = new ArrayList<Container>();
        if (!deserted.isEmpty()) {
            newcomers = false;
            int census = kernel.census();
            deserted.removeIf(known -> {
                if (!maps.isInhabited(known.place, census)) {
                    replace(known, Generations.nothingAsked(known.governed.container(), known.place.slot()));
                    slots.give(known.place);
                    return true;
                }
                if (!known.toldOfLivingOn) {
                    known.toldOfLivingOn = true;
                    livingOn.add(known.governed.container());
                }
                return false;
            });
            attachWhatIsNeeded();
        }
        return livingOn;
    }

    /// Some task of a known container could not be noted as its own, and has its cgroup decide until it is.
    public void expectNewcomers() {
        newcomers = true;
    }

    /// Notes the tasks that were there before their container was known as its own.
    public void noteNewcomers() {
        if (newcomers) {
            newcomers = false;
            kernel.census();
        }
    }

    /// Forgets the cgroups that went while the ring had no room to say so.
    public void forgetGone() {
        for (long scope : List.copyOf(byScope.keySet())) {
            if (!maps.isBound(scope)) {
                forget(scope);
            }
        }
    }

    /// The generation that a record of the kernel was decided by.
    public Optional<Governed> byRules(int rules) {
        return generations.byNumber(rules);
    }

    /// Containers whose mounts were not in place when their rules were made, as long as they are waited for.
    public Set<String> unsettled() {
        var ids = new HashSet<String>();
        for (var known : settling) {
            if (!known.governed.settled() || rootMounts.isAwaited(known.governed)) {
                ids.add(known.governed.container().id());
            }
        }
        return ids;
    }

    /// Those whose mounts are in place by now, or will not be waited for any longer, and those of which more is known
    /// that cannot be kept; each once.
    public List<Governed> settled() {
        var done = new ArrayList<>(mapped);
        mapped.clear();
        settling.removeIf(known -> {
            boolean over = known.governed.settled() && !rootMounts.isAwaited(known.governed)
                    || System.nanoTime() - known.sinceNanos > SETTLING.toNanos();
            if (over) {
                done.add(known.governed);
                if (known.scopes.isEmpty()) {
                    bind(known, CgroupKeys.of(known.governed.container().cgroup()));
                }
                if (known.scopes.isEmpty()) {
                    drop(known); // it ended before it began
                }
            }
            return over;
        });
        return done;
    }

    // ---- root mounts

    /// The node's brake was put on, or taken off.
    public void brakeChanged() {
        byId.values().forEach(known -> rootMounts.settle(known.governed));
        rootMounts.publish();
    }

    /// What is to be told of root mounts since it was asked before.
    public List<String> toldOfRootMounts() {
        return rootMounts.told();
    }

    /// Root mounts that are read-only, and those that should be. Any thread.
    public RootMounts.Counts rootMounts() {
        return rootMounts.counts();
    }

    /// Makes all root mounts writable again that were made read-only here.
    public void letRootMountsGo() {
        rootMounts.letAllGo();
    }

    /// Every container that is known, governed or not.
    public Collection<Governed> all() {
        return byId.values().stream().map(known -> known.governed).toList();
    }

    /// Whether anything would be stopped, now or in a container to come.
    public boolean stops() {
        return demand.stops();
    }

    /// Takes the rules off containers that turned out to run the node itself; returns each with the reason.
    public Map<Container, String> withdraw() {
        var withdrawn = new LinkedHashMap<Container, String>();
        for (var known : byId.values()) {
            var container = known.governed.container();
            if (known.governed.rules() != 0 && nodeItself.mayBe(container)) {
                nodeItself.in(container).ifPresent(reason -> {
                    known.isNode = true;
                    rootMounts.letGo(container.id());
                    replace(known, Generations.nothingAsked(container, known.place.slot()));
                    withdrawn.put(container, reason);
                });
            }
        }
        if (!withdrawn.isEmpty()) {
            attachWhatIsNeeded();
        }
        return withdrawn;
    }

    // ---- one container

    private Governed govern(Known known, Container container, LocalDate today) {
        var policies = known.isNode ? List.<WorkloadPolicy>of() : policiesFor(container, today);
        var next = generations.make(container, known.place.slot(), policies);
        known.selected = policies;
        var old = known.governed;
        if (next.rules() == 0) {
            kernel.execGate().ifPresent(gate -> gate.forget(old));
        }
        if (next.asksOfFilesAs(old)) {
            maps.judgeOpenBefore(next.rules(), known.openBefore);
        } else {
            expectOpenFiles(known, next);
        }
        replace(known, next);
        known.governed = next.withGaps(rootMounts.settle(next));
        return known.governed;
    }

    private void replace(Known known, Governed next) {
        var old = known.governed;
        maps.point(known.place, next.rules(), next.rootDev());
        known.governed = next;
        demand.swap(old.masks(), next.masks());
        replaced.add(old);
        if (next.rules() == 0) {
            setOpenBefore(known, false);
        }
    }

    private List<WorkloadPolicy> policiesFor(Container container, LocalDate today) {
        var pod = cluster.pod(container);
        var told = pod instanceof ClusterFacts.Pod.Known known
                ? Optional.of(known)
                : Optional.<ClusterFacts.Pod.Known>empty();
        var namespace =
                container.pod().flatMap(Container.Pod::namespace).or(() -> told.map(ClusterFacts.Pod.Known::namespace));
        var workload = new Workload(
                namespace,
                told.map(ClusterFacts.Pod.Known::labels),
                container.image(),
                container.shownName(),
                namespace.flatMap(cluster::mode));
        var selected = pod instanceof ClusterFacts.Pod.Awaited
                ? snapshot.selectUnlabelled(workload, today)
                : snapshot.select(workload, today);
        return selected.stream().filter(policy -> policy.runtime().isPresent()).toList();
    }

    /// Under other rules than before every use of an open file is judged, until its processes were looked through.
    private void expectOpenFiles(Known known, Governed next) {
        setOpenBefore(known, next.asksOfFiles());
        if (known.openBefore) {
            maps.judgeOpenBefore(next.rules(), true);
            toLookAt.add(known);
        }
    }

    /// A few containers at a time: a node may have thousands, and each has processes to look through.
    private void lookAround() {
        if (toLookAt.isEmpty() && ++sweeps % SWEEPS_PER_LOOK == 0) {
            byId.values().stream().filter(known -> known.openBefore).forEach(toLookAt::add);
        }
        for (int looks = 0; !toLookAt.isEmpty() && looks < LOOKS_PER_SWEEP; looks++) {
            lookAtOpenFiles(toLookAt.removeFirst());
        }
        attachWhatIsNeeded();
    }

    private void lookAtOpenFiles(Known known) {
        toLookAt.remove(known);
        if (known.governed.rules() == 0) {
            setOpenBefore(known, false);
            return;
        }
        var found = openBefore.look(known.governed);
        maps.judgeOpenBefore(known.governed.rules(), found.files());
        setOpenBefore(known, found.files());
        if (!found.gaps().isEmpty()) {
            known.governed = known.governed.withGaps(found.gaps());
            mapped.add(known.governed.withOnlyGaps(found.gaps()));
        }
    }

    private void setOpenBefore(Known known, boolean now) {
        demand.open(now, known.openBefore);
        known.openBefore = now;
    }

    private void attachWhatIsNeeded() {
        demand.ifChanged(kernel::need);
    }
}
