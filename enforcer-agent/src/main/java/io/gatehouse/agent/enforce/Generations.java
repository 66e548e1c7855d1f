// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.enforce.Governed.Gap;
import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.enforce.KernelRules.Masks;
import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.Errno;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns policies into rules for one container and writes them beside what is in force, under a number of their own.
/// What a policy names by path becomes the file that it names in this container now.
final class Generations {
    /// One bit each in the kernel's masks.
    private static final int MAX_POLICIES = 32;

    /// Rules that ask which layer a file is in.
    private static final Set<RuntimeRule> NEED_LAYERS = Set.of(
            RuntimeRule.PROCESS_FROM_IMAGE,
            RuntimeRule.WRITE_ROOT,
            RuntimeRule.WRITE_VOLUMES,
            RuntimeRule.INTERPRETERS);

    /// Parts of a path, those of links included: more is a loop.
    private static final int MAX_STEPS = 512;

    static final String NOT_OF_IMAGE = " is not in this container's image, or was changed since it was made";

    private final KernelSide kernel;
    private final KernelRules maps;
    private final Networks networks;
    private final int hostMounts = KernelSide.hostMountNamespace();
    private final BitSet numbers = new BitSet();
    private final Map<Integer, Governed> byNumber = new HashMap<>();
    private final Map<String, Map<String, OpenedFile>> firstMounts = new HashMap<>(); // by container, by place
    private int lastNumber;

    Generations(KernelSide kernel, KernelRules maps) {
        this.kernel = kernel;
        this.maps = maps;
        this.networks = kernel.networks();
        numbers.set(0); // "nothing asked"
    }

    /// The generation that a record of the kernel was decided by; known until its number is used again.
    Optional<Governed> byNumber(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    static Governed nothingAsked(Container container, int slot) {
        return new Governed(container, slot, 0, 0, List.of(), List.of(), List.of(), List.of(), List.of(), true);
    }

    /// Writes what the policies ask of a container, in force for nobody yet.
    Governed make(Container container, int slot, List<WorkloadPolicy> policies) {
        var root = policies.isEmpty() ? Optional.<OpenedFile>empty() : root(container);
        if (root.isEmpty()) {
            return nothingAsked(container, slot); // or it is ending, and its root is gone
        }
        int number = takeNumber();
        var draft = new Draft(policies);
        try (var directory = root.get()) {
            var identity = kernel.identify(directory, 0);
            draft.resolve(directory, container);
            draft.resolveFiles(container, directory);
            draft.mask(identity.overlay());
            maps.write(
                    number,
                    draft.masks,
                    draft.objects(),
                    networks.write(number, draft.policies),
                    namesHash(draft.policies));
            var made = new Governed(
                    container,
                    slot,
                    number,
                    identity.dev(),
                    draft.policies,
                    draft.masks,
                    draft.objects(),
                    draft.held,
                    draft.gaps,
                    draft.settled);
            byNumber.put(number, made);
            guardPrograms(made, directory);
            return made;
        } catch (KernelException | IllegalStateException e) {
            draft.held.forEach(OpenedFile::close);
            try {
                maps.sweep(number, draft.objects()); // nothing half written stays
                networks.sweep(number);
                numbers.clear(number);
            } catch (KernelException unswept) { // the number stays taken
                e.addSuppressed(unswept);
            }
            throw e;
        }
    }

    /// FNV-1a over the names: tells a later agent whether bits mean to it what they meant to this one.
    static long namesHash(List<WorkloadPolicy> policies) {
        long hash = 0xcbf29ce484222325L;
        for (var policy : policies) {
            for (byte each : (policy.name() + "\n").getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ each & 0xff) * 0x100000001b3L;
            }
        }
        return hash;
    }

    /// Writes rules that are about no container in particular; returns their number.
    int writeForAll(List<Masks> masks, List<WorkloadPolicy> policies) {
        int number = takeNumber();
        try {
            maps.write(number, masks, List.of(), 0, namesHash(policies));
            return number;
        } catch (KernelException | IllegalStateException e) {
            numbers.clear(number);
            throw e;
        }
    }

    void sweepForAll(int number) {
        maps.sweep(number, List.of());
        numbers.clear(number);
    }

    /// Takes a generation back that no slot names and no hook can still be reading by.
    void sweep(Governed old) {
        if (old.rules() != 0) {
            maps.sweep(old.rules(), old.allowed());
            networks.sweep(old.rules());
            numbers.clear(old.rules());
        }
        old.held().forEach(OpenedFile::close);
    }

    /// The container is gone.
    void forget(Container container) {
        var mounts = firstMounts.remove(container.id());
        if (mounts != null) {
            mounts.values().forEach(OpenedFile::close);
        }
    }

    // ---- the container's root

    boolean hasRoot(Container container) {
        var root = root(container);
        root.ifPresent(OpenedFile::close);
        return root.isPresent();
    }

