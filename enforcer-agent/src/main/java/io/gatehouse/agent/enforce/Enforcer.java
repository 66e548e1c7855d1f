// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.Governed.Gap;
import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.enforce.KernelRules.Masks;
import io.gatehouse.agent.kernel.Errno;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Gives every container its rules and keeps them in the kernel. Ring thread only.
///
/// A change is written as a new generation beside the old, read back, put in force by one word, and only then is the
/// old one swept, a moment later so that no hook still reads by it.
public final class Enforcer {
    /// One bit each in the kernel's masks.
    static final int MAX_POLICIES = 32;

    private final KernelSide kernel;
    private final KernelRules maps;
    private final int hostMounts = KernelSide.hostMountNamespace();
    private final Map<String, Known> byId = new HashMap<>();
    private final Map<Long, Known> byScope = new HashMap<>();
    private final Map<Integer, Governed> byRules = new HashMap<>();
    private final BitSet slots = new BitSet();
    private final BitSet numbers = new BitSet();
    private List<Governed> replaced = new ArrayList<>(); // since the last sweep
    private List<Governed> aged = new ArrayList<>(); // before it
    private int lastNumber;
    private Snapshot snapshot = new Snapshot("none", List.of());

    /// A container that was seen, governed or not.
    private static final class Known {
        private final Set<Long> scopes = new HashSet<>();
        private Governed governed;

        private Known(Governed governed) {
            this.governed = governed;
        }
    }

    public Enforcer(KernelSide kernel) {
        this.kernel = kernel;
        this.maps = kernel.rules();
        slots.set(0); // "nothing asked"
        numbers.set(0);
    }

    /// Puts a snapshot in force for every container there is. Returns those whose rules it made.
    public List<Governed> apply(Snapshot next, LocalDate today) {
        snapshot = next;
        var made = new ArrayList<Governed>();
        for (var known : byId.values()) {
            made.add(govern(known, known.governed.container(), today));
        }
        attachWhatIsNeeded();
        return made;
    }

