// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.kernel.Errno;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Gives every container its rules and keeps them in the kernel. Ring thread only.
///
/// A change is written as a new generation beside the old, read back, put in force by one word, and only then is the
/// old one swept, a moment later so that no hook still reads by it.
public final class Enforcer {
    /// How long a container's mounts are waited for.
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /// Open files are looked at again now and then, until nobody has any.
    private static final int SWEEPS_PER_LOOK = 20;

    private final KernelSide kernel;
    private final KernelRules maps;
    private final Function<Container.Pod, Optional<Map<String, String>>> labels;
    private final Generations generations;
    private final Set<Known> settling = new LinkedHashSet<>();
    private final OpenBefore openBefore;
    private int sweeps;
    private final Map<String, Known> byId = new HashMap<>();
    private final Map<Long, Known> byScope = new HashMap<>();
    private final BitSet slots = new BitSet();
    private List<Governed> replaced = new ArrayList<>(); // since the last sweep
    private List<Governed> aged = new ArrayList<>(); // before it
    private Snapshot snapshot = new Snapshot("none", List.of());

    /// A container that was seen, governed or not.
    private static final class Known {
        private final Set<Long> scopes = new HashSet<>();
        private final long sinceNanos = System.nanoTime();
        private Governed governed;
        private boolean openBefore; // its processes have files open that they might not open now

        private Known(Governed governed) {
            this.governed = governed;
        }
    }

    /// @param labels of a pod, as far as they are known by now
    public Enforcer(KernelSide kernel, Function<Container.Pod, Optional<Map<String, String>>> labels) {
        this.kernel = kernel;
        this.labels = labels;
        this.maps = kernel.rules();
        this.generations = new Generations(kernel, maps);
        this.openBefore = new OpenBefore(kernel);
        slots.set(0); // "nothing asked"
    }

    /// @param made the containers that have the rules of a snapshot now
    /// @param failed those that keep what they had, each with the reason
    public record Applied(List<Governed> made, List<String> failed) {}

    /// Puts a snapshot in force for every container there is; one that cannot have it keeps no other from it.
    public Applied apply(Snapshot next, LocalDate today) {
        snapshot = next;
        var made = new ArrayList<Governed>();
        var failed = new ArrayList<String>();
        for (var known : byId.values()) {
            try {
                made.add(govern(known, known.governed.container(), today));
            } catch (KernelException | IllegalStateException e) {
                failed.add(known.governed.container().shownName() + ": " + e.getMessage());
            }
        }
        attachWhatIsNeeded(); // from here on what is opened is judged
        byId.values().forEach(this::lookAtOpenFiles);
        attachWhatIsNeeded();
        made.replaceAll(each -> byId.get(each.container().id()).governed);
        return new Applied(made, failed);
    }

    /// Takes a container in, or more of it: its own cgroups, or `scope`, the one it was seen in. Empty while its root
    /// file system cannot be found yet, and when it is gone.
    ///
    /// @throws IllegalStateException it has no cgroup of its own
    public Optional<Governed> adopt(Container container, Set<Long> scope, LocalDate today) {
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
        } else if (!known.governed.settled()) {
            govern(known, container, today);
        }
        for (long key : keys) {
            maps.bind(key, known.governed.slot()); // last: from here on the kernel decides
            known.scopes.add(key);
            byScope.put(key, known);
        }
        lookAtOpenFiles(known);
        attachWhatIsNeeded();
        return Optional.of(known.governed);
    }

    /// A container that cannot be given its rules is not known afterwards: its next program is another try.
    private Known takeIn(Container container, LocalDate today) {
        int slot = takeSlot();
        var known = new Known(Generations.nothingAsked(container, slot));
        try {
            govern(known, container, today);
        } catch (KernelException | IllegalStateException e) {
            slots.clear(slot);
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

    public boolean isKnown(String containerId) {
        return byId.containsKey(containerId);
    }

    /// A cgroup is gone; with its last one the container is.
    public Optional<Container> forget(long scope) {
        var known = byScope.remove(scope);
        if (known == null) {
            return Optional.empty();
        }
        known.scopes.remove(scope);
        if (!known.scopes.isEmpty()) {
            return Optional.empty();
        }
        var last = known.governed;
        byId.remove(last.container().id());
        settling.remove(known);
        maps.point(last.slot(), 0, 0);
        generations.forget(last.container());
        replaced.add(last);
        slots.clear(last.slot());
        attachWhatIsNeeded();
        return Optional.of(last.container());
    }

    /// Sweeps the generations that were replaced before the last call. To be called now and then, with longer between
    /// two calls than any hook takes.
    public void sweep() {
        if (++sweeps % SWEEPS_PER_LOOK == 0) {
            for (var known : byId.values()) {
                if (known.openBefore) {
                    lookAtOpenFiles(known);
                }
            }
            attachWhatIsNeeded();
        }
        aged.forEach(generations::sweep);
        aged = replaced;
        replaced = new ArrayList<>();
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
            if (!known.governed.settled()) {
                ids.add(known.governed.container().id());
            }
        }
        return ids;
    }

    /// Those whose mounts are in place by now, or will not be waited for any longer; each once.
    public List<Governed> settled() {
        var done = new ArrayList<Governed>();
        settling.removeIf(known -> {
            boolean over = known.governed.settled()
                    || System.nanoTime() - known.sinceNanos > SETTLING.toNanos();
            if (over) {
                done.add(known.governed);
            }
            return over;
        });
        return done;
    }

    /// Every container that is known, governed or not.
    public Collection<Governed> all() {
        return byId.values().stream().map(known -> known.governed).toList();
    }

    // ---- one container

    private Governed govern(Known known, Container container, LocalDate today) {
        var old = known.governed;
        var next = generations.make(container, old.slot(), policiesFor(container, today));
        maps.point(next.slot(), next.rules(), next.rootDev());
        known.governed = next;
        replaced.add(old);
        return next;
    }

    private List<WorkloadPolicy> policiesFor(Container container, LocalDate today) {
        var workload = new Workload(
                container.pod().flatMap(Container.Pod::namespace),
                container.pod().flatMap(labels),
                container.image(),
                container.shownName());
        return snapshot.select(workload, today).stream()
                .filter(policy -> policy.runtime().isPresent())
                .toList();
    }

    private void lookAtOpenFiles(Known known) {
        if (known.governed.rules() == 0) {
            known.openBefore = false;
            return;
        }
        var found = openBefore.look(known.governed);
        if (found.files() != known.openBefore || found.files()) {
            maps.judgeOpenBefore(known.governed.rules(), found.files());
        }
        known.openBefore = found.files();
        if (!found.gaps().isEmpty()) {
            known.governed = known.governed.withGaps(found.gaps());
        }
    }

    // ---- numbers

    private int takeSlot() {
        int slot = slots.nextClearBit(1);
        if (slot >= Wire.SLOTS) {
            throw new KernelException("gh_slots", "a container more than " + (Wire.SLOTS - 1), Errno.E2BIG);
        }
        slots.set(slot);
        return slot;
    }

    private void attachWhatIsNeeded() {
        var needed = EnumSet.noneOf(RuntimeRule.class);
        boolean openBefore = false;
        for (var known : byId.values()) {
            openBefore |= known.openBefore;
            var masks = known.governed.masks();
            for (var rule : RuntimeRule.values()) {
                if (!masks.isEmpty() && masks.get(rule.ordinal()).all() != 0) {
                    needed.add(rule);
                }
            }
        }
        kernel.need(needed, openBefore);
    }
}