    /// Whether the container has another root file system than when its rules were made.
    boolean hasAnotherRoot(Governed governed, Container container) {
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

    /// Whether a directory is the container's root.
    boolean isRoot(Container container, OpenedFile directory) {
        var root = root(container);
        if (root.isEmpty()) {
            return false;
        }
        try (var own = root.get()) {
            return kernel.identify(own, 0).isSameFile(kernel.identify(directory, 0));
        }
    }

    /// The container's root directory, found without trusting anything inside it: by the runtime's own record, else by
    /// a process that already lives in it.
    private Optional<OpenedFile> root(Container container) {
        var byBundle = container.rootfs().flatMap(path -> HostFiles.open(path.toString()));
        if (byBundle.filter(this::isOverlay).isPresent()) {
            return byBundle;
        }
        var byProcess = rootOfProcess(container);
        if (byBundle.isEmpty()
                || byProcess.filter(this::isOverlay).isPresent()) { // where only its runtime has it mounted
            byBundle.ifPresent(OpenedFile::close);
            return byProcess;
        }
        byProcess.ifPresent(OpenedFile::close);
        return byBundle;
    }

    private boolean isOverlay(OpenedFile directory) {
        return kernel.identify(directory, 0).overlay();
    }

    /// Empty while its first process still has the host's mounts, or the host's root among mounts of its own.
    private Optional<OpenedFile> rootOfProcess(Container container) {
        if (container.initPid().isEmpty()) {
            return Optional.empty();
        }
        long pid = container.initPid().getAsLong();
        return KernelSide.mountNamespace(pid)
                .filter(mounts -> mounts != hostMounts)
                .flatMap(_ -> OpenedFile.open("/proc/" + pid + "/root/."))
                .filter(this::isNotOfHost);
    }

    private boolean isNotOfHost(OpenedFile root) {
        var host = HostFiles.open("/");
        if (host.isEmpty()) {
            return true;
        }
        try (var directory = host.get()) {
            if (!kernel.identify(directory, 0).isSameFile(kernel.identify(root, 0))) {
                return true;
            }
        }
        root.close();
        return false;
    }

    /// The root as a process of the container sees it, once its mounts are in place: a runtime makes them first and
    /// enters the root last.
    private Optional<OpenedFile> finishedRoot(Container container, OpenedFile root) {
        var seen = rootOfProcess(container);
        if (seen.isPresent() && !kernel.identify(seen.get(), 0).isSameFile(kernel.identify(root, 0))) {
            seen.get().close();
            return Optional.empty();
        }
        return seen;
    }

    /// Opens what a path names in the image. Links that the container made itself lead nowhere: else a policy that is
    /// put in force again would allow what an intruder made its names mean.
    private Optional<OpenedFile> openOfImage(OpenedFile root, String path) {
        var left = new ArrayDeque<>(List.of(path.split("/")));
        var at = new ArrayDeque<String>();
        for (int steps = 0; !left.isEmpty() && steps < MAX_STEPS; steps++) {
            var part = left.removeFirst();
            if (part.equals("..")) {
                at.pollLast();
                continue;
            }
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            at.addLast(part);
            var entry = root.openLinkInside(String.join("/", at));
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            try (var opened = entry.get()) {
                var target = opened.linkTarget();
                if (target.isEmpty()) {
                    continue;
                }
                if (kernel.identify(opened, 0).upper()) {
                    return Optional.empty();
                }
                at.removeLast();
                if (target.get().startsWith("/")) {
                    at.clear();
                }
                List.of(target.get().split("/")).reversed().forEach(left::addFirst);
            }
        }
        return left.isEmpty() ? root.openLinkInside("/" + String.join("/", at)) : Optional.empty();
    }

    // ---- programs that are refused by the agent

    /// Before the rules are in force in the kernel: the gate may be early, not late.
    private void guardPrograms(Governed made, OpenedFile root) {
        var gate = kernel.execGate();
        if (gate.isPresent() && ExecGate.isAsked(made)) {
            gate.get().keep(made, root, loaders(made.policies(), root));
        } else {
            gate.ifPresent(open -> open.forget(made));
        }
    }

    /// What loads the programs that policies allow, as the image has it.
    private Set<Identity> loaders(List<WorkloadPolicy> policies, OpenedFile root) {
        var loaders = new HashSet<Identity>();
        for (var policy : policies) {
            var programs = policy.runtime().flatMap(RuntimeSection::processes).map(RuntimeSection.Processes::allow);
            for (var path : programs.orElse(List.of())) {
                openOfImage(root, path).ifPresent(file -> {
                    try (file) {
                        ElfLoader.of(Path.of("/proc/self/fd/" + file.fd()))
                                .flatMap(loader -> openOfImage(root, loader))
                                .ifPresent(loader -> {
                                    try (loader) {
                                        loaders.add(kernel.identify(loader, 0));
                                    }
                                });
                    }
                });
            }
        }
        loaders.removeIf(Identity::upper); // whoever put it there, the image did not
        return loaders;
    }

    // ---- one generation in the making

    private final class Draft {
        private final List<WorkloadPolicy> policies;
        private final List<Masks> masks = new ArrayList<>();
        private final Map<List<Object>, Allowed> allowed = new HashMap<>();
        private final List<OpenedFile> held = new ArrayList<>();
        private final List<Gap> gaps = new ArrayList<>();
        private boolean settled = true;

        private Draft(List<WorkloadPolicy> all) {
            this.policies = all.subList(0, Math.min(all.size(), MAX_POLICIES));
            for (var left : all.subList(policies.size(), all.size())) {
                for (var rule : RuntimeRule.values()) {
                    rule.asked(left.runtime().orElseThrow())
                            .ifPresent(_ -> gaps.add(new Gap(
                                    left, rule, "more than " + MAX_POLICIES + " policies govern this container")));
                }
            }
        }

        private List<Allowed> objects() {
            return List.copyOf(allowed.values());
        }

        /// Turns the paths that policies allow into the files they name, inside the container's root.
        private void resolve(OpenedFile root, Container container) {
            var programs = new ProgramObjects(
                    new ImagePrograms(kernel, root, path -> openOfImage(root, path), container.path()),
                    this::allow,
                    gaps::add);
            for (int bit = 0; bit < policies.size(); bit++) {
                var policy = policies.get(bit);
                var section = policy.runtime().orElseThrow();
                programs.add(policy, 1 << bit);
                for (var path :
                        section.processes().map(RuntimeSection.Processes::allow).orElse(List.of())) {
                    allowProgram(root, path, policy, 1 << bit);
                }
            }
        }

        /// The same for what the file rules name.
        private void resolveFiles(Container container, OpenedFile root) {
            var inside = finishedRoot(container, root);
            var mounts = firstMounts.computeIfAbsent(container.id(), _ -> new HashMap<>());
            try (var tree = new ContainerTree(kernel, container, root, inside, mounts)) {
                var files = new FileObjects(kernel, tree, this::allow, held, gaps);
                for (int bit = 0; bit < policies.size(); bit++) {
                    files.resolve(policies.get(bit), 1 << bit);
                }
                settled = files.isSettled();
            } finally {
                inside.ifPresent(OpenedFile::close);
            }
        }

        private void allowProgram(OpenedFile root, String path, WorkloadPolicy policy, int bit) {
            var file = openOfImage(root, path);
            if (file.isEmpty()) {
                gaps.add(new Gap(policy, RuntimeRule.PROCESS_ALLOW, path + NOT_OF_IMAGE));
                return;
            }
            try (var opened = file.get()) {
                var identity = kernel.identify(opened, 0);
                if (identity.upper()) { // whoever put it there, the policy's author did not mean it
                    gaps.add(new Gap(policy, RuntimeRule.PROCESS_ALLOW, path + NOT_OF_IMAGE));
                    return;
                }
                allow(new Allowed(identity, Wire.Object.KIND_FILE, bit));
            }
        }

        /// Two policies may name one file: one entry with both bits.
        private void allow(Allowed one) {
            var identity = one.identity();
            allowed.merge(
                    List.of(identity.dev(), identity.ino(), identity.generation(), one.kind()),
                    one,
                    (a, b) -> new Allowed(a.identity(), a.kind(), a.policies() | b.policies()));
        }

        /// Which policies ask each rule, by what is to be done about a breach.
        private void mask(boolean overlay) {
            for (var rule : RuntimeRule.values()) {
                int report = 0;
                int deny = 0;
                int kill = 0;
                for (int bit = 0; bit < policies.size(); bit++) {
                    var policy = policies.get(bit);
                    var action = rule == RuntimeRule.SELF
                            ? self(policy)
                            : rule.asked(policy.runtime().orElseThrow());
                    if (action.isEmpty()) {
                        continue;
                    }
                    if (!kernel.keeps(rule)) {
                        gaps.add(new Gap(policy, rule, "nothing in this kernel decides by it"));
                        continue;
                    }
                    if (rule == RuntimeRule.WRITE_ROOT && !overlay && RootMounts.isAsked(policy)) {
                        continue; // kept by the mount alone
                    }
                    if (NEED_LAYERS.contains(rule) && !overlay) {
                        gaps.add(new Gap(
                                policy,
                                rule,
                                "its root file system is not an overlay of its own, so neither the image's files nor"
                                        + " volumes can be told from the rest"));
                        continue;
                    }
                    if (policy.mode() == Mode.AUDIT) {
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
        }

        /// Nobody asks that the agent be left alone; it takes it where it keeps something itself.
        private Optional<Action> self(WorkloadPolicy policy) {
            return policy.mode() == Mode.ENFORCE && kernel.keeps(RuntimeRule.SELF)
                    ? Optional.of(Action.DENY)
                    : Optional.empty();
        }
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
}
