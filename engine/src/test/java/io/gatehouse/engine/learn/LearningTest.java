// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.engine.act.Acts;
import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.learn.Learning.Siblings;
import io.gatehouse.engine.learn.PolicyText.Comments;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LearningTest {
    private static final long SEED = Long.getLong("gatehouse.seed", 1);

    @Test
    void what_was_never_breached_is_asked_and_what_was_is_allowed_by_name() {
        var section = learn(Acts.of("web")
                        .runs("/usr/sbin/nginx")
                        .opens("/etc/hosts")
                        .creates("/var/cache/nginx/a")
                        .connects("10.0.0.1", 443)
                        .binds("0.0.0.0", 80)
                        .listens("0.0.0.0", 80)
                        .does("namespace", Ban.NAMESPACES, "user"))
                .section();

        var processes = section.processes().orElseThrow();
        assertEquals(List.of("/usr/sbin/nginx"), processes.allow());
        assertTrue(processes.fromImageOnly() && processes.denyShells() && processes.denyPackageManagers());
        assertEquals(
                List.of("/etc/hosts", "/var/cache/nginx/"),
                section.writes().orElseThrow().allow());
        assertTrue(section.writes().orElseThrow().declaredVolumesOnly());
        assertEquals(
                List.of("/etc/shadow", "/root/.ssh/"),
                section.reads().orElseThrow().forbid());
        assertEquals(
                Optional.of(List.of(new Endpoint("10.0.0.1", 32, 443, 443))),
                section.network().orElseThrow().connect());
        assertEquals(
                Optional.of(List.of(new Endpoint("", 0, 80, 80))),
                section.network().orElseThrow().bind());
        assertFalse(section.bans().containsKey(Ban.NAMESPACES));
        assertTrue(section.bans().containsKey(Ban.MOUNTS));
    }

    @Test
    void a_program_that_no_list_can_name_leaves_the_list_out_and_says_why() {
        var learned = learn(Acts.of("web").runs("/bin/sh", ActJudge.SHELL).runsDropped("/tmp/x"));

        var processes = learned.section().processes().orElseThrow();
        assertEquals(List.of(), processes.allow());
        assertFalse(processes.fromImageOnly());
        assertFalse(processes.denyShells());
        assertTrue(processes.denyPackageManagers());
        assertTrue(learned.leftOut().stream()
                .anyMatch(rule -> rule.rule().equals("processes.allow")
                        && PolicyText.words(rule).contains("/tmp/x")));
    }

    @Test
    void names_of_one_file_become_one_entry() {
        var learned = learn(Acts.of("box")
                .met(Map.of("/sbin", "bin"), List.of(List.of("/bin/[", "/bin/httpd", "/bin/sh")))
                .runs("/bin/sh")
                .runs("/bin/httpd")
                .runs("/sbin/httpd"));

        assertEquals(
                List.of("/bin/httpd"),
                learned.section().processes().orElseThrow().allow());
        allowsAll(learned);
    }

    @Test
    void a_directory_that_the_container_made_cannot_be_named_and_the_one_above_is() {
        var learned = learn(Acts.of("web")
                .makesDirectory("/var/lib/app")
                .makesDirectory("/var/lib/app/deep")
                .creates("/var/lib/app/deep/file"));

        assertEquals(
                List.of("/var/lib/"), learned.section().writes().orElseThrow().allow());
        allowsAll(learned);
    }

    @Test
    void directories_beside_each_other_are_taken_together_only_where_asked() {
        var acts = Acts.of("web")
                .creates("/var/cache/a/x")
                .creates("/var/cache/b/x")
                .creates("/var/cache/c/x")
                .creates("/run/x");

        assertEquals(
                List.of("/run/", "/var/cache/a/", "/var/cache/b/", "/var/cache/c/"),
                learn(acts).section().writes().orElseThrow().allow());
        assertEquals(
                List.of("/run/", "/var/cache/"),
                Learning.learn(acts.recording(), Width.EXACT, Siblings.TOGETHER)
                        .section()
                        .writes()
                        .orElseThrow()
                        .allow());
    }

    @Test
    void a_change_of_the_root_directory_itself_leaves_the_rule_out() {
        var learned = learn(Acts.of("web").creates("/x").creates("/var/log/y"));

        assertFalse(learned.section().writes().orElseThrow().denyRootFilesystem());
        assertEquals(List.of(), learned.section().writes().orElseThrow().allow());
        allowsAll(learned);
    }

    @Test
    void a_rule_that_nothing_in_the_kernel_tells_of_is_not_asked() {
        var lines = new ArrayList<>(Acts.of("web").runs("/bin/app").lines());
        var begun = (RecordedLine.Begun) lines.getFirst();
        lines.set(
                0,
                new RecordedLine.Begun(
                        begun.time(), "learn", "tracepoint", List.of("processes.allow"), List.of(), List.of()));

        var section =
                Learning.learn(Recording.of(lines), Width.EXACT, Siblings.EACH).section();

        assertEquals(List.of("/bin/app"), section.processes().orElseThrow().allow());
        assertFalse(section.processes().orElseThrow().fromImageOnly());
        assertEquals(Optional.empty(), section.writes());
        assertEquals(Optional.empty(), section.network());
        assertEquals(Map.of(), section.bans());
    }

    @Test
    void the_same_acts_in_another_order_give_the_same_policy() {
        var random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            var lines = new ArrayList<>(anything(random).lines());
            var text = PolicyText.write(learn(Recording.of(lines)), "learned", Comments.NONE);
            Collections.shuffle(lines.subList(1, lines.size()), random);
            assertEquals(
                    text,
                    PolicyText.write(learn(Recording.of(lines)), "learned", Comments.NONE),
                    "seed " + SEED + ", round " + round);
        }
    }

    @Test
    void a_learned_policy_allows_all_it_was_learned_from_and_no_entry_can_be_spared() {
        var random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            var learned = learn(anything(random));
            allowsAll(learned);
            for (var smaller : smaller(learned.section())) {
                assertTrue(
                        learned.from().acts().stream()
                                .anyMatch(act -> !ActJudge.judge(
                                                smaller, act, learned.from().names(act))
                                        .isEmpty()),
                        "seed " + SEED + ", round " + round + ": an entry of " + learned.section()
                                + " can be spared, as " + smaller);
            }
        }
    }

    // ---- made-up containers

    static Acts anything(Random random) {
        var acts = Acts.of("web")
                .met(Map.of("/sbin", "usr/bin", "/var/run", "/run"), List.of(List.of("/usr/bin/a", "/usr/bin/b")));
        int count = 1 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            var name = String.valueOf((char) ('a' + random.nextInt(4)));
            var other = String.valueOf((char) ('a' + random.nextInt(3)));
            switch (random.nextInt(14)) {
                case 0 -> acts.runs("/usr/bin/" + name);
                case 1 -> acts.runs("/sbin/" + name);
                case 2 -> acts.runs("/bin/sh", ActJudge.SHELL);
                case 3 -> acts.opens("/etc/" + name);
                case 4 -> acts.creates("/var/" + name + "/" + other);
                case 5 -> acts.makesDirectory("/var/" + name + "/" + other);
                case 6 -> acts.creates("/var/" + name + "/" + other + "/file");
                case 7 -> acts.creates("/var/run/" + name);
                case 8 -> acts.connects("10.0.0." + random.nextInt(8), 80 + random.nextInt(3));
                case 9 -> acts.binds("0.0.0.0", 8080 + random.nextInt(3));
                case 10 -> acts.compiles("/usr/bin/" + name);
                case 11 -> acts.does("mount", Ban.values()[random.nextInt(Ban.values().length)], "");
                case 12 -> acts.reads("/root/.ssh/" + name);
                case 13 ->
                    acts.act(
                            "remove",
                            List.of(ActJudge.WRITE_ROOT),
                            "/srv/" + name + "/" + other,
                            Optional.of(new RecordedFile(40, 1, 0, true, true, true, false)),
                            "/bin/app",
                            "");
                default -> throw new IllegalStateException();
            }
            if (random.nextInt(60) == 0) {
                acts.runsDropped("/tmp/x");
            }
        }
        return acts;
    }

    /// The section without one of its entries, for each entry. A list of one program cannot lose it: an empty list asks
    /// nothing.
    private static List<RuntimeSection> smaller(RuntimeSection whole) {
        var all = new ArrayList<RuntimeSection>();
        whole.processes()
                .filter(p -> p.allow().size() > 1)
                .ifPresent(p -> without(p.allow())
                        .forEach(allow -> all.add(new RuntimeSection(
                                Optional.of(new Processes(
                                        allow,
                                        p.forbid(),
                                        p.fromImageOnly(),
                                        p.denyShells(),
                                        p.denyPackageManagers(),
                                        p.interpreters(),
                                        p.action())),
                                whole.memory(),
                                whole.writes(),
                                whole.reads(),
                                whole.network(),
                                whole.bans()))));
        whole.memory()
                .ifPresent(m -> without(m.jit())
                        .forEach(jit -> all.add(new RuntimeSection(
                                whole.processes(),
                                Optional.of(new Memory(true, jit, m.action())),
                                whole.writes(),
                                whole.reads(),
                                whole.network(),
                                whole.bans()))));
        whole.writes()
                .ifPresent(w -> without(w.allow())
                        .forEach(allow -> all.add(new RuntimeSection(
                                whole.processes(),
                                whole.memory(),
                                Optional.of(new Writes(
                                        w.denyRootFilesystem(),
                                        w.declaredVolumesOnly(),
                                        allow,
                                        w.forbid(),
                                        w.action())),
                                whole.reads(),
                                whole.network(),
                                whole.bans()))));
        whole.network().ifPresent(n -> {
            n.connect()
                    .ifPresent(list -> without(list)
                            .forEach(less -> all.add(network(
                                    whole,
                                    new Network(Optional.of(less), List.of(), n.bind(), n.listen(), n.action())))));
            n.bind()
                    .ifPresent(list -> without(list)
                            .forEach(less -> all.add(network(
                                    whole,
                                    new Network(n.connect(), List.of(), Optional.of(less), n.listen(), n.action())))));
        });
        return all;
    }

    private static RuntimeSection network(RuntimeSection whole, Network network) {
        return new RuntimeSection(
                whole.processes(), whole.memory(), whole.writes(), whole.reads(), Optional.of(network), whole.bans());
    }

    private static <T> List<List<T>> without(List<T> list) {
        var all = new ArrayList<List<T>>();
        for (int i = 0; i < list.size(); i++) {
            var less = new ArrayList<>(list);
            less.remove(i);
            all.add(less);
        }
        return all;
    }

    private static void allowsAll(Learned learned) {
        for (var act : learned.from().acts()) {
            assertEquals(
                    List.of(),
                    ActJudge.judge(learned.section(), act, learned.from().names(act)),
                    () -> "seed " + SEED + ": " + act + " under " + learned.section());
        }
    }

    private static Learned learn(Acts acts) {
        return learn(acts.recording());
    }

    private static Learned learn(Recording recording) {
        return Learning.learn(recording, Width.EXACT, Siblings.EACH);
    }
}
