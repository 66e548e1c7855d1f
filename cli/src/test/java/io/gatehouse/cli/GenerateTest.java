// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.Machine;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The generator acts, the agent as a process of its own tells: from real system calls in real containers to the line
/// in the file of alerts.
@Tag("kernel")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GenerateTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path OWN_RULES = ROOT.resolve("docs/demo/generate/rules.yaml");
    private static final List<Path> UPSTREAM_RULES = Stream.of(
                    "falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")
            .map(name -> ROOT.resolve("../shared/falco/rules").resolve(name))
            .toList();

    @TempDir
    Path folder;

    /// What the generator said of each rule.
    private record Said(int exit, Map<String, String> outcomes, String everything) {}

    @BeforeEach
    void usable() {
        assumeTrue(
                Machine.lacks().isEmpty(),
                () -> "needs " + Machine.lacks().getFirst().what());
        assumeTrue("root".equals(System.getProperty("user.name")), "making containers needs root");
        assumeTrue(
                Stream.of("/usr/sbin/runc", "/usr/bin/runc").map(Path::of).anyMatch(Files::isExecutable),
                "runc is not installed");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "busybox-static is not installed");
        assumeTrue(Gatehouse.class.getResource("generate/acts") != null, "the acts program was not built");
    }

    @Test
    void our_own_rules_tell_of_all_that_is_done_for_them() throws Exception {
        var said = generate(List.of(OWN_RULES), "--tag", "demo");
        assertEquals(
                Map.of(
                        "Process outside the list of nginx", "seen",
                        "Write outside the data folder", "seen",
                        "Sudo in container", "seen",
                        "Camera opened", "seen"),
                said.outcomes(),
                said.everything());
        assertEquals(Exit.OK.code(), said.exit(), said.everything());
    }

    @Test
    void what_nobody_looks_for_is_missed_and_that_is_an_error() throws Exception {
        var camera = Files.writeString(folder.resolve("camera.yaml"), """
                - rule: Camera opened
                  desc: d
                  condition: evt.type in (open, openat) and fd.name startswith /dev/video
                  output: "%fd.name"
                  priority: ERROR
                """);
        var said = generate(List.of(camera), "--rule", "Camera*", "--rule", "Sudo in*", "--seconds-to-wait", "1");
        assertEquals(
                Map.of("Camera opened", "seen", "Sudo in container", "missed"), said.outcomes(), said.everything());
        assertEquals(Exit.VIOLATION.code(), said.exit(), said.everything());
    }

    /// A terminal shell, a program put among the programs, files below / and /root, a package manager, the file of
    /// password hashes, a sensitive mount, and ours. Upstream's rules are as shipped: the first that matches tells.
    @Test
    void rules_as_shipped_tell_of_what_people_want_to_see_first() throws Exception {
        for (var file : UPSTREAM_RULES) {
            assumeTrue(Files.exists(file), "the upstream rules are not here");
        }
        var rules = new ArrayList<>(UPSTREAM_RULES);
        rules.add(OWN_RULES);
        var said = generate(rules, "--tag", "seed");
        assertTrue(said.outcomes().size() >= 10, said.everything());
        said.outcomes().forEach((rule, outcome) -> assertEquals("seen", outcome, () -> rule + said.everything()));
        assertEquals(Exit.OK.code(), said.exit(), said.everything());
    }

    private Said generate(List<Path> rules, String... words) throws Exception {
        var alerts = folder.resolve("alerts.json");
        var agentWords = new ArrayList<>(List.of("agent", "--json", "--alerts-file", alerts.toString()));
        rules.forEach(file -> agentWords.addAll(List.of("-r", file.toString())));
        try (var agent =
                GatehouseProcess.start(folder.resolve("state"), List.of(), agentWords.toArray(String[]::new))) {
            agent.awaitLine("ready after");
            var out = new StringWriter();
            var err = new StringWriter();
            var generateWords = new ArrayList<>(List.of("generate", "--json", "--alerts", alerts.toString()));
            generateWords.addAll(List.of(words));
            int exit = Gatehouse.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(generateWords.toArray(String[]::new));
            var told = Files.exists(alerts) ? Files.readString(alerts) : "no alerts";
            var everything = "\n" + out + err + told;
            agent.end();
            assertEveryContainerIsNamed(told, everything);
            return new Said(exit, outcomes(out.toString()), everything);
        }
    }

    /// A container known by its id alone was told as one that is not privileged and mounts nothing.
    private static void assertEveryContainerIsNamed(String alerts, String everything) {
        assertFalse(alerts.isBlank(), everything);
        for (var line : alerts.lines().toList()) {
            assertTrue(line.contains("\"container.id\":\""), line);
        }
    }

    /// Where a rule has more than one act, the worse outcome.
    private static Map<String, String> outcomes(String json) {
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        var document = (Node.Mapping) JsonReader.read("printed", bytes, JsonReader.Limits.DEFAULT)
                .documents()
                .getFirst();
        var outcomes = new TreeMap<String, String>();
        for (var item : ((Node.Sequence) document.get("actions").orElseThrow()).items()) {
            var action = (Node.Mapping) item;
            var rule = ((Node.Text) action.get("rule").orElseThrow()).value();
            var outcome = ((Node.Text) action.get("outcome").orElseThrow()).value();
            outcomes.merge(rule, outcome, (one, other) -> one.equals("seen") ? other : one);
        }
        return outcomes;
    }
}
