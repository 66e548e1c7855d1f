// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.policies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.CompiledPolicy;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Policies to copy from, which no start lays out: they compile without a word, and their examples of breaches name
/// rules that they ask. Whether the kernel keeps those is shown where there is a kernel.
class ExamplePoliciesTest {
    private static final Path FOLDER = Path.of(System.getProperty("gatehouse.root"), "policies/examples");

    @TestFactory
    Stream<DynamicTest> examples() throws IOException {
        try (var folders = Files.list(FOLDER)) {
            return folders.sorted().toList().stream()
                    .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> hold(folder)));
        }
    }

    private static void hold(Path folder) throws IOException {
        var policy = compiled(folder);
        var asked = policy.kernel().orElseThrow().demands().stream()
                .map(Demand::rule)
                .collect(Collectors.toSet());
        var passing = files(folder, "pass");
        assertTrue(passing.size() >= 2);
        var failing = files(folder, "fail");
        assertTrue(failing.size() >= 3);
        for (var example : failing) {
            var rule = Files.readAllLines(example).getFirst().replaceFirst("# expects: ", "");
            assertTrue(asked.contains(rule), example + " expects " + rule + ", and asked are " + asked);
            var changes = passing.stream()
                    .mapToInt(pass -> ShippedPoliciesTest.differentLines(lines(pass), lines(example)))
                    .min()
                    .orElseThrow();
            assertTrue(changes <= 1, example + " is no single change of a passing example");
        }
        Stream.concat(passing.stream(), failing.stream()).forEach(example -> {
            var reading = YamlReader.read(new SourceText(example.toString(), text(example)));
            assertEquals("", DiagnosticPrinter.print(reading.diagnostics()));
        });
    }

    private static CompiledPolicy compiled(Path folder) {
        var compilation =
                PolicyCompiler.compile(List.of(new SourceText("policy.yaml", text(folder.resolve("policy.yaml")))));
        assertEquals("", DiagnosticPrinter.print(compilation.diagnostics()));
        var policy = compilation.snapshot().orElseThrow().compiled().getFirst();
        assertEquals(folder.getFileName().toString(), policy.policy().name().name());
        assertEquals(Mode.AUDIT, policy.policy().mode());
        return policy;
    }

    private static List<Path> files(Path folder, String sort) throws IOException {
        try (var files = Files.list(folder.resolve(sort))) {
            return files.sorted().toList();
        }
    }

    private static List<String> lines(Path example) {
        return text(example).lines().filter(line -> !line.startsWith("#")).toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
