// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.agent.Agent;
import io.gatehouse.agent.AgentListener;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.bench.Loops.Loop;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.Compilation;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.LinkedBlockingQueue;

/// What a protected container pays for what it may do, beside one that is not protected, under the same agent and in
/// turns; how long many policies take to be in force; and how much later a container starts for being protected.
final class EnforcementCost {
    private static final int TURNS = Integer.getInteger("gatehouse.bench.turns", 5);
    private static final int ROUNDS = 3;
    private static final double BUDGET_RATIO = 1.05;
    private static final int POLICIES = 1_000;
    private static final int STARTS = 9;
    private static final List<Loop> LOOPS =
            List.of(Loop.OPEN_CLOSE, Loop.FORK_EXEC, Loop.WRITE, Loop.CREATE_WRITE_UNLINK, Loop.CONNECT, Loop.MAP);

    private EnforcementCost() {}

    static void print(PrintStream out) throws IOException {
        var folder = Files.createTempDirectory("gatehouse-enforce");
        out.println("ns per operation in a protected container beside an unprotected one, median of " + TURNS
                + " turns of " + ROUNDS + " rounds");
        try (var plain = ready(folder.resolve("plain"));
                var governed = ready(folder.resolve("governed"))) {
            for (var rules : ruleSets().entrySet()) {
                try (var running = new Running(snapshot(governed.id(), rules.getValue()))) {
                    out.println(rules.getKey() + ", decided by " + running.backend);
                    measure(out, plain, governed);
                }
            }
        }
        load(out, folder);
        starts(out, folder);
    }

    private static RuncContainer ready(Path folder) throws IOException {
        Files.createDirectories(folder);
        var container = RuncContainer.create(folder, Bench.options(folder).withCapabilities("CAP_NET_ADMIN"));
        container.start();
        container.exec("ip", "link", "set", "lo", "up");
        return container;
    }

