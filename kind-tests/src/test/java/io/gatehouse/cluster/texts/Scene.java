// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.texts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Policies, and what kubectl was given and said, step by step.
///
/// A file of it: what it is about, then `=== policies`, then for each step `=== kubectl WORDS` with what it reads from
/// standard input, and `=== says` with what it printed.
record Scene(String about, String policies, List<Step> steps) {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Pattern SECTION = Pattern.compile("(?m)^=== (.*)\n");
    private static final String COMMAND = "kubectl ";

    record Step(String command, String input, String said) {
        /// As a shell would split them.
        String[] words(String... first) {
            var words = new ArrayList<>(Arrays.asList(first));
            WORD.matcher(command)
                    .results()
                    .forEach(word -> words.add(word.group(1) == null ? word.group(2) : word.group(1)));
            return words.toArray(String[]::new);
        }
    }

    @FunctionalInterface
    interface Asked {
        String say(Step step) throws IOException, InterruptedException;
    }

    static Scene read(String text) {
        var heads = SECTION.matcher(text).results().map(head -> head.group(1)).toList();
        var bodies = SECTION.split(text, -1);
        if (heads.isEmpty() || !heads.getFirst().equals("policies") || heads.size() % 2 == 0) {
            throw new IllegalArgumentException(
                    "a scene is policies, then pairs of a command and what it says: " + heads);
        }
        var steps = new ArrayList<Step>();
        for (int i = 1; i < heads.size(); i += 2) {
            if (!heads.get(i).startsWith(COMMAND) || !heads.get(i + 1).equals("says")) {
                throw new IllegalArgumentException("want 'kubectl …' and 'says', got " + heads.subList(i, i + 2));
            }
            steps.add(new Step(heads.get(i).substring(COMMAND.length()), bodies[i + 1], bodies[i + 2]));
        }
        return new Scene(bodies[0], bodies[1], List.copyOf(steps));
    }

    /// The same with what is said now.
    Scene played(Asked asked) throws IOException, InterruptedException {
        var now = new ArrayList<Step>();
        for (var step : steps) {
            now.add(new Step(step.command, step.input, asked.say(step)));
        }
        return new Scene(about, policies, now);
    }

    String text() {
        return about + "=== policies\n" + policies
                + String.join("", steps.stream().flatMap(Scene::text).toList());
    }

    private static Stream<String> text(Step step) {
        return Stream.of("=== " + COMMAND + step.command + "\n" + step.input, "=== says\n" + step.said);
    }
}
