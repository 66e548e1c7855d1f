// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GuidePageTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    @Test
    void the_guide_is_made_from_what_was_met() throws IOException {
        assertEquals(
                GuidePage.text(Met.ofTheGuide()),
                Files.readString(ROOT.resolve(GuidePage.page())),
                "make it again, as GuidePage says");
    }

    @Test
    void every_story_is_tried_or_says_why_not() {
        for (var story : Attacks.STORIES.keySet()) {
            assertTrue(
                    Attacks.ELSEWHERE.containsKey(story)
                            || Attacks.ALL.stream().anyMatch(attack -> attack.story() == story),
                    "story " + story);
        }
    }

    @Test
    void every_act_is_one_that_the_program_knows() throws IOException {
        var program = Files.readString(ROOT.resolve("enforcer-agent/src/test/c/attack.c"));
        for (var attack : Attacks.ALL) {
            assertTrue(program.contains("{\"" + attack.act().split(",")[0] + "\", "), attack.act());
        }
    }

    /// What is worse than prevented where LSM decides must say why.
    @Test
    void nothing_is_less_than_prevented_without_a_reason() {
        for (var attack : Attacks.ALL) {
            assertFalse(
                    (attack.lsm() != Worth.PREVENTED || attack.without() == Worth.UNSEEN)
                            && attack.note().isEmpty(),
                    attack.scene() + " " + attack.name());
        }
    }
}
