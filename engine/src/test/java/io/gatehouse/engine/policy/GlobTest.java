// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GlobTest {
    @Test
    void a_pattern_stands_for_the_whole_text() {
        assertTrue(Glob.matches("nginx", "nginx"));
        assertFalse(Glob.matches("nginx", "nginx2"));
        assertFalse(Glob.matches("nginx", "my-nginx"));
        assertTrue(Glob.matches("", ""));
        assertFalse(Glob.matches("", "a"));
    }

    @Test
    void a_star_is_any_run_and_a_question_mark_one_character() {
        assertTrue(Glob.matches("docker.io/library/nginx:*", "docker.io/library/nginx:1.27"));
        assertTrue(Glob.matches("*/nginx:*", "docker.io/library/nginx:1"));
        assertTrue(Glob.matches("*", ""));
        assertTrue(Glob.matches("a?c", "abc"));
        assertFalse(Glob.matches("a?c", "ac"));
    }

    @Test
    void everything_else_stands_for_itself() {
        assertFalse(Glob.matches("a.c", "abc"));
        assertTrue(Glob.matches("[a]", "[a]"));
    }

    @Test
    void one_of_several_is_enough_and_of_none_none() {
        assertTrue(Glob.any(List.of("a", "b*"), "bc"));
        assertFalse(Glob.any(List.of(), "a"));
    }

    @Test
    void many_stars_cost_no_exponential_time() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> assertFalse(Glob.matches("*a".repeat(50) + "b", "a".repeat(5_000))));
    }

    /// The regular expression is the oracle.
    @Test
    void any_pattern_agrees_with_the_regular_expression_it_stands_for() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            var pattern = word(random, "ab*?");
            var text = word(random, "ab");
            boolean expected = Pattern.matches(pattern.replace("*", ".*").replace("?", "."), text);
            assertEquals(expected, Glob.matches(pattern, text), "seed " + seed + ": " + pattern + " on " + text);
        }
    }

    private static String word(Random random, String letters) {
        var word = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }
}
