// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.KernelTypes;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.RingBuffer;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The programs and maps in the kernel, and what they can do on this one.
public final class KernelSide implements AutoCloseable {
    private static final String OBJECT = "/io/gatehouse/agent/bpf/gatehouse.bpf.o";
    private static final Path ACTIVE_LSMS = Path.of("/sys/kernel/security/lsm");

    private static final String ANSWERS_FOR_A_CALL = "fmod_ret/";
    private static final String LSM = "lsm/";

    // include/linux/proc_ns.h
    private static final int INITIAL_CGROUP_NAMESPACE = 0xEFFFFFFB;
    private static final int INITIAL_PID_NAMESPACE = 0xEFFFFFFC;

    private final BpfObject object;
    private final BpfObject.Image image;
    private final Set<GuardProgram> candidates; // not asked for yet; guarded by itself
    private final Map<String, String> hookless = new ConcurrentHashMap<>(); // programs that this kernel has no hook for
    private final Backend backend;
    private final Optional<String> whyNotLsm;
    private final Optional<OpenedFile> groups; // the root of cgroup2, where programs of cgroups are attached
    private final Optional<Tenure> tenure;
    private final BpfMap stats;
    private final Control control;
    private Optional<ExecGate> gate = Optional.empty(); // these two set once, before anybody else sees this
    private int hostRootDev;
    private final SelfGuard self;
    // Starting thread, then ring thread, then the closing one.
    private boolean pinned;
    private SelfFacts own = SelfFacts.none();
    private boolean released;

    private KernelSide(
            BpfObject object,
            Backend backend,
            Optional<String> whyNotLsm,
            Optional<OpenedFile> groups,
            Optional<Tenure> tenure,
            BpfObject.Image image,
            Set<GuardProgram> candidates) {
        this.image = image;
        this.candidates = candidates;
        this.object = object;
        this.backend = backend;
        this.whyNotLsm = whyNotLsm;
        this.groups = groups;
        this.tenure = tenure;
        this.stats = object.map("gh_stats", 4, 8);
        this.control = new Control(object.mapped("gh_control"));
        this.self = new SelfGuard(object, file -> identify(file, 0));
    }

    /// As [#load(Optional, Set)], for as long as this process keeps it.
    public static KernelSide load() {
        return load(Optional.empty());
    }

    public static KernelSide load(Optional<Tenure> tenure) {
        return load(tenure, Set.of());
    }

    /// Loads what this kernel takes, the strongest backend first, and attaches the watching programs. Guarding
    /// programs wait for [#need].
    ///
    /// @param tenure where what is in force gets its names; without one it ends with this process. Closed with this
    /// @param options what the operator asks for beside the usual
    public static KernelSide load(Optional<Tenure> tenure, Set<GuardOption> options) {
        makeOverlayKnown();
        var image = BpfObject.Image.ofResource(OBJECT);
        int hostMounts = hostMountNamespace();
        var whyNotLsm = whyNotLsm(image, constants(hostMounts, Backend.LSM));
        var backend = whyNotLsm.isEmpty() ? Backend.LSM : Backend.TRACEPOINT;

        var candidates = EnumSet.noneOf(GuardProgram.class);
        candidates.addAll(GuardProgram.of(backend));
        var groups = backend == Backend.LSM ? Optional.<OpenedFile>empty() : ContainerFinder.rootOfUnified();
        if (groups.isPresent()) {
            candidates.addAll(GuardProgram.of(Backend.CGROUP));
        }
        var wanted = new HashSet<>(GuardProgram.WATCH);
        wanted.addAll(Set.of(GuardProgram.IDENTIFY, GuardProgram.KEEP, GuardProgram.TAKE_OFFICE, GuardProgram.CENSUS));
        var loaded = BpfObject.load(image, wanted, constants(hostMounts, backend), Map.of());
        var kernel = new KernelSide(loaded, backend, whyNotLsm, groups, tenure, image, candidates);
        try {
            kernel.describeSyscalls();
            kernel.hostRootDev = kernel.findHostRootDev();
            kernel.control.begin(kernel.hostRootDev);
            tenure.ifPresent(kernel::takeBrakeOver);
            kernel.guard(SelfFacts.none());
            GuardProgram.WATCH.forEach(kernel.object::attach);
            if (options.contains(GuardOption.EXEC_GATE) && backend != Backend.LSM) {
                kernel.gate = Optional.of(ExecGate.open(kernel));
            }
            return kernel;
        } catch (RuntimeException e) {
            kernel.close();
            throw e;
        }
    }

