// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `pmatch`: whether a path is one of some paths, or below one of them. Paths are compared name by name; a
/// name may be a glob. What is between slashes counts, so `//` and a slash at either end change nothing.
final class Paths implements TextTest {
    private static final class Step {
        final Map<String, Step> names = new HashMap<>();
        /// The keys of `names`.
        final List<String> nameTexts = new ArrayList<>();
        final Map<String, Step> globs = new HashMap<>();
        final List<Glob> globTests = new ArrayList<>();
        final List<Step> globSteps = new ArrayList<>();
        boolean ends;

        /// The step that a part of a path leads to, without a copy of that part; null if there is none.
        Step named(String path, int start, int end) {
            for (int i = 0; i < nameTexts.size(); i++) {
                var name = nameTexts.get(i);
                if (name.length() == end - start && path.startsWith(name, start)) {
                    return names.get(name);
                }
            }
            return null;
        }
    }

    private final Step root;
    private final boolean hasGlobs;

    private Paths(Step root, boolean hasGlobs) {
        this.root = root;
        this.hasGlobs = hasGlobs;
    }

    static Paths of(Set<String> paths) {
        var root = new Step();
        boolean hasGlobs = false;
        for (var path : paths) {
            var step = root;
            for (var name : names(path)) {
                boolean isGlob = isGlob(name);
                hasGlobs |= isGlob;
                step = isGlob ? glob(step, name) : named(step, name);
            }
            step.ends = true;
        }
        return new Paths(root, hasGlobs);
    }

    private static Step named(Step step, String name) {
        return step.names.computeIfAbsent(name, _ -> {
            step.nameTexts.add(name);
            return new Step();
        });
    }

    private static Step glob(Step step, String name) {
        return step.globs.computeIfAbsent(name, _ -> {
            var next = new Step();
            step.globTests.add(Glob.of(name));
            step.globSteps.add(next);
            return next;
        });
    }

    @Override
    public boolean test(String path) {
        return hasGlobs ? testGlobs(path) : testNames(path);
    }

    /// Without globs there is one step at a time, and nothing to allocate.
    private boolean testNames(String path) {
        var step = root;
        int start = 0;
        while (step != null && !step.ends) {
            while (start < path.length() && path.charAt(start) == '/') {
                start++;
            }
            if (start == path.length()) {
                return false;
            }
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            step = step.named(path, start, end);
            start = end;
        }
        return step != null;
    }

    private boolean testGlobs(String path) {
        var reached = List.of(root);
        int start = 0;
        while (!reached.isEmpty()) {
            for (var step : reached) {
                if (step.ends) {
                    return true;
                }
            }
            while (start < path.length() && path.charAt(start) == '/') {
                start++;
            }
            if (start == path.length()) {
                return false;
            }
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            reached = next(reached, path.substring(start, end));
            start = end;
        }
        return false;
    }

    private static List<Step> next(List<Step> reached, String name) {
        var next = new ArrayList<Step>();
        for (var step : reached) {
            var named = step.names.get(name);
            if (named != null) {
                next.add(named);
            }
            for (int i = 0; i < step.globTests.size(); i++) {
                if (step.globTests.get(i).test(name)) {
                    next.add(step.globSteps.get(i));
                }
            }
        }
        return next;
    }

    private static List<String> names(String path) {
        var names = new ArrayList<String>();
        for (var name : path.split("/")) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    private static boolean isGlob(String name) {
        return name.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }
}
