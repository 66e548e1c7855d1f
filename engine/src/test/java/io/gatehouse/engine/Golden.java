// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.gatehouse.engine.diagnostic.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Golden text: a file of cases, each `=== title`, input, `=>`, output.
///
/// An input may be several files, each after a line `>>> name`. `-Dgatehouse.golden=write` writes what the code answers
/// into the file instead of comparing; read the difference before you commit it.
public final class Golden {
    private static final String RESOURCES = "engine/src/test/resources/io/gatehouse/engine/";

    private Golden() {}

    /// One test for each case of a file.
    ///
    /// @param file below the engine's test resources
    /// @param run what turns the input into the output
    public static Stream<DynamicTest> tests(String file, Function<List<SourceText>, String> run) {
        var path = Path.of(System.getProperty("gatehouse.root"), RESOURCES + file);
        var cases = read(path);
        assertFalse(cases.isEmpty(), "no case in " + path);
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            write(path, cases.stream().map(c -> c.answering(run)).toList());
            cases = read(path);
        }
        return cases.stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.title(),
                        () -> assertEquals(c.output(), c.answering(run).output())));
    }

    private record Case(String title, String input, String output) {
        Case answering(Function<List<SourceText>, String> run) {
            return new Case(title, input, run.apply(files()).strip() + "\n");
        }

        private List<SourceText> files() {
            var files = new ArrayList<SourceText>();
            if (!input.startsWith(">>> ")) {
                return List.of(new SourceText("input.yaml", input));
            }
            for (var part : input.substring(4).split("(?m)^>>> ")) {
                int end = part.indexOf('\n');
                files.add(new SourceText(part.substring(0, end), part.substring(end + 1)));
            }
            return files;
        }
    }

    private static List<Case> read(Path path) {
        try {
            var cases = new ArrayList<Case>();
            for (var part : Files.readString(path).split("(?m)^=== ")) {
                if (part.isBlank() || part.startsWith("#")) {
                    continue;
                }
                int title = part.indexOf('\n');
                var body = part.substring(title + 1);
                int arrow = ("\n" + body).indexOf("\n=>\n");
                assertFalse(arrow < 0, "a case without '=>': " + part.substring(0, title));
                cases.add(new Case(
                        part.substring(0, title),
                        body.substring(0, arrow),
                        body.substring(arrow + 3).strip() + "\n"));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path path, List<Case> cases) {
        var out = new StringBuilder("# Rewritten by -Dgatehouse.golden=write. See Golden.\n\n");
        for (var c : cases) {
            out.append("=== ").append(c.title()).append('\n');
            out.append(c.input()).append("=>\n").append(c.output()).append('\n');
        }
        try {
            Files.writeString(path, out.toString().stripTrailing() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