    /// Takes a container in, or more of it: its own cgroups and `scope`, the one it was seen in. Empty while its root
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
            if (!hasRoot(container)) {
                return Optional.empty();
            }
            known = new Known(ungoverned(container, takeSlot()));
            byId.put(container.id(), known);
            govern(known, container, today);
            attachWhatIsNeeded();
        } else if (hasAnotherRoot(known.governed, container)) {
            govern(known, container, today); // it was started anew, and word of its end was lost
        }
        for (long key : keys) {
            maps.bind(key, known.governed.slot()); // last: from here on the kernel decides
            known.scopes.add(key);
            byScope.put(key, known);
        }
        return Optional.of(known.governed);
    }

    private static Set<Long> ownKeys(Container container, Set<Long> scope) {
        var keys = CgroupKeys.of(container.cgroup());
        keys.addAll(scope);
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
        maps.point(last.slot(), 0, 0);
        replaced.add(last);
        slots.clear(last.slot());
        attachWhatIsNeeded();
        return Optional.of(last.container());
    }

    /// Sweeps the generations that were replaced before the last call. To be called now and then, with longer between
    /// two calls than any hook takes.
    public void sweep() {
        for (var old : aged) {
            if (old.rules() != 0) {
                maps.sweep(old.rules(), old.allowed());
                numbers.clear(old.rules());
            }
            old.held().forEach(OpenedFile::close);
        }
        aged = replaced;
        replaced = new ArrayList<>();
    }

    /// The generation that a record of the kernel was decided by.
    public Optional<Governed> byRules(int rules) {
        return Optional.ofNullable(byRules.get(rules));
    }

    public Optional<Governed> byScope(long scope) {
        return Optional.ofNullable(byScope.get(scope)).map(known -> known.governed);
    }

    /// Every container that is known, governed or not.
    public Collection<Governed> all() {
        return byId.values().stream().map(known -> known.governed).toList();
    }

    // ---- one container

    private Governed govern(Known known, Container container, LocalDate today) {
        var old = known.governed;
        var policies = policiesFor(container, today);
        var next = policies.isEmpty() ? ungoverned(container, old.slot()) : build(container, old.slot(), policies);
        maps.point(next.slot(), next.rules(), next.rootDev());
        known.governed = next;
        replaced.add(old);
        return next;
    }

    private List<WorkloadPolicy> policiesFor(Container container, LocalDate today) {
        var workload = new Workload(
                container.pod().flatMap(Container.Pod::namespace),
                Optional.empty(), // labels are the API server's to tell
                container.image(),
                container.shownName());
        return snapshot.select(workload, today).stream()
                .filter(policy -> policy.runtime().isPresent())
                .toList();
    }

    private static Governed ungoverned(Container container, int slot) {
        return new Governed(container, slot, 0, 0, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private Governed build(Container container, int slot, List<WorkloadPolicy> policies) {
        var root = root(container);
        if (root.isEmpty()) {
            return ungoverned(container, slot); // it is ending: its root is gone
        }
        int number = takeNumber();
        var held = new ArrayList<OpenedFile>();
        var objects = new ArrayList<Allowed>();
        try (var directory = root.get()) {
            var identity = kernel.identify(directory, 0);
            var gaps = new ArrayList<Gap>();
            var allowed = new ArrayList<Allowed>();
            for (int bit = 0; bit < policies.size(); bit++) {
                resolve(policies.get(bit), 1 << bit, directory, allowed, held, gaps);
            }
            var masks = masks(policies, identity.overlay(), gaps);
            maps.write(number, masks, merged(allowed));
            var governed =
                    new Governed(container, slot, number, identity.dev(), policies, masks, merged(allowed), held, gaps);
            byRules.put(number, governed);
            return governed;
        } catch (KernelException e) {
            numbers.clear(number);
            held.forEach(OpenedFile::close);
            throw e;
        }
    }

    private boolean hasRoot(Container container) {
        var root = root(container);
        root.ifPresent(OpenedFile::close);
        return root.isPresent();
    }

    private boolean hasAnotherRoot(Governed governed, Container container) {
        if (governed.rules() == 0) {
            return false;
        }
        var root = root(container);
        if (root.isEmpty()) {
            return false;
        }
        try (var directory = root.get()) {
            return kernel.identify(directory, 0).dev() != governed.rootDev();
        }
    }

    /// The container's root directory, found without trusting anything inside it: by the runtime's own record, else by
    /// a process that already lives in it.
    private Optional<OpenedFile> root(Container container) {
        var byBundle = container.rootfs().flatMap(path -> OpenedFile.open(path.toString()));
        if (byBundle.isPresent() && kernel.identify(byBundle.get(), 0).overlay()) {
            return byBundle;
        }
        var byProcess = container.initPid().isPresent()
                        && KernelSide.mountNamespace(container.initPid().getAsLong())
                                .filter(mounts -> mounts != hostMounts)
                                .isPresent()
                ? OpenedFile.open("/proc/" + container.initPid().getAsLong() + "/root/.")
                : Optional.<OpenedFile>empty();
        if (byProcess.isPresent()) {
            byBundle.ifPresent(OpenedFile::close);
            return byProcess;
        }
        return byBundle;
    }

    /// Turns the paths that a policy allows into the files they name now, inside the container's root.
    private void resolve(
            WorkloadPolicy policy,
            int bit,
            OpenedFile root,
            List<Allowed> allowed,
            List<OpenedFile> held,
            List<Gap> gaps) {
        var section = policy.runtime().orElseThrow();
        for (var path : section.processes().map(RuntimeSection.Processes::allow).orElse(List.of())) {
            var file = root.openInside(path);
            if (file.isEmpty()) {
                gaps.add(new Gap(policy, RuntimeRule.PROCESS_ALLOW, path + " is not in this container's image"));
                continue;
            }
            try (var opened = file.get()) {
                var identity = kernel.identify(opened, 0);
                allowed.add(new Allowed(
                        identity, identity.upper() ? Wire.Object.KIND_UPPER_FILE : Wire.Object.KIND_FILE, bit));
            }
        }
        for (var path : section.writes().map(RuntimeSection.Writes::allow).orElse(List.of())) {
            var directory = root.openInside(path);
            if (directory.isEmpty()) {
                gaps.add(new Gap(policy, RuntimeRule.WRITE_ROOT, path + " is not in this container's image"));
                continue;
            }
            held.add(directory.get()); // an overlay may number a directory anew once nobody holds it
            allowed.add(new Allowed(kernel.identify(directory.get(), 0), Wire.Object.KIND_DIRECTORY, bit));
        }
    }

    private List<Masks> masks(List<WorkloadPolicy> policies, boolean overlay, List<Gap> gaps) {
        var masks = new ArrayList<Masks>();
        for (var rule : RuntimeRule.values()) {
            int report = 0;
            int deny = 0;
            int kill = 0;
            for (int bit = 0; bit < policies.size(); bit++) {
                var policy = policies.get(bit);
                var action = rule.asked(policy.runtime().orElseThrow());
                if (action.isEmpty()) {
                    continue;
                }
                if (rule == RuntimeRule.PROCESS_FROM_IMAGE && !overlay) {
                    gaps.add(new Gap(
                            policy, rule, "its root file system is not an overlay, so image files cannot be told"));
                    continue;
                }
                if (!Governed.enforces(policy)) {
                    report |= 1 << bit;
                    continue;
                }
                switch (action.get()) {
                    case REPORT -> report |= 1 << bit;
                    case DENY -> deny |= 1 << bit;
                    case KILL -> kill |= 1 << bit;
                }
            }
            masks.add(new Masks(report, deny, kill));
        }
        return masks;
    }

    /// Two policies may name one file: one entry with both bits.
    private static List<Allowed> merged(List<Allowed> allowed) {
        var byObject = new HashMap<List<Object>, Allowed>();
        for (var each : allowed) {
            var identity = each.identity();
            byObject.merge(
                    List.of(identity.dev(), identity.ino(), identity.generation(), each.kind()),
                    each,
                    (a, b) -> new Allowed(a.identity(), a.kind(), a.policies() | b.policies()));
        }
        return List.copyOf(byObject.values());
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

    /// Round and round, so that a number is used again as late as can be: records still in the ring name it.
    private int takeNumber() {
        int number = numbers.nextClearBit(lastNumber + 1);
        if (number >= Wire.RULESETS) {
            number = numbers.nextClearBit(1);
        }
        if (number >= Wire.RULESETS) {
            throw new KernelException("gh_rulesets", "rules more than " + (Wire.RULESETS - 1), Errno.E2BIG);
        }
        numbers.set(number);
        lastNumber = number;
        return number;
    }

    private void attachWhatIsNeeded() {
        var needed = EnumSet.noneOf(RuntimeRule.class);
        for (var known : byId.values()) {
            var masks = known.governed.masks();
            for (var rule : RuntimeRule.values()) {
                if (!masks.isEmpty() && masks.get(rule.ordinal()).all() != 0) {
                    needed.add(rule);
                }
            }
        }
        kernel.need(needed);
    }
}
