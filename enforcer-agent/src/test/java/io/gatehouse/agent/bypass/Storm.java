// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.AttackProgram.Outcome;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// One act of every class, each forbidden, done as fast as it goes, until it is stopped or one comes through.
///
/// ```java
/// try (var storm = Storm.prepare(tmp, "kill")) {
///     try (var agent = RunningAgent.start(storm.policies("a"))) {
///         storm.begin(everything());
///         ... // whatever may open the gate
///         storm.reaches(System.nanoTime());
///         storm.end(); // fails if one came through
///     }
/// }
/// ```
final class Storm implements AutoCloseable {
    /// Of every class of rules one, by what it breaches.
    private static final Map<Scene, Map<String, String>> ACTS = acts();

    private static final String STOP = "stop";

    private final Map<Scene, RuncContainer> containers = new LinkedHashMap<>();
    private final List<Blow> blows = new ArrayList<>();

    /// One act in its loop.
    private static final class Blow {
        private final String name;
        private final Process process;
        private final BufferedReader output;
        private String last = "";

        private Blow(String name, Process process) {
            this.name = name;
            this.process = process;
            this.output = process.inputReader();
        }
    }

    private Storm() {}

    private static Map<Scene, Map<String, String>> acts() {
        var acts = new LinkedHashMap<Scene, Map<String, String>>();
        acts.put(Scene.ROOT, Map.of("write", "write"));
        acts.put(Scene.CODE, Map.of("memfd", "exec-memfd", "map", "map-code", "rx", "memory-rx", "ptrace", "vm-write"));
        acts.put(Scene.LIST, Map.of("unlisted", "exec,/opt/image-program"));
        acts.put(Scene.DATA, Map.of("read", "read", "guarded", "write,/data/protected"));
        acts.put(Scene.NODE, Map.of("mount", "mount-tmpfs", "unshare", "unshare,uts", "uring", "uring-setup"));
        acts.put(Scene.NET, Map.of("sendto", "net-sendto", "bind", "net-bind"));
        return acts;
    }

    /// Every act there is.
    static Set<String> everything() {
        var names = new TreeSet<String>();
        ACTS.values().forEach(acts -> names.addAll(acts.keySet()));
        return names;
    }

    /// Makes the containers, in which everything is allowed so far.
    static Storm prepare(Path tmp, String name) throws IOException {
        var storm = new Storm();
        for (var scene : ACTS.keySet()) {
            var id = "gh-test-%d-%s-%s"
                    .formatted(ProcessHandle.current().pid(), scene, name)
                    .toLowerCase(Locale.ROOT);
            var container = RuncContainer.create(tmp, scene.options(id));
            storm.containers.put(scene, container);
            scene.prepare(container);
            container.start();
            scene.before(container);
        }
        return storm;
    }

    /// The policies that forbid the acts, under names of their own.
    WorkloadPolicy[] policies(String suffix) {
        return policies(names(), suffix);
    }

    /// Each container with its scene, as [#policies(List, String)] takes them in another process.
    List<String> names() {
        return containers.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().id())
                .toList();
    }

    static WorkloadPolicy[] policies(List<String> names, String suffix) {
        return names.stream()
                .map(name -> name.split("=", 2))
                .map(words -> new WorkloadPolicy(
                        PolicyName.cluster(words[1] + "-" + suffix),
                        Mode.ENFORCE,
                        new Match(List.of(), Map.of(), List.of(), List.of(words[1])),
                        List.of(),
                        Optional.empty(),
                        Optional.of(Scene.valueOf(words[0]).section())))
                .toArray(WorkloadPolicy[]::new);
    }

    /// Begins those of the acts that the kernel refuses or kills in time; returns when each was tried.
    void begin(Set<String> wanted) throws IOException {
        for (var scene : containers.keySet()) {
            for (var act : ACTS.get(scene).entrySet()) {
                if (wanted.contains(act.getKey())) {
                    var row = Map.of(act.getKey(), "until,/data/" + STOP + "," + act.getValue());
                    var process = containers
                            .get(scene)
                            .spawn(AttackProgram.command(List.of(), row).toArray(String[]::new));
                    blows.add(new Blow(act.getKey(), process));
                }
            }
        }
        reaches(System.nanoTime());
    }

    /// Waits until every act was stopped at least once after a moment.
    ///
    /// @param nanos of [System#nanoTime], which is the clock that the acts are told by
    void reaches(long nanos) throws IOException {
        for (var blow : blows) {
            for (var line = blow.output.readLine(); ; line = blow.output.readLine()) {
                if (line == null || line.contains(" ")) {
                    fail(blow.name + " came to an end: " + line);
                }
                if (Long.parseLong(line.substring(line.indexOf('@') + 1)) > nanos) {
                    break;
                }
            }
        }
    }

    /// Ends all of it; returns how often each was stopped.
    Map<String, String> end() throws IOException {
        for (var container : containers.values()) {
            Files.createFile(container.data().resolve(STOP));
        }
        var stopped = new LinkedHashMap<String, String>();
        for (var blow : blows) {
            for (var line = blow.output.readLine(); line != null; line = blow.output.readLine()) {
                blow.last = line;
            }
            var came = AttackProgram.parse(blow.last).get(blow.name);
            assertTrue(came != null && came.outcome() == Outcome.REFUSED, blow.name + ": " + blow.last);
            stopped.put(blow.name, came.detail());
        }
        return stopped;
    }

    @Override
    public void close() throws IOException {
        for (var blow : blows) {
            blow.process.destroyForcibly();
        }
        for (var container : containers.values()) {
            Scene.forget(container);
            container.close();
        }
    }
}
