// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import io.gatehouse.agent.enforce.RuntimeRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Makes `docs/guide/attacks.md` from the attacks and what was met. After runs of [BypassTest], from the project's
/// root:
///
/// ```
/// java -cp … io.gatehouse.agent.bypass.GuidePage enforcer-agent/target/vm/*.log enforcer-agent/target/attacks/*.tsv
/// ```
final class GuidePage {
    private static final List<String> WITH_LSM = List.of("6.1", "6.12", "newest");
    private static final String WITHOUT = "without LSM";
    private static final Path PAGE = Path.of("docs/guide/attacks.md");
    private static final Path MET = Path.of("enforcer-agent/src/test/resources/io/gatehouse/agent/bypass/met.tsv");

    private static final String INTRODUCTION = """
            # What holds against attacks

            Each row is an attack from inside a container, done by raw system calls (`enforcer-agent/src/test/c/attack.c`) in three
            containers alike: one whose policy is enforced, one whose policy is in audit mode, one without a policy. Without a policy
            it must come through, or it would show nothing; in audit mode it must come through and be told, with the verdict that
            would have been; enforced, it must be stopped as said here. `BypassTest` tries all of them on every kernel of the VM ring
            and fails where less is met than this page says. The page is made by `GuidePage` from what was met.

            | word | what it means |
            | --- | --- |
            | prevented | the kernel refused, and nothing came of it |
            | killed | its process was ended in the very call: nothing followed, but that call may have left something, such as an empty file |
            | killed late | it came through, was told, and its process was ended |
            | reported | it came through and was told |
            | unseen | it came through, and nobody was told |
            | - | there is no such thing on that kernel, or the kernel itself refuses |

            "LSM" is what was met where the kernel lets BPF programs decide (Debian's kernels 6.1, 6.12 and the newest, in that order;
            one word where all agree). "No LSM" is what was met on a 6.18 that refuses such programs. What must hold is the same as
            what was met, unless the row says otherwise.

            """;

    private GuidePage() {}

    public static void main(String[] logs) throws IOException {
        var lines = new StringBuilder();
        if (Files.exists(MET)) {
            lines.append(Files.readString(MET)); // kernels that were not run keep what they had
        }
        for (var log : logs) {
            lines.append('\n')
                    .append(Files.readString(Path.of(log), StandardCharsets.ISO_8859_1)
                            .replace("\r", ""));
        }
        var met = Met.of(lines.toString());
        Files.createDirectories(MET.getParent());
        Files.writeString(MET, lines(met));
        Files.writeString(PAGE, text(met));
    }

    static Path page() {
        return PAGE;
    }

    /// In the order of the table, so that a new run changes only what changed.
    private static String lines(Map<String, Map<Attack, Met>> met) {
        return met.values().stream()
                .flatMap(ofKernel ->
                        Attacks.ALL.stream().filter(ofKernel::containsKey).map(ofKernel::get))
                .map(Met::line)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    static String text(Map<String, Map<Attack, Met>> met) {
        var page = new StringBuilder(INTRODUCTION);
        for (var story : Attacks.STORIES.entrySet()) {
            page.append("## %d. %s\n".formatted(story.getKey(), story.getValue()));
            var elsewhere = Attacks.ELSEWHERE.get(story.getKey());
            if (elsewhere != null) {
                page.append(elsewhere).append("\n");
            }
            var attacks = Attacks.ALL.stream()
                    .filter(attack -> attack.story() == story.getKey())
                    .toList();
            if (!attacks.isEmpty()) {
                page.append(elsewhere == null ? "" : "\n");
                page.append("| who is inside ... | breaks | LSM | no LSM | |\n| --- | --- | --- | --- | --- |\n");
                attacks.forEach(attack -> page.append(row(attack, met)));
            }
            page.append('\n');
        }
        page.append(innocents());
        return page.toString();
    }

    private static String row(Attack attack, Map<String, Map<Attack, Met>> met) {
        var withLsm =
                WITH_LSM.stream().map(kernel -> worth(attack, met, kernel)).toList();
        var all = withLsm.stream().distinct().count() == 1 ? withLsm.getFirst() : String.join(", ", withLsm);
        return "| %s | `%s` | %s | %s | %s |\n"
                .formatted(
                        attack.what(),
                        attack.rule().map(RuntimeRule::text).orElseThrow(),
                        all,
                        worth(attack, met, WITHOUT),
                        attack.note());
    }

    private static String worth(Attack attack, Map<String, Map<Attack, Met>> met, String kernel) {
        var one = met.getOrDefault(kernel, Map.of()).get(attack);
        return one == null ? "not yet run" : one.worth().map(Worth::text).orElse("-");
    }

    private static String innocents() {
        return Attacks.ALL.stream()
                .filter(attack -> attack.rule().isEmpty())
                .map(attack -> "- " + attack.what() + "\n")
                .collect(Collectors.joining("", """
                        ## What is left alone
                        Under the same policies, in the same containers, one who does this is not hindered, and nobody is told:
                        """, ""));
    }
}
