// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.Enforcer;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node as full as one can be: ten thousand containers, each with a cgroup and rules of its own. One of them is real
/// and shows that the kernel still finds the right rules among the others'.
@Tag("kernel")
@Tag("slow")
class ScaleTest {
    /// As many as this agent has room for, and few where software emulation takes ten times as long.
    private static final int CONTAINERS = Integer.getInteger(
            "gatehouse.scale", Math.min(System.getProperty("gatehouse.vm") == null ? 10_000 : 1_000, Wire.SLOTS - 96));

    private static final LocalDate TODAY = LocalDate.of(2026, 1, 1);

    @TempDir
    Path tmp;

    @Test
    @Timeout(300)
    void ten_thousand_containers_have_rules_of_their_own_and_each_is_found() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        try (var real = RuncContainer.create(
                        tmp,
                        RuncContainer.Options.defaults()
                                .withFiles(
                                        AttackProgram.image(),
                                        AttackProgram.image("/opt/image-program"),
                                        RuncContainer.ImageFile.text("/var/cache/app/kept", "")));
                var kernel = KernelSide.load()) {
            real.start();
            var enforcer = new Enforcer(kernel, ClusterFacts.NONE);
            enforcer.apply(snapshot("first"), TODAY);
            var model = new ContainerFinder(Path.of("/")).ofProcess(real.pid()).orElseThrow();
            var parent = model.cgroup()
                    .unified()
                    .orElseThrow()
                    .resolveSibling("gh-scale-" + ProcessHandle.current().pid());
            var cgroups = new ArrayList<Path>();
            try {
                fill(enforcer, model, parent, cgroups, CONTAINERS / 2);
                assertTrue(enforcer.adopt(model, Set.of(), TODAY).isPresent());
                fill(enforcer, model, parent, cgroups, CONTAINERS);
                assertEquals(CONTAINERS + 1, enforcer.all().size());

                holdsIn(real);

                long began = System.nanoTime();
                var applied = enforcer.apply(snapshot("second"), TODAY);
                System.out.printf("other policies for %d containers: %d ms%n", CONTAINERS, millisSince(began));
                assertEquals(List.of(), applied.failed());
                enforcer.sweep(); // what was in force before keeps its files open until no hook can still read it:
                enforcer.sweep(); // by the second sweep
                holdsIn(real);
            } finally {
                for (var cgroup : cgroups.reversed()) {
                    Files.deleteIfExists(cgroup);
                }
            }
        }
    }

    private static void fill(Enforcer enforcer, Container model, Path parent, List<Path> cgroups, int upTo)
            throws IOException {
        if (cgroups.isEmpty()) {
            cgroups.add(Files.createDirectory(parent));
        }
        int from = cgroups.size();
        for (int i = from; i <= upTo; i++) {
            cgroups.add(Files.createDirectory(parent.resolve("c" + i)));
        }
        long before = used();
        long began = System.nanoTime();
        for (int i = from; i <= upTo; i++) {
            assertTrue(enforcer.adopt(copy(model, "scale-" + i, cgroups.get(i)), Set.of(), TODAY)
                    .isPresent());
        }
        long took = System.nanoTime() - began;
        System.out.printf(
                "containers %d to %d: %.2f ms and %d bytes of heap each%n",
                from, upTo, took / 1e6 / (upTo - from + 1), (used() - before) / (upTo - from + 1));
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /// Another container that has all but its name and its cgroup from a real one.
    private static Container copy(Container model, String id, Path cgroup) {
        return new Container(
                id,
                Optional.of(id),
                model.image(),
                model.runtime(),
                model.kind(),
                model.pod(),
                model.mounts(),
                model.rootfs(),
                model.root(),
                model.initPid(),
                new Container.Cgroup(cgroup.toString(), Optional.of(cgroup), Map.of()),
                model.labels(),
                model.imageId(),
                model.path(),
                List.of());
    }

    private static void holdsIn(RuncContainer real) throws IOException {
        assertEquals(0, real.exec("sh", "-c", "true").exit());
        assertEquals(0, real.exec("sh", "-c", "echo x > /var/cache/app/f").exit());
        assertNotEquals(42, real.exec("/opt/image-program", "ran").exit());
        assertNotEquals(0, real.exec("sh", "-c", "echo x > /etc/f").exit());
    }

    private static Snapshot snapshot(String name) {
        var policy = new WorkloadPolicy(
                PolicyName.cluster(name),
                Mode.ENFORCE,
                new Match(
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of("scale-*", "gh-test-" + ProcessHandle.current().pid() + "-*")),
                List.of(),
                Optional.empty(),
                Optional.of(RuntimeSection.of(
                        Optional.of(Processes.of(List.of("/bin/busybox", "/opt/attack"), false, Action.DENY)),
                        Optional.of(Writes.of(true, List.of("/var/cache/app"), Action.DENY)))));
        return new Snapshot(name, List.of(policy));
    }
}