    private void takeBrakeOver(Tenure tenure) {
        tenure.before()
                .forEach(life -> life.control().ifPresent(before -> {
                    try (before) {
                        control.brakeAs(before);
                    }
                }));
    }

    private int findHostRootDev() {
        try (var root =
                OpenedFile.open("/proc/1/root/.").or(() -> OpenedFile.open("/")).orElseThrow()) {
            return identify(root, 0).dev();
        }
    }

    /// Why inline denial is not to be had here; empty where it is.
    private static Optional<String> whyNotLsm(BpfObject.Image image, Map<String, byte[]> constants) {
        try (var probe = BpfObject.load(image, Set.of(GuardProgram.EXEC.program()), constants, Map.of())) {
            var refusal = probe.refused().get(GuardProgram.EXEC.program());
            if (refusal != null) {
                return Optional.of("this kernel refuses LSM programs: " + refusal);
            }
        }
        // A kernel without "bpf" in its list takes such programs, attaches them, and never calls them.
        try {
            var active = Files.readString(ACTIVE_LSMS).strip();
            return List.of(active.split(",")).contains("bpf")
                    ? Optional.empty()
                    : Optional.of("the bpf LSM is not active; boot with lsm=" + active + ",bpf");
        } catch (IOException _) {
            return Optional.of("whether the bpf LSM is active cannot be read from " + ACTIVE_LSMS
                    + "; mount -t securityfs securityfs /sys/kernel/security");
        }
    }

