// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.ConditionPrinter;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever files hold, compiling them ends in all their rules or in errors that can be printed, each within its file.
/// `-Dgatehouse.seed=…` repeats a run.
class RulesFuzzTest {
    private static final int ROUNDS = 2_000;
    private static final String VALID = """
            - required_engine_version: 0.57.0
            - required_plugin_versions:
              - {name: k8saudit, version: 0.1.0, alternatives: [{name: k8saudit-eks, version: 0.4.0}]}
            - list: shells
              items: [sh, "my shell", '"a,b"', more_shells]
            - list: more_shells
              items: &items [zsh, 0x1F, yes]
            - macro: opens
              condition: (evt.type in (open, openat) and fd.num >= 0)
            - macro: shell
              condition: >
                proc.name in (shells) or
                proc.pname startswith oneof (sh, "b c")
            - rule: first
              desc: a rule
              condition: |
                opens and shell
                  and not fd.name pmatch (/etc, /usr/b*) and toupper(proc.name) = "A\\x41"
              output: "open (%fd.name by %toupper(proc.name) of %proc.aname[2])"
              priority: WARNING
              tags: &tags [x, y]
              exceptions:
                - name: one
                  fields: proc.name
                  values: [cat, a b]
                - name: two
                  fields: [proc.name, fd.name]
                  comps: [in, startswith]
                  values:
                    - [shells, /tmp]
                    - [[a, b], '"c d"']
            ---
            - rule: first
              condition: and evt.rawres >= 0
              output: more=%proc.cmdline
              exceptions:
                - name: one
                  values: [dog]
              priority: ERROR
              override: {condition: append, output: append, exceptions: append, priority: replace}
            - rule: first
              append: true
              condition: and user.name != root
            - rule: second
              desc: other
              source: k8s_audit
              condition: ka.verb in (create) and jevt.value[/a/b] exists
              output: user=%ka.user.name
              priority: info
              enabled: false
            - rule: second
              enabled: true
            """;
    private static final List<String> SPICE = List.of(
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ":",
            ": ",
            "- ",
            "&l ",
            "*items",
            "<<: ",
            "!!str ",
            "'",
            "\"",
            "\\",
            "|",
            ">",
            "#",
            "\t",
            "\n",
            "\n  ",
            "\r\n",
            "---\n",
            "~",
            "yes",
            "0x1F",
            ",",
            "=",
            "!=",
            " and ",
            " or ",
            " not ",
            " in ",
            " oneof (",
            "%",
            "*",
            "shells",
            "opens",
            "first",
            "append",
            "replace",
            "override",
            "exceptions",
            "values",
            "proc.name",
            "evt.type",
            "\u0000",
            "\u0085",
            "\uFEFF",
            "\uD800",
            "🔒",
            "é",
            "[".repeat(150),
            "(".repeat(400),
            "a".repeat(3_000));

    @Test
    void no_file_makes_the_compiler_throw_or_hang() {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("fuzz seed " + seed);
        var random = new Random(seed);
        int compiled = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var files = List.of(
                    new SourceText("one.yaml", mutated(random)),
                    new SourceText("two.yaml", random.nextInt(4) == 0 ? mutated(random) : ""));
            var story = "seed " + seed + ", round " + round;
            compiled += assertTimeoutPreemptively(Duration.ofSeconds(30), () -> holds(files, story), story) ? 1 : 0;
        }
        int often = compiled;
        assertTrue(compiled > ROUNDS / 100, () -> "only " + often + " texts compiled: the mutations are too wild");
        assertTrue(compiled < ROUNDS, "every text compiled: the mutations are too tame");
    }

    private static boolean holds(List<SourceText> files, String story) {
        var compilation = RulesCompiler.compile(files, RulesOptions.DEFAULT);
        var lines = new HashMap<String, Lines>();
        files.forEach(file -> lines.put(file.name(), new Lines(file)));
        for (var finding : compilation.findings()) {
            var span = finding.diagnostic().span();
            int width = lines.get(span.source().name()).width(span.line());
            assertTrue(span.column() <= width + 1, () -> story + ": " + finding + " lies outside its line");
            assertEquals("rules content", finding.items().getFirst().kind(), story);
        }
        boolean errors = compilation.findings().stream().anyMatch(Finding::isError);
        assertEquals(errors, compilation.rules().isEmpty(), story);
        DiagnosticPrinter.print(compilation.diagnostics());
        compilation.rules().ifPresent(set -> complete(set, files, story));
        return !errors;
    }

    private static void complete(RuleSet set, List<SourceText> files, String story) {
        for (int i = 0; i < set.rules().size(); i++) {
            var rule = set.rules().get(i);
            assertEquals(i, rule.position(), story);
            ConditionPrinter.print(set.details().get(rule.name()).expression());
        }
        var again = RulesCompiler.compile(files, RulesOptions.DEFAULT).rules().orElseThrow();
        assertEquals(set.digest(), again.digest(), story);
    }

    private static String mutated(Random random) {
        var text = new StringBuilder(VALID);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length());
            var spice = SPICE.get(random.nextInt(SPICE.size()));
            switch (random.nextInt(6)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, spice);
                case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(80))));
                case 3 -> line(text, at, random);
                default -> word(text, at, spice);
            }
        }
        return text.toString();
    }

    /// Takes a line out, or puts another copy of it somewhere.
    private static void line(StringBuilder text, int at, Random random) {
        int from = text.lastIndexOf("\n", at) + 1;
        int to = Math.max(from, text.indexOf("\n", at) + 1);
        var line = text.substring(from, to);
        if (random.nextBoolean()) {
            text.delete(from, to);
        } else {
            text.insert(text.lastIndexOf("\n", random.nextInt(text.length())) + 1, line);
        }
    }

    /// Replaces the value or key at a place, the mutation that reaches deepest.
    private static void word(StringBuilder text, int at, String by) {
        int from = at;
        while (from > 0 && Character.isLetterOrDigit(text.charAt(from - 1))) {
            from--;
        }
        int to = at;
        while (to < text.length() && Character.isLetterOrDigit(text.charAt(to))) {
            to++;
        }
        text.replace(from, to, by);
    }
}
