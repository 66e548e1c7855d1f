// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.engine.act.Acts;
import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.learn.Learning.Siblings;
import io.gatehouse.engine.learn.Merging.Merged;
import io.gatehouse.engine.learn.PolicyText.Comments;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MergingTest {
    private static final long SEED = Long.getLong("gatehouse.seed", 1);

    private static final String BY_HAND = """
            # ours
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: web}
            spec:
              mode: enforce # since May
              runtime:
                processes:
                  allow:
                  - "/bin/app"   # the app
                  action: kill
                memory: {executable: deny}
                writes: {rootFilesystem: deny, allow: [/run/]}
                network:
                  connect: {allow: []}
                  bind:
                    allow: [":80"]
                mounts: deny
            """;

    @Test
    void only_what_is_new_is_added_and_every_other_character_stays() {
        var merged = merge(
                BY_HAND,
                Acts.of("web")
                        .runs("/bin/app")
                        .runs("/bin/new")
                        .compiles("/bin/new")
                        .creates("/run/x")
                        .creates("/var/log/x")
                        .connects("10.0.0.1", 443)
                        .binds("0.0.0.0", 80)
                        .binds("0.0.0.0", 81));

        assertEquals(
                BY_HAND.replace(
                                "\"/bin/app\"   # the app\n",
                                "\"/bin/app\"   # the app\n      - /bin/new  # once, 2026-11-20T08:00:02Z, by sh\n")
                        .replace("{executable: deny}", "{jit: [\"/bin/new\"], executable: deny}")
                        .replace("[/run/]", "[/run/, \"/var/log/\"]")
                        .replace("allow: []", "allow: [\"10.0.0.1:443\"]")
                        .replace("[\":80\"]", "[\":80\", \":81\"]"),
                merged.text());
        assertEquals(5, merged.added());
        assertEquals(List.of(), merged.stillDenied());
    }

    @Test
    void nothing_new_changes_nothing() {
        var merged = merge(BY_HAND, Acts.of("web").runs("/bin/app").creates("/run/x"));

        assertEquals(BY_HAND, merged.text());
        assertEquals(0, merged.added());
    }

    @Test
    void a_rule_that_would_have_to_go_stays_and_is_told() {
        var merged = merge(BY_HAND, Acts.of("web").does("mount", Ban.MOUNTS, "").runsDropped("/tmp/x"));

        assertEquals(BY_HAND, merged.text());
        assertEquals(2, merged.stillDenied().size(), merged::toString);
        assertTrue(merged.stillDenied().stream().anyMatch(each -> each.startsWith("mounts: ")), merged::toString);
        assertTrue(merged.stillDenied().stream().anyMatch(each -> each.contains("/tmp/x")), merged::toString);
    }

    @Test
    void a_policy_learned_one_day_and_merged_the_next_allows_both_days() {
        var random = new Random(SEED);
        for (int round = 0; round < 100; round++) {
            var first = LearningTest.anything(random).recording();
            var second = LearningTest.anything(random).recording();
            var text =
                    PolicyText.write(Learning.learn(first, Width.EXACT, Siblings.EACH), "learned", Comments.EVIDENCE);
            var merged = merge(text, second);
            var section = section(merged.text());
            var message = "seed " + SEED + ", round " + round + "\n" + text + "\n=>\n" + merged.text();
            for (var act : first.acts()) {
                assertEquals(List.of(), ActJudge.judge(section, act, first.names(act)), message);
            }
            for (var act : second.acts()) {
                var found = ActJudge.judge(section, act, second.names(act));
                assertTrue(
                        found.isEmpty()
                                || found.stream()
                                        .anyMatch(each -> merged.stillDenied().stream()
                                                .anyMatch(told -> told.startsWith(each.rule()))),
                        () -> message + "\n" + found + " for " + act + " is not told: " + merged.stillDenied());
            }
            assertEquals(merged.text(), merge(merged.text(), second).text(), message);
        }
    }

    private static Merged merge(String text, Acts acts) {
        return merge(text, acts.recording());
    }

    private static Merged merge(String text, Recording recording) {
        return Merging.merge(new SourceText("old.yaml", text), section(text), recording, Width.EXACT, Siblings.EACH);
    }

    private static RuntimeSection section(String text) {
        var compilation = PolicyCompiler.compile(List.of(new SourceText("policy.yaml", text)));
        assertTrue(compilation.snapshot().isPresent(), () -> text + "\n" + compilation.diagnostics());
        return compilation
                .snapshot()
                .orElseThrow()
                .policies()
                .getFirst()
                .runtime()
                .orElseThrow();
    }
}
