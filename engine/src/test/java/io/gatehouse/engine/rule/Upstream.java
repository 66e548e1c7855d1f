// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Falco's own rules files and what a real Falco said of them, beside the project; tests that need them are skipped
/// where they are not.
final class Upstream {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"))
            .resolveSibling("shared")
            .resolve("falco");

    private Upstream() {}

    static void assumed() {
        Assumptions.assumeTrue(Files.isDirectory(ROOT), "no upstream data at " + ROOT);
    }

    static SourceText file(String path) {
        try {
            return new SourceText(path, Files.readString(ROOT.resolve(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A rules file of the regression suite, or one of the rules it loads besides.
    static SourceText rules(String name) {
        for (var folder : List.of("regress/rules/", "rules/", "rules/compat/")) {
            if (Files.exists(ROOT.resolve(folder + name))) {
                return file(folder + name);
            }
        }
        throw new IllegalArgumentException("no rules file " + name);
    }

    static List<String> files(String folder) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder + "/" + file.getFileName())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String path) {
        return new ObjectMapper().readTree(file(path).text());
    }

    static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(text -> texts.add(text.asString()));
        return texts;
    }
}