    private static Map<String, RuntimeSection> ruleSets() {
        var sets = new LinkedHashMap<String, RuntimeSection>();
        sets.put(
                "files only",
                new RuntimeSection(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Writes(true, true, List.of(), List.of("/etc/"), Action.DENY)),
                        Optional.of(new Reads(List.of("/root/"), Action.DENY)),
                        Optional.empty(),
                        Map.of()));
        sets.put("all rules", all());
        return sets;
    }

    private static RuntimeSection all() {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        for (var ban : Ban.values()) {
            bans.put(ban, Action.DENY);
        }
        return new RuntimeSection(
                Optional.of(new Processes(
                        List.of("/bin/busybox", "/bin/loops", "/bin/nothing"),
                        List.of("/no/such/program"),
                        true,
                        false,
                        true,
                        Optional.of(new Interpreters(true, List.of())),
                        Action.DENY)),
                Optional.of(new Memory(true, List.of(), Action.DENY)),
                Optional.of(new Writes(true, true, List.of(), List.of("/etc/"), Action.DENY)),
                Optional.of(new Reads(List.of("/root/"), Action.DENY)),
                Optional.of(new Network(
                        Optional.of(List.of(new Endpoint("127.0.0.0", 8, 0, Endpoint.MAX_PORT))),
                        List.of(new Endpoint("169.254.169.254", 32, 0, Endpoint.MAX_PORT)),
                        Optional.of(List.of(new Endpoint("127.0.0.0", 8, 0, Endpoint.MAX_PORT))),
                        Optional.of(List.of(new Endpoint("127.0.0.0", 8, 0, Endpoint.MAX_PORT))),
                        Action.DENY)),
                bans);
    }

    private static Snapshot snapshot(String container, RuntimeSection section) {
        var policy = new WorkloadPolicy(
                PolicyName.cluster("benchmark"),
                Mode.ENFORCE,
                new Match(List.of(), Map.of(), List.of(), List.of(container)),
                List.of(),
                Optional.empty(),
                Optional.of(section));
        return new Snapshot("benchmark-" + section.hashCode(), List.of(policy));
    }

    // ---- each operation

    private static void measure(PrintStream out, RuncContainer plain, RuncContainer governed) throws IOException {
        var unprotected = new EnumMap<Loop, List<Double>>(Loop.class);
        var protectedOne = new EnumMap<Loop, List<Double>>(Loop.class);
        for (int turn = 0; turn < TURNS; turn++) {
            for (var loop : LOOPS) {
                unprotected.computeIfAbsent(loop, _ -> new ArrayList<>()).add(once(plain, loop));
                protectedOne.computeIfAbsent(loop, _ -> new ArrayList<>()).add(once(governed, loop));
            }
        }
        var table = new Table();
        for (var loop : LOOPS) {
            double baseline = Overhead.median(unprotected.get(loop));
            table.row(
                    loop.text(),
                    "ns",
                    OptionalDouble.of(baseline * BUDGET_RATIO),
                    OptionalDouble.of(baseline),
                    Overhead.median(protectedOne.get(loop)));
        }
        out.print(table.text());
    }

    private static double once(RuncContainer container, Loop loop) throws IOException {
        var command = Loops.command(
                loop, loop.iterations(), ROUNDS, Path.of("/bin/loops"), Path.of("/data"), Path.of("/bin/nothing"));
        var result = container.exec(command.toArray(String[]::new));
        if (result.exit() != 0) {
            throw new IOException(loop + ": " + result);
        }
        return Loops.parse(result.stdout()).medianNanos();
    }

    // ---- policies

    /// From the text of many policies to the kernel, with a container that one of them is about.
    private static void load(PrintStream out, Path folder) throws IOException {
        var table = new Table();
        try (var container = Bench.container(folder.resolve("load"));
                var running = new Running(new Snapshot("none", List.of()))) {
            var texts = new ArrayList<SourceText>();
            for (int i = 0; i < POLICIES; i++) {
                texts.add(new SourceText(
                        "policy-%d.yaml".formatted(i), text(i, i == 0 ? container.id() : "nobody-" + i)));
            }
            var compiled = new ArrayList<Double>();
            var inForce = new ArrayList<Double>();
            for (int turn = 0; turn < TURNS; turn++) {
                long began = System.nanoTime();
                Compilation compilation = PolicyCompiler.compile(texts);
                compiled.add((System.nanoTime() - began) / 1e6);
                var snapshot = new Snapshot(
                        "turn-" + turn, compilation.snapshot().orElseThrow().policies());
                began = System.nanoTime();
                running.apply(snapshot);
                inForce.add((System.nanoTime() - began) / 1e6);
            }
            table.row(POLICIES + " policies, text to snapshot", "ms", Overhead.median(compiled));
            table.row(POLICIES + " policies, snapshot to kernel", "ms", Overhead.median(inForce));
        }
        out.print(table.text());
    }

    private static String text(int number, String container) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata:
                  name: policy-%d
                spec:
                  mode: enforce
                  match:
                    containers: ["%s"]
                  runtime:
                    processes: {allow: [/bin/busybox, /bin/loops, /bin/nothing], fromImageOnly: true, action: deny}
                    writes: {rootFilesystem: deny, allow: [/var/cache/app], action: deny}
                """.formatted(number, container);
    }

    // ---- the start of a container

    /// Made, started and ended: what a runtime waits for. Where it is protected its first program ran under its rules.
    private static void starts(PrintStream out, Path folder) throws IOException {
        var plain = new ArrayList<Double>();
        var governed = new ArrayList<Double>();
        try (var _ = new Running(snapshot("gh-start-governed-*", all()))) {
            for (int start = 0; start < STARTS; start++) {
                plain.add(start(folder.resolve("starts"), "gh-start-plain-" + start));
                governed.add(start(folder.resolve("starts"), "gh-start-governed-" + start));
            }
        }
        double baseline = Overhead.median(plain);
        out.print(new Table()
                .row(
                        "container, started to its program's end",
                        "ms",
                        OptionalDouble.empty(),
                        OptionalDouble.of(baseline),
                        Overhead.median(governed))
                .text());
    }

    private static double start(Path folder, String id) throws IOException {
        try (var container =
                RuncContainer.create(folder, Bench.options(folder).withId(id).withArgs("/bin/nothing"))) {
            long began = System.nanoTime();
            container.start();
            while (Files.exists(Path.of("/proc/" + container.pid() + "/exe"))) {
                Thread.onSpinWait();
            }
            return (System.nanoTime() - began) / 1e6;
        }
    }

    /// An agent of which only the end of each change is waited for.
    private static final class Running implements AutoCloseable {
        private final LinkedBlockingQueue<Snapshot> inForce = new LinkedBlockingQueue<>();
        private final Agent agent;
        private final String backend;

        private Running(Snapshot snapshot) {
            var kernel = KernelSide.load();
            this.backend = kernel.backend().toString();
            this.agent = Agent.start(
                    kernel,
                    Path.of("/"),
                    snapshot,
                    new AgentListener() {
                        @Override
                        public void alert(Alert alert) {
                            if (alert.process().isPresent()) {
                                throw new AssertionError("all that is done here is allowed, yet " + alert);
                            }
                        }

                        @Override
                        public void inForce(Snapshot now, Collection<Governed> containers) {
                            inForce.add(now);
                        }

                        @Override
                        public void notice(String text) {
                            System.err.println(text);
                        }
                    },
                    InstantSource.system());
        }

        private void apply(Snapshot next) throws IOException {
            agent.inForce(next);
            try {
                while (!inForce.take().equals(next)) {
                    // one that came before
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            agent.close();
        }
    }
}