    /// The overlay module's types are known only once it is loaded, and the layer of a file only by them.
    private static void makeOverlayKnown() {
        try {
            if (!Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n")) {
                new ProcessBuilder("modprobe", "overlay").inheritIO().start().waitFor();
            }
        } catch (IOException _) {
            return; // no modprobe: the programs then see no overlay, and each container is told of as such
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// What the programs are told before they are loaded.
    private static Map<String, byte[]> constants(int hostMounts, Backend backend) {
        var config = BpfObject.buffer(8).putInt(0, hostMounts).putInt(4, backend == Backend.LSM ? 1 : 0);
        return Map.of(".rodata.config", config.array());
    }

    /// Of process 1, so that an agent in a pod with the host's pids finds the host's. Where that may not be looked at,
    /// our own will do, provided that we are no container ourselves.
    static int hostMountNamespace() {
        return namespace("1", "mnt")
                .or(() -> inInitialNamespace("pid", INITIAL_PID_NAMESPACE)
                                && inInitialNamespace("cgroup", INITIAL_CGROUP_NAMESPACE)
                        ? namespace("self", "mnt")
                        : Optional.empty())
                .orElseThrow(() -> new IllegalStateException(
                        "the host's mount namespace cannot be told: /proc/1/ns/mnt is not readable; run the agent with"
                                + " the host's pids and CAP_SYS_PTRACE"));
    }

    private static boolean inInitialNamespace(String type, int initial) {
        return namespace("self", type).filter(own -> own == initial).isPresent();
    }

    /// Inode number of a process's mount namespace; empty where the process is gone.
    static Optional<Integer> mountNamespace(long pid) {
        return namespace(Long.toString(pid), "mnt");
    }

    private static Optional<Integer> namespace(String process, String type) {
        try {
            var link = Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/" + type))
                    .toString(); // mnt:[4026531841]
            return Optional.of(Integer.parseUnsignedInt(link.substring(link.indexOf('[') + 1, link.indexOf(']'))));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private void describeSyscalls() {
        if (backend == Backend.LSM) {
            return;
        }
        var map = object.map("gh_syscalls", 4, 4);
        for (var codes : List.of(SyscallTable.codes(), HostCalls.codes(), CodeCalls.codes())) {
            codes.forEach((number, code) -> map.put(
                    BpfObject.buffer(4).putInt(0, number), BpfObject.buffer(4).putInt(0, code)));
        }
    }

    /// The backend that decides here.
    public Backend backend() {
        return backend;
    }

    public Optional<String> whyNotLsm() {
        return whyNotLsm;
    }

    /// Programs that this kernel would not take, and what it said.
    public Map<String, String> refused() {
        bring(EnumSet.allOf(RuntimeRule.class));
        var refused = new HashMap<>(object.refused());
        refused.putAll(hookless);
        return refused;
    }

    /// Loads the programs of these rules, where they were not asked for before: the kernel checks each for a while,
    /// and most policies ask few of them. Best for all rules at once: each load reads the kernel's types anew.
    void bring(Set<RuntimeRule> rules) {
        synchronized (candidates) {
            var now = candidates.stream()
                    .filter(program -> !Collections.disjoint(program.rules(), rules))
                    .collect(Collectors.toSet());
            if (now.isEmpty()) {
                return;
            }
            candidates.removeAll(now);
            var names = now.stream().map(GuardProgram::program).collect(Collectors.toSet());
            names.removeAll(withoutHook(names));
            // Whether a call may be answered for, only its load tells, and a refusal has all the others checked again.
            var uncertain = ofKind(names, ANSWERS_FOR_A_CALL);
            names.removeAll(uncertain);
            uncertain.forEach(name -> object.loadMore(Set.of(name)));
            object.loadMore(names);
        }
    }

    private Set<String> ofKind(Set<String> names, String kind) {
        return image.programs().entrySet().stream()
                .filter(program ->
                        names.contains(program.getKey()) && program.getValue().startsWith(kind))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /// Asked of the kernel's types, since each program that it refuses has all the others checked once more.
    private Set<String> withoutHook(Set<String> names) {
        var without = new HashSet<String>();
        try (var types = KernelTypes.read()) {
            image.programs().forEach((name, section) -> {
                boolean missing = names.contains(name)
                        && section.startsWith(LSM)
                        && !types.hasFunction("bpf_lsm_" + section.substring(LSM.length()));
                if (missing) {
                    without.add(name);
                    hookless.put(name, "this kernel has no such hook");
                }
            });
        }
        return without;
    }

    /// What a denying verdict of a rule is worth here.
    public Guarantee guarantee(RuntimeRule rule) {
        return decidedBy(rule).map(Backend::guarantee).orElse(Guarantee.REPORTED);
    }

    /// The strongest that decides by a rule here; empty where nothing does.
    public Optional<Backend> decidedBy(RuntimeRule rule) {
        return gate.filter(open -> open.keeps(rule) && keeps(rule))
                .map(_ -> Backend.FANOTIFY)
                .or(() -> keepers(rule).findFirst().map(GuardProgram::backend));
    }

    /// Refuses programs where no LSM program can; empty unless [GuardOption#EXEC_GATE] asks for it.
    public Optional<ExecGate> execGate() {
        return gate;
    }

    /// Whether anything here decides by a rule at all.
    public boolean keeps(RuntimeRule rule) {
        return keepers(rule).findFirst().isPresent();
    }

    private Stream<GuardProgram> keepers(RuntimeRule rule) {
        bring(Set.of(rule));
        return Arrays.stream(GuardProgram.values())
                .filter(program ->
                        program.rules().contains(rule) && object.loaded().contains(program.program()));
    }

    /// What a rule does not cover on this kernel, one phrase each.
    public List<String> gaps(RuntimeRule rule) {
        bring(Set.of(rule));
        var gaps = new ArrayList<String>();
        if (backend != Backend.LSM) {
            switch (rule) {
                case PROCESS_ALLOW -> gaps.add("of a script only its interpreter is judged");
                case PROCESS_FROM_IMAGE -> {
                    gaps.add("of a script only its interpreter is judged");
                    gaps.add("code that another thread runs in the moment before the one that mapped it is killed");
                }
                case WRITE_ROOT, WRITE_VOLUMES, WRITE_FORBID -> gaps.addAll(FileGaps.OF_WRITES_WITHOUT_LSM);
                case READ_FORBID -> gaps.addAll(FileGaps.OF_READS_WITHOUT_LSM);
                case CONNECT -> {
                    gaps.add("sockets that are not of IPv4 or IPv6 (packet, vsock and others) are not seen");
                    gaps.add("what is neither TCP nor UDP is refused whatever the lists say");
                }
                case BIND -> gaps.add("of sockets that are neither TCP nor UDP only SCTP is seen, and refused");
                case LISTEN -> gaps.add("a server listens for the moment until it is killed");
                case MOUNTS -> gaps.add("the mount stands when who made it is killed");
                case NAMESPACES -> gaps.add("a namespace is made or joined before who did it is killed");
                case MODULES -> {
                    gaps.add("a module or kernel is loaded when who loaded it is killed");
                    gaps.add("modules that the kernel asks for by itself, and firmware, are not seen");
                }
                case BPF -> gaps.add("what a first call of bpf() does is done when its caller is killed");
                case IO_URING ->
                    gaps.add("a ring exists before who made it is killed; what it was told until then is done");
                case SELF ->
                    gaps.add("signals, tracing and changes from containers that see the agent's process or files are"
                            + " neither refused nor told");
                default -> {}
            }
        } else {
            gaps.addAll(FileGaps.withLsm(rule));
        }
        if (decidedBy(rule).equals(Optional.of(Backend.FANOTIFY))) {
            gaps.add("a program on a volume or in memory is killed as it starts, not refused, and so is a loader that"
                    + " is run by itself");
            gaps.add("programs of governed containers wait for an agent that is stopped (SIGSTOP)");
        }
        gate.flatMap(ExecGate::ended)
                .filter(_ -> rule == RuntimeRule.PROCESS_ALLOW || rule == RuntimeRule.PROCESS_FROM_IMAGE)
                .ifPresent(why -> gaps.add("programs are killed as they start and not refused any more: " + why));
        if (rule == RuntimeRule.CONNECT) {
            gaps.add("a connection made before the container was governed goes on");
        }
        gaps.addAll(CodeGaps.of(rule, backend));
        for (var program : GuardProgram.values()) {
            if ((program.backend() == backend || backend != Backend.LSM && program.backend() == Backend.CGROUP)
                    && program.rules().contains(rule)
                    && !object.loaded().contains(program.program())) {
                program.withoutIt().ifPresent(gaps::add);
            }
        }
        return gaps;
    }

    /// Says that this process is the agent and what its files are, beside its BPF objects. May be called
    /// again, with all of them.
    ///
    /// @return what could not be kept from containers, one phrase each
    public List<String> guard(SelfFacts facts) {
        own = facts;
        return self.keep(pinned ? own.with(tenure.orElseThrow().instance().folder()) : own);
    }

    /// Attaches the programs that these rules need and detaches the others: no container pays for what none asks.
    ///
    /// @param openBefore whether some container has files that it opened before its rules were in force
    public void need(Set<RuntimeRule> rules, boolean openBefore) {
        bring(rules);
        var unneeded = new ArrayList<GuardProgram>();
        var failures = new ArrayList<KernelException>();
        for (var program : GuardProgram.values()) {
            if (!object.loaded().contains(program.program())) {
                continue;
            }
            boolean covered = program.standsInFor()
                    .filter(first -> object.loaded().contains(first.program()))
                    .isPresent();
            boolean unused = covered || program.onlyForOpenBefore() && !openBefore;
            if (unused || Collections.disjoint(program.rules(), rules)) {
                unneeded.add(program);
                continue;
            }
            try {
                if (program.backend() == Backend.CGROUP) {
                    object.attach(program.program(), groups.orElseThrow());
                } else {
                    object.attach(program.program());
                }
            } catch (KernelException e) { // one hook must not cost the others
                failures.add(e);
            }
        }
        unneeded.forEach(program -> object.detach(program.program()));
        self.refresh();
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    /// Programs now on their hooks.
    public Set<String> attached() {
        return object.attached();
    }

    /// What the kernel calls a file.
    ///
    /// @param below policies that let the asked rules write below one of the file's ancestors
    /// @param volume policies that declare a volume which the file lies on
    /// @param writeForbidden policies that forbid to write it, or what is above it; where that is not known, all
    /// @param readForbidden as `writeForbidden`
    /// @param apart it is no file: memory, or an interface of the kernel
    /// @param mode type and permissions
    /// @param links names that it has
    public record Identity(
            int dev,
            long ino,
            int generation,
            boolean overlay,
            boolean upper,
            int below,
            int volume,
            int writeForbidden,
            int readForbidden,
            boolean apart,
            int mode,
            int links) {
        private static final int TYPE = 0xf000;

        boolean isDirectory() {
            return (mode & TYPE) == 0x4000;
        }

        boolean isRegular() {
            return (mode & TYPE) == 0x8000;
        }

        boolean isLink() {
            return (mode & TYPE) == 0xa000;
        }

        boolean isSameFile(Identity other) {
            return dev == other.dev && ino == other.ino && generation == other.generation;
        }
    }

    /// Asks the kernel what it calls a file that the agent has open, and who may write there under rules `rules`
    /// (0: nobody).
    public Identity identify(OpenedFile file, int rules) {
        var context = BpfObject.buffer(Wire.Identity.SIZE);
        context.putInt(Wire.Identity.FD, file.fd());
        context.putInt(Wire.Identity.RULES, rules);
        object.run(GuardProgram.IDENTIFY, context);
        if (context.getInt(Wire.Identity.ERROR) != 0) {
            throw new IllegalStateException("file " + file.fd() + " is not open");
        }
        return new Identity(
                context.getInt(Wire.Identity.DEV),
                context.getLong(Wire.Identity.INO),
                context.getInt(Wire.Identity.GENERATION),
                context.getInt(Wire.Identity.OVERLAY) != 0,
                context.getInt(Wire.Identity.UPPER) != 0,
                context.getInt(Wire.Identity.BELOW),
                context.getInt(Wire.Identity.VOLUME),
                context.getInt(Wire.Identity.WRITE_FORBIDDEN),
                context.getInt(Wire.Identity.READ_FORBIDDEN),
                context.getInt(Wire.Identity.APART) != 0,
                context.getInt(Wire.Identity.MODE),
                context.getInt(Wire.Identity.LINKS));
    }

    KernelRules rules() {
        return new KernelRules(object);
    }

    Networks networks() {
        return new Networks(object.map("gh_endpoints", Wire.Endpoint.SIZE, 4));
    }

    public RingBuffer events() {
        return object.ring("gh_events", Wire.RING_BYTES);
    }

    /// A counter of the kernel side, summed over processors. Any thread may ask.
    public long count(KernelCounter counter) {
        return stats.sum(counter.ordinal());
    }

    // ---- the life of what is in force

    /// Says which process is the agent, so that the kernel notices its end. With a tenure, what is in force outlives
    /// this process from here on; until here an agent that fails leaves nothing behind.
    public void takeOffice() {
        tenure.ifPresent(each -> {
            object.pinBelow(each.own().folder(), Life.MAPS);
            pinned = true;
            self.keep(own.with(each.instance().folder())); // from here on the pins are there to be kept
        });
        object.run(GuardProgram.TAKE_OFFICE, BpfObject.buffer(8));
    }

    Control control() {
        return control;
    }

    /// Whether containers that the agent does not know wait for it before their first instruction.
    public void hold(boolean holds) {
        control.hold(holds);
    }

    public boolean holds() {
        return control.holds();
    }

    /// Everything counted until now has been told.
    public void heard(long atNanos) {
        control.heard(new Control.Heard(
                atNanos, count(KernelCounter.REFUSED), count(KernelCounter.KILLED), count(KernelCounter.RING_FULL)));
    }

    /// Whether programs of a container that nobody knows wait, if their root is on this file system.
    boolean holdsOn(int rootDev) {
        return holds() && rootDev != hostRootDev;
    }

    public Optional<Brake> brake() {
        return control.brake();
    }

    /// Walks all tasks: those of known containers that were there before are noted as theirs, and each container that
    /// still has one is marked with the number returned.
    int census() {
        int number = control.nextCensus();
        object.walk(GuardProgram.CENSUS);
        return number;
    }

    /// Programs that wait for their rules.
    public Door door() {
        return new Door(object.map("gh_held", 4, Wire.Hold.SIZE));
    }

    /// Where it stays when this process ends; empty where it ends with it.
    public Optional<Instance> instance() {
        return tenure.map(Tenure::instance);
    }

    /// What agents left that ended.
    List<Life> before() {
        return tenure.map(Tenure::before).orElse(List.of());
    }

    /// Takes everything out of force at once; what hangs on hooks goes with [#close].
    public void release() {
        control.retire();
        released = true;
    }

    /// With a tenure what is in force stays in force, unless it was released; without one it ends here, at once, and
    /// the kernel's own clearing up is not waited for.
    @Override
    public void close() {
        gate.ifPresent(ExecGate::close); // it asks the object
        self.close();
        groups.ifPresent(OpenedFile::close);
        control.leaveOffice();
        if (!pinned || released) {
            control.retire();
            if (pinned) {
                tenure.orElseThrow().own().remove();
            }
            control.close();
            object.closeLater();
        } else {
            control.close();
            object.close();
        }
        tenure.ifPresent(Tenure::close);
    }
}
