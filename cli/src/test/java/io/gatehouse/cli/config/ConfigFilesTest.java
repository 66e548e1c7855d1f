// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cli.config.ConfigKey.Fate;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Configurations as golden text: files, options and environment, `=>`, what is understood.
///
/// A part after `>>> NAME` is a file, `main.yaml` the main one; `>>> -o` holds options and `>>>
/// environment` variables, one a line. `DIR` is the folder of the files. `-Dgatehouse.golden=write`
/// writes the answers.
class ConfigFilesTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path CASES = ROOT.resolve("cli/src/test/resources/io/gatehouse/cli/config/config.golden");
    private static final Path PAGE = ROOT.resolve("docs/reference/falco-config.md");

    @TempDir
    Path folder;

    private record Case(String title, String input, String output) {}

    @TestFactory
    Stream<DynamicTest> golden() throws IOException {
        var cases = new ArrayList<Case>();
        for (var part : Files.readString(CASES).split("(?m)^=== ")) {
            if (!part.isBlank() && !part.startsWith("#")) {
                int title = part.indexOf('\n');
                int arrow = part.indexOf("\n=>\n", title - 1);
                assertTrue(arrow >= 0, "a case without '=>': " + part);
                cases.add(new Case(
                        part.substring(0, title),
                        part.substring(title + 1, arrow + 1),
                        part.substring(arrow + 4).stripTrailing()));
            }
        }
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            write(cases);
        }
        return cases.stream()
                .map(each -> DynamicTest.dynamicTest(each.title(), () -> assertEquals(each.output(), run(each))));
    }

    private void write(List<Case> cases) throws IOException {
        var out = new StringBuilder("# Rewritten by -Dgatehouse.golden=write. See ConfigFilesTest.\n");
        for (var each : cases) {
            out.append("\n=== ").append(each.title()).append('\n');
            out.append(each.input()).append("=>\n").append(run(each)).append('\n');
        }
        Files.writeString(CASES, out.toString());
        cases.replaceAll(each -> new Case(each.title(), each.input(), run(each)));
    }

    private String run(Case each) {
        Optional<Path> main = Optional.empty();
        List<String> options = List.of();
        Map<String, String> environment = new HashMap<>();
        try {
            var home = Files.createTempDirectory(folder, "case");
            for (var part : each.input().split("(?m)^>>> ")) {
                if (part.isBlank()) {
                    continue;
                }
                var name = part.lines().findFirst().orElseThrow();
                var text = part.substring(name.length() + 1).replace("DIR", home.toString());
                switch (name) {
                    case "-o" -> options = text.lines().toList();
                    case "environment" ->
                        text.lines().forEach(line -> environment.put(line.split("=", 2)[0], line.split("=", 2)[1]));
                    default -> {
                        var file = home.resolve(name);
                        Files.createDirectories(file.getParent());
                        Files.writeString(file, text);
                        main = name.equals("main.yaml") ? Optional.of(file) : main;
                    }
                }
            }
            return shown(ConfigFiles.load(main, options, name -> Optional.ofNullable(environment.get(name))))
                    .replace(home.toString(), "DIR")
                    .replaceAll("\\^{35,}", "^^^") // the mark under the folder's name, which is longer every time
                    .stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shown(ConfigFiles.Loaded loaded) {
        var out = new StringBuilder();
        loaded.settings().ifPresent(settings -> out.append(SettingsText.of(settings)));
        loaded.notKept().forEach(line -> out.append("not kept: ").append(line).append('\n'));
        return out.append(DiagnosticPrinter.print(loaded.diagnostics())).toString();
    }

    @Test
    void every_key_that_is_kept_is_asked_for_by_the_reader() throws IOException {
        var sources = new StringBuilder();
        try (var files = Files.list(ROOT.resolve("cli/src/main/java/io/gatehouse/cli/config"))) {
            for (var file :
                    files.filter(each -> !each.endsWith("ConfigKeys.java")).toList()) {
                sources.append(Files.readString(file));
            }
        }
        for (var key : ConfigKeys.all()) {
            boolean kept = key.fate() instanceof Fate.Kept;
            boolean preset = key.path().endsWith(".buf_size_preset"); // its group is the engine's kind
            boolean asked = sources.indexOf("\"" + key.path() + "\"") >= 0 || preset;
            assertTrue(!kept || asked, key.path() + " is said to be kept, and nothing reads it");
        }
    }

    /// `-Dgatehouse.golden=write` writes the page anew.
    @Test
    void the_page_lists_every_key() throws IOException {
        var page = page();
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(PAGE, page);
        }
        assertEquals(page, Files.readString(PAGE), PAGE + " is not what the table gives");
    }

    private static String page() {
        var kept = new StringBuilder();
        var not = new StringBuilder();
        for (var key : ConfigKeys.all()) {
            switch (key.fate()) {
                case Fate.Kept(var how) ->
                    kept.append("| `%s` | %s | %s |\n"
                            .formatted(key.path(), key.kind().words(), how));
                case Fate.NotKept(var why, var _) -> not.append("| `%s` | %s |\n".formatted(key.path(), why));
            }
        }
        return """
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                <!-- Generated from the table of keys, and a test compares. Change the table, not this page. -->
                # Falco's configuration file, key by key

                `gatehouse agent --config FILE` reads the file that Falco reads. A key that is not in either table is told as a
                warning. Keys that are not kept are told at the start, where their value asks for something.

                ## Kept
                | key | value | other than with Falco |
                | --- | --- | --- |
                %s
                ## Not kept
                | key | why |
                | --- | --- |
                %s""".formatted(kept, not);
    }
}
