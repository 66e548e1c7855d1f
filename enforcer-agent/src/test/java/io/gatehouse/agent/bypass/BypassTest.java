// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.AttackProgram.Line;
import io.gatehouse.agent.fixture.AttackProgram.Outcome;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Every attack of [Attacks], in three containers alike: one under an enforced policy, one under the same
/// in audit mode, and one under none, which shows that the attack works at all. All are done once; each
/// test looks at what came of them.
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BypassTest {
    /// Without LSM a name's change is looked up after the call, and who made it must still be there to be killed.
    private static final String LINGER_MILLIS = "3000";

    private static final int LOOKS = 100;
    private static final String RAN_AND_ANSWERED = " ran and answered "; // of attack.c
    private static final String MARKER = "/opt/marker";

    /// How a container is governed.
    private enum Setting {
        ENFORCED(Optional.of(Mode.ENFORCE)),
        AUDITED(Optional.of(Mode.AUDIT)),
        FREE(Optional.empty());

        private final Optional<Mode> mode;

        Setting(Optional<Mode> mode) {
            this.mode = mode;
        }
    }

    /// One attack in one container.
    private record Trial(Attack attack, Setting setting) {}

    private record Place(Scene scene, Setting setting) {
        /// As its container is called; policies match by it.
        String id() {
            return "gh-test-%d-%s-%s"
                    .formatted(ProcessHandle.current().pid(), scene, setting)
                    .toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Place, RuncContainer> containers = new LinkedHashMap<>();
    private final Map<Place, Process> holding = new HashMap<>();
    private final List<Process> helpers = new ArrayList<>();
    private final Map<Trial, Line> lines = new HashMap<>();
    private Path program;
    private RuncContainer marker;
    private RunningAgent agent;
    private String kernel;
    private int signs;

    // ---- all attacks

    @BeforeAll
    void tryAll(@TempDir Path tmp) throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        program = Files.write(tmp.resolve("attack"), AttackProgram.bytes());
        Files.setAttribute(program, "unix:mode", 0100755);
        for (var scene : Scene.values()) {
            for (var setting : Setting.values()) {
                prepare(tmp, new Place(scene, setting));
            }
        }
        marker = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults()
                        .withId("gh-test-%d-marker"
                                .formatted(ProcessHandle.current().pid())));
        marker.start();
        marker.exec("cp", "/bin/busybox", MARKER);

        agent = RunningAgent.start(policies());
        kernel = agent.backend() == Backend.LSM ? System.getProperty("gatehouse.vm", "here") : "without LSM";
        for (var place : containers.keySet()) {
            attack(place);
        }
        startUnderPolicy(tmp);
        awaitAllAlerts();
        for (var place : containers.keySet()) {
            run(place, Attack::noisy);
        }
        awaitAllAlerts();
    }

    private void prepare(Path tmp, Place place) throws IOException {
        var container = RuncContainer.create(tmp, place.scene().options(place.id()));
        containers.put(place, container);
        place.scene().prepare(container);
        container.start();
        place.scene().before(container);
        hold(container, "holder", container.rootfs().resolve("etc/secret").toString());
        hold(container, "program-holder", program.toString(), "reading");

        var held = acts(place.scene(), Attack::held);
        if (!held.isEmpty()) {
            var options = List.of("--held", "/etc/secret", "--gate", "/data/gate");
            var process = container.spawn(AttackProgram.command(options, held).toArray(String[]::new));
            assertEquals("ready", process.inputReader().readLine());
            holding.put(place, process);
        }
    }

    /// On the host: hands an open file to whoever connects.
    private void hold(RuncContainer container, String name, String... words) throws IOException {
        var command = new ArrayList<>(List.of(
                program.toString(), "hold", container.data().resolve(name).toString()));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        helpers.add(process);
        assertEquals("holding", process.inputReader().readLine());
    }

    private void attack(Place place) throws IOException {
        var container = containers.get(place);
        run(place, a -> !a.held() && !a.first() && !a.noisy());
        var process = holding.get(place);
        if (process != null) {
            Files.createFile(container.data().resolve("gate"));
            var said = AttackProgram.parse(new String(process.getInputStream().readAllBytes()));
            assertFalse(said.isEmpty(), () -> place.id() + ": who held files open did not wait for its turn");
            keep(place, said);
        }
    }

    private void run(Place place, Predicate<Attack> wanted) throws IOException {
        for (var hopeless : List.of(true, false)) { // the last of all moves the root away
            var acts = acts(place.scene(), wanted.and(attack -> (attack.without() == Worth.UNSEEN) == hopeless));
            if (!acts.isEmpty()) {
                keep(place, AttackProgram.run(containers.get(place), hopeless ? List.of() : options(place), acts));
            }
        }
    }

    /// The container's own program does it, in a container that is made while the policy is in force.
    private void startUnderPolicy(Path tmp) throws IOException {
        for (var place : List.copyOf(containers.keySet())) {
            var acts = acts(place.scene(), Attack::first);
            if (acts.isEmpty()) {
                continue;
            }
            var command = AttackProgram.command(options(place), acts);
            var options = place.scene().options(place.id() + "-first").withArgs(command.toArray(String[]::new));
            try (var container = RuncContainer.create(tmp, options)) {
                container.start();
                awaitEnd(container);
                var done = AttackProgram.parse(container.stdout());
                if (place.setting() == Setting.ENFORCED && done.isEmpty()) { // ended as a whole, before it said a word
                    acts.keySet().forEach(name -> done.put(name, new Line(name, Outcome.KILLED, "with its container")));
                }
                keep(place, done);
            }
        }
    }

    private static void awaitEnd(RuncContainer container) throws IOException {
        for (int look = 0;
                !container.status().equals("stopped");
                look++) { // a process of its own, which takes its time
            assertTrue(look < 600, () -> "the container's first program does not end: " + container.id());
        }
    }

    private List<String> options(Place place) {
        return place.setting() == Setting.ENFORCED && (agent == null || agent.backend() != Backend.LSM)
                ? List.of("--linger", LINGER_MILLIS)
                : List.of();
    }

    private static Map<String, String> acts(Scene scene, Predicate<Attack> wanted) {
        var acts = new LinkedHashMap<String, String>();
        Attacks.ALL.stream()
                .filter(attack -> attack.scene() == scene && wanted.test(attack))
                .forEach(attack -> acts.put(attack.name(), attack.act()));
        return acts;
    }

    private void keep(Place place, Map<String, Line> done) {
        for (var attack : Attacks.ALL) {
            if (attack.scene() == place.scene() && done.containsKey(attack.name())) {
                lines.put(new Trial(attack, place.setting()), done.get(attack.name()));
            }
        }
    }

    /// Alerts come in the order of the acts, so the last act's is the last. Where the ring is full it is lost as others
    /// are.
    private void awaitAllAlerts() throws IOException {
        var sign = "sign-%d".formatted(signs++);
        for (int look = 0; look < LOOKS; look++) {
            marker.exec(MARKER, "echo", sign);
            if (!agent.sawNothing(
                    a -> a.process().isPresent() && a.process().get().args().contains(sign))) {
                return;
            }
        }
        agent.alert(
                "the last act of all",
                a -> a.process().isPresent() && a.process().get().args().contains(sign));
    }

    private static WorkloadPolicy[] policies() {
        var all = new ArrayList<WorkloadPolicy>();
        for (var scene : Scene.values()) {
            for (var setting : Setting.values()) {
                var id = new Place(scene, setting).id();
                setting.mode.ifPresent(mode -> all.add(policy(id, mode, List.of(id, id + "-first"), scene.section())));
            }
        }
        all.add(policy(
                "marker",
                Mode.AUDIT,
                List.of("gh-test-%d-marker".formatted(ProcessHandle.current().pid())),
                RuntimeSection.of(Optional.of(Processes.of(List.of(), true, Action.DENY)), Optional.empty())));
        return all.toArray(WorkloadPolicy[]::new);
    }

    private static WorkloadPolicy policy(String name, Mode mode, List<String> containers, RuntimeSection section) {
        return new WorkloadPolicy(
                PolicyName.cluster(name),
                mode,
                new Match(List.of(), Map.of(), List.of(), containers),
                List.of(),
                Optional.empty(),
                Optional.of(section));
    }

    @AfterAll
    void end() throws IOException {
        if (agent != null) {
            agent.close();
        }
        helpers.forEach(Process::destroyForcibly);
        holding.values().forEach(Process::destroyForcibly);
        for (var container : containers.values()) {
            Scene.forget(container);
            container.close();
        }
        if (marker != null) {
            marker.close();
        }
    }

    // ---- what came of them

    @Test
    void every_attack_meets_what_must_hold_against_it() {
        var wrong = new ArrayList<String>();
        for (var attack : attacks()) {
            var met = met(attack);
            var must = agent.backend() == Backend.LSM ? attack.lsm() : attack.without();
            if (met.worth().isPresent() && met.worth().get().compareTo(must) < 0) {
                wrong.add("%s, %s: must be %s, was %s (%s)"
                        .formatted(
                                attack.scene(),
                                attack.name(),
                                must.text(),
                                met.worth().get().text(),
                                met.detail()));
            }
        }
        assertNone(wrong);
    }

    /// A refusal that nobody hears of is a riddle for whoever runs the workload.
    @Test
    void every_refusal_is_told() {
        var wrong = new ArrayList<String>();
        for (var attack : attacks()) {
            var line = line(attack, Setting.ENFORCED);
            if (attack.noisy()) {
                continue; // it fills the ring, so that alerts are lost, its own first of all; that is counted
            }
            if (works(attack) && stopped(line) && !tells(attack, Setting.ENFORCED, _ -> true)) {
                wrong.add("%s, %s: %s %s, and no alert of %s"
                        .formatted(
                                attack.scene(),
                                attack.name(),
                                line.outcome(),
                                line.detail(),
                                attack.rule().get().text()));
            }
        }
        assertNone(wrong);
    }

    @Test
    void audit_mode_lets_every_attack_come_through_and_tells_what_would_have_been() {
        var wrong = new ArrayList<String>();
        for (var attack : attacks()) {
            var line = line(attack, Setting.AUDITED);
            if (!works(attack)) {
                continue;
            }
            if (line.outcome() != Outcome.DONE) {
                wrong.add("%s, %s: %s %s".formatted(attack.scene(), attack.name(), line.outcome(), line.detail()));
            } else if (must(attack) != Worth.UNSEEN && !told(attack, Setting.AUDITED)) {
                wrong.add("%s, %s: not told".formatted(attack.scene(), attack.name()));
            }
        }
        assertNone(wrong);
    }

    /// Else it shows nothing that it is refused elsewhere. What the kernel itself has not, or refuses, is not counted.
    @Test
    void without_a_policy_every_attack_works_and_none_is_told() {
        var wrong = new ArrayList<String>();
        for (var attack : Attacks.ALL) {
            var line = line(attack, Setting.FREE);
            if (line.outcome() == Outcome.KILLED || line.outcome() == Outcome.DONE_KILLED) {
                wrong.add("%s, %s: %s %s".formatted(attack.scene(), attack.name(), line.outcome(), line.detail()));
            } else if (line.outcome() == Outcome.BROKEN) {
                wrong.add("%s, %s: %s %s".formatted(attack.scene(), attack.name(), line.outcome(), line.detail()));
            }
        }
        for (var place : containers.keySet()) {
            if (place.setting() == Setting.FREE
                    && !agent.sawNothing(a -> a.container().isPresent()
                            && a.container().get().id().startsWith(place.id()))) {
                wrong.add(place.id() + " was told of");
            }
        }
        assertNone(wrong);
    }

    @Test
    void what_a_policy_allows_is_left_alone() {
        var wrong = new ArrayList<String>();
        for (var innocent : Attacks.ALL) {
            if (innocent.rule().isPresent()) {
                continue;
            }
            for (var setting : Setting.values()) {
                var line = line(innocent, setting);
                if (line.outcome() != Outcome.DONE || tells(innocent, setting, _ -> true)) {
                    wrong.add("%s, %s, %s: %s %s"
                            .formatted(innocent.scene(), innocent.name(), setting, line.outcome(), line.detail()));
                }
            }
        }
        assertNone(wrong);
    }

    /// The guide's table was once written by a run like this one. It may say less than what holds, never more.
    @Test
    void the_guide_says_no_better_than_what_was_met() throws IOException {
        var now = new LinkedHashMap<Attack, Met>();
        attacks().forEach(attack -> now.put(attack, met(attack)));
        write(now);
        var said = Met.ofTheGuide().getOrDefault(kernel, Map.of());
        var wrong = new ArrayList<String>();
        said.forEach((attack, met) -> {
            var worth = now.get(attack).worth();
            // Judged after the act, whether its process is still in the call is a matter of the moment.
            boolean asPromised = must(attack) == Worth.KILLED_LATE
                    && worth.filter(each -> each.compareTo(Worth.KILLED_LATE) >= 0)
                            .isPresent();
            if (!asPromised
                    && met.worth().isPresent()
                    && worth.isPresent()
                    && worth.get().compareTo(met.worth().get()) < 0) {
                wrong.add("%s, %s: the guide says %s, was %s"
                        .formatted(
                                attack.scene(),
                                attack.name(),
                                met.worth().get().text(),
                                worth.get().text()));
            }
        });
        assertNone(wrong);
    }

    private void write(Map<Attack, Met> met) throws IOException {
        var text = met.values().stream().map(Met::line).collect(Collectors.joining("\n", "", "\n"));
        var root = System.getProperty("gatehouse.root");
        var target = root == null ? Path.of("target") : Path.of(root, "enforcer-agent/target");
        if (Files.isDirectory(target)) {
            Files.writeString(Files.createDirectories(target.resolve("attacks")).resolve(kernel + ".tsv"), text);
        } else {
            System.out.println("\n" + text); // in the VM, whose files are gone with it; its console is kept
        }
    }

    // ---- one attack

    private static List<Attack> attacks() {
        return Attacks.ALL.stream().filter(attack -> attack.rule().isPresent()).toList();
    }

    private Worth must(Attack attack) {
        return agent.backend() == Backend.LSM ? attack.lsm() : attack.without();
    }

    private Line line(Attack attack, Setting setting) {
        var line = lines.get(new Trial(attack, setting));
        return line == null ? new Line(attack.name(), Outcome.BROKEN, "it was not even tried") : line;
    }

    /// Whether it does anything at all on this machine, where nobody is in its way.
    private boolean works(Attack attack) {
        return line(attack, Setting.FREE).outcome() == Outcome.DONE;
    }

    private static boolean stopped(Line line) {
        return line.outcome() != Outcome.DONE;
    }

    private Met met(Attack attack) {
        if (!works(attack)) {
            var line = line(attack, Setting.FREE);
            return new Met(
                    kernel,
                    attack,
                    Optional.empty(),
                    line.outcome() == Outcome.REFUSED ? "the kernel itself refuses: " + line.detail() : line.detail());
        }
        var line = line(attack, Setting.ENFORCED);
        var told = told(attack, Setting.ENFORCED);
        var worth = switch (line.outcome()) {
            case REFUSED -> Worth.PREVENTED;
            case KILLED -> Worth.KILLED;
            case DONE_KILLED -> Worth.KILLED_LATE;
            case DONE, ABSENT, BROKEN -> told ? Worth.REPORTED : Worth.UNSEEN;
        };
        // An interpreter or a loader was let run, and could not get at what it was given.
        boolean keptOff = agent.backend() == Backend.LSM
                && worth == Worth.REPORTED
                && line.detail().contains(RAN_AND_ANSWERED);
        return new Met(kernel, attack, Optional.of(keptOff ? Worth.PREVENTED : worth), line.detail());
    }

    private boolean told(Attack attack, Setting setting) {
        var rule = attack.rule().orElseThrow().text();
        return tells(attack, setting, a -> a.rule().equals(rule) && a.mode() == setting.mode.orElseThrow());
    }

    private boolean tells(Attack attack, Setting setting, Predicate<Alert> wanted) {
        var id = new Place(attack.scene(), setting).id();
        return !agent.sawNothing(a -> a.container().isPresent()
                && a.container().get().id().startsWith(id)
                && by(attack, a)
                && wanted.test(a));
    }

    /// Who does an attack is called by its name, and so are the children that it does it by.
    private static boolean by(Attack attack, Alert alert) {
        return alert.process()
                .filter(process -> process.args().contains(attack.name())
                        || process.parents().stream().anyMatch(p -> p.name().equals(attack.name())))
                .isPresent();
    }

    private static void assertNone(List<String> wrong) {
        assertTrue(wrong.isEmpty(), () -> wrong.size() + ":\n" + String.join("\n", wrong));
    }
}
