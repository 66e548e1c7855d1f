// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What SPECIFICATION.md and ARCHITECTURE.md name is there. Names are looked up in the sources, because this module
/// does not see every test.
class SpecificationTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    /// `| 3.2 | a promise | its tests |`
    private static final Pattern PROMISE = Pattern.compile("^\\| (\\d+\\.\\d+) \\| (.+) \\| (.+) \\|$");

    private static final Pattern TEST = Pattern.compile("`([A-Za-z]+)#([a-z_0-9]+)`");
    private static final Pattern GOLDEN_CASE = Pattern.compile("case `([a-z_0-9]+)`");

    /// `Agent`, `Agent.meet`, `Decision.Warn`; not `-EPERM`, not `gatehouse.bpf.c`.
    private static final Pattern JAVA_NAME = Pattern.compile("`([A-Z][a-z]+[A-Za-z]*)(?:\\.([A-Za-z_]+))?`");

    private static final Pattern C_NAME = Pattern.compile("`(gh_[a-z_]+)`");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)\\)");

    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Za-z0-9]+)");

    private static final Map<String, List<String>> JAVA = sources(".java");
    private static final Map<String, Set<String>> BY_TYPE = byType();
    private static final Map<String, List<String>> GOLDEN = sources(".golden");
    private static final String C = String.join("\n", all(sources(".h"), sources(".bpf.c")));

    @Test
    void every_promise_names_its_test_or_says_that_there_is_none() throws IOException {
        var promises = promises();
        assertTrue(promises.size() > 30, () -> promises.size() + " promises were found; was the form changed?");
        var wrong = new ArrayList<String>();
        var numbers = new HashSet<String>();
        for (var promise : promises) {
            var held = promise.group(3);
            if (!TEST.matcher(held).find() && !held.startsWith("not yet")) {
                wrong.add(promise.group(1) + " names no test and does not say 'not yet tested' or 'not yet'");
            }
            if (!numbers.add(promise.group(1))) {
                wrong.add(promise.group(1) + " stands there twice");
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void every_test_that_the_specification_names_exists() throws IOException {
        var page = text("SPECIFICATION.md");
        var wrong = new ArrayList<String>();
        for (var test : all(TEST, page)) {
            if (!declares(test.group(1), "\\s" + test.group(2) + "\\(")) {
                wrong.add(test.group());
            }
        }
        for (var golden : all(GOLDEN_CASE, page)) {
            var heading = "=== " + golden.group(1);
            if (GOLDEN.values().stream().flatMap(List::stream).noneMatch(text -> text.contains(heading + "\n"))) {
                wrong.add(golden.group());
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everything_that_the_architecture_names_exists() throws IOException {
        var page = text("ARCHITECTURE.md");
        var wrong = new ArrayList<String>();
        for (var name : all(JAVA_NAME, page)) {
            var member = name.group(2);
            if (!declares(name.group(1), member == null ? "" : "\\b" + member + "\\b")) {
                wrong.add(name.group());
            }
        }
        for (var name : all(C_NAME, page)) {
            if (!Pattern.compile("\\b" + name.group(1) + "\\b").matcher(C).find()) {
                wrong.add(name.group());
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void links_between_the_pages_lead_somewhere() throws IOException {
        var wrong = new ArrayList<String>();
        for (var page : pages()) {
            for (var link : all(LINK, Files.readString(page))) {
                if (!Files.exists(page.resolveSibling(link.group(1)))) {
                    wrong.add(ROOT.relativize(page) + " -> " + link.group(1));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static List<MatchResult> promises() throws IOException {
        return text("SPECIFICATION.md")
                .lines()
                .flatMap(line -> PROMISE.matcher(line).results())
                .toList();
    }

    /// Whether some source of that name, or with a type of that name in it, holds a text.
    private static boolean declares(String type, String member) {
        var wanted = Pattern.compile(member);
        return BY_TYPE.getOrDefault(type, Set.of()).stream()
                .anyMatch(text -> wanted.matcher(text).find());
    }

    /// Texts by what their files are called and by the types they declare.
    private static Map<String, Set<String>> byType() {
        var found = new HashMap<String, Set<String>>();
        JAVA.forEach((name, texts) -> {
            for (var text : texts) {
                found.computeIfAbsent(name, _ -> new HashSet<>()).add(text);
                for (var type : all(TYPE, text)) {
                    found.computeIfAbsent(type.group(1), _ -> new HashSet<>()).add(text);
                }
            }
        });
        return found;
    }

    private static List<Path> pages() throws IOException {
        try (var top = Files.list(ROOT);
                var docs = Files.walk(ROOT.resolve("docs"))) {
            var pages = new ArrayList<>(top.toList());
            pages.addAll(docs.toList());
            pages.removeIf(path -> !path.toString().endsWith(".md"));
            return pages;
        }
    }

    private static String text(String page) throws IOException {
        return Files.readString(ROOT.resolve(page));
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static List<String> all(Map<String, List<String>> some, Map<String, List<String>> more) {
        var texts = new ArrayList<String>();
        some.values().forEach(texts::addAll);
        more.values().forEach(texts::addAll);
        return texts;
    }

    /// Texts by file name without its ending.
    private static Map<String, List<String>> sources(String ending) {
        var found = new HashMap<String, List<String>>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                private static final Set<String> PASSED_OVER = Set.of("target", ".git");

                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return PASSED_OVER.contains(String.valueOf(folder.getFileName()))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    var name = file.getFileName().toString();
                    if (name.endsWith(ending)) {
                        found.computeIfAbsent(
                                        name.substring(0, name.length() - ending.length()), _ -> new ArrayList<>())
                                .add(Files.readString(file));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("reading the sources below " + ROOT, e);
        }
        return found;
    }
}
