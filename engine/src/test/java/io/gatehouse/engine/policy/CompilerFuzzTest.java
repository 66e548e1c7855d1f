// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever a text holds, compiling it ends in a snapshot or in errors that can be printed.
/// `-Dgatehouse.seed=…` repeats a run.
class CompilerFuzzTest {
    private static final int ROUNDS = 3_000;
    private static final String VALID = """
            apiVersion: gatehouse.io/v1alpha1
            kind: WorkloadPolicy
            metadata: {name: p, namespace: shop, labels: {a: b}}
            spec:
              mode: enforce
              match:
                podSelector: {matchLabels: &l {app: nginx}}
                images: ["docker.io/library/nginx:*"]
                containers: [web]
              exempt:
                - {namespaces: [kube-system], reason: static pods, expires: 2027-06-30}
              admission:
                readOnlyRootFilesystem: {required: true}
                sensitiveMounts: {forbid: [/, /etc/]}
                privilege: {privileged: false, hostPID: false}
              runtime:
                processes:
                  allow: [/usr/sbin/nginx]
                  forbid: [/usr/bin/wget]
                  fromImageOnly: yes
                  shells: deny
                  interpreters: {fromImageOnly: true, programs: [/opt/lang]}
                  action: kill
                memory: {executable: deny, jit: [/usr/bin/java]}
                writes: {rootFilesystem: deny, volumes: declared, allow: [/var/cache/nginx/], forbid: [/etc/], action: report}
                reads: {forbid: [/etc/shadow, /root/]}
                network:
                  connect: {allow: ["10.0.0.0/8:443", "[2001:db8::/32]:1-1024"], forbid: ["10.0.0.1"]}
                  bind: {allow: [":8080"]}
                  listen: {allow: []}
                mounts: deny
                ioUring: kill
            ---
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: q}
            spec:
              match: {namespaces: ["*"]}
              runtime: {writes: {rootFilesystem: deny}}
            """;
    private static final List<String> SPICE = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ": ",
            "- ",
            "&l ",
            "*l",
            "<<: ",
            "!!int ",
            "!!binary ",
            "!x ",
            "'",
            "\"",
            "\\",
            "|",
            ">",
            "#",
            "\t",
            "\n",
            "\r",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
            "~",
            "null",
            "yes",
            "0x1F",
            ".inf",
            "1e999999999",
            "2027-13-45",
            "+999999999-12-31",
            "../",
            "//",
            "/",
            "*",
            "\u0000",
            "\u0085",
            "\u2028",
            "\uFEFF",
            "\uD800",
            "🔒",
            "\\x00",
            "\"\\UFFFFFFFF\"",
            "? ",
            "? [a]\n: b\n",
            "[".repeat(200),
            "{a: ".repeat(200),
            "a".repeat(5_000));

    @Test
    void no_text_makes_the_compiler_throw_or_hang() {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("fuzz seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            var text = random.nextInt(10) == 0 ? garbage(random) : mutated(random);
            var story = "seed " + seed + ", round " + round;
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> holds(text, story), story);
        }
    }

    private static void holds(String text, String story) {
        var compilation = PolicyCompiler.compile(List.of(new SourceText("fuzz.yaml", text)));
        var lines = new Lines(new SourceText("fuzz.yaml", text));
        for (var diagnostic : compilation.diagnostics()) {
            assertFalse(diagnostic.why().isBlank() || diagnostic.fix().isBlank(), story);
            int width = lines.width(diagnostic.span().line());
            assertTrue(
                    diagnostic.span().column() <= width + 1,
                    () -> story + ": " + diagnostic + " lies outside its line");
        }
        boolean errors = compilation.diagnostics().stream().anyMatch(d -> d.severity() == Severity.ERROR);
        assertEquals(errors, compilation.snapshot().isEmpty(), story);
        DiagnosticPrinter.print(compilation.diagnostics());
    }

    private static String mutated(Random random) {
        var text = new StringBuilder(VALID);
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, SPICE.get(random.nextInt(SPICE.size())));
                case 2 -> text.setCharAt(at, (char) random.nextInt(0x100));
                case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(60))));
                default -> word(text, at, SPICE.get(random.nextInt(SPICE.size())));
            }
        }
        return text.toString();
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

    private static String garbage(Random random) {
        var bytes = new byte[random.nextInt(2_000)];
        random.nextBytes(bytes);
        return new String(bytes, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    @Test
    void large_and_deep_texts_end_in_bounded_time() {
        for (var text : List.of(
                "[".repeat(20_000),
                "{a: ".repeat(20_000),
                "- ".repeat(20_000),
                "? ".repeat(20_000),
                "a: &a [" + "*a,".repeat(20_000) + "]",
                "x: '" + "/a".repeat(200_000) + "'",
                VALID.replace("/usr/sbin/nginx", "/a".repeat(200_000)),
                VALID.replace("name: p", "name: " + "a.".repeat(200_000) + "a"),
                VALID.replace("- {namespaces: [kube-system]", "- {namespaces: [" + "a-".repeat(200_000) + "a]"),
                VALID.replace("labels: {a: b}", "labels: {" + many(10_000, "k%d: 1, ") + "}"),
                VALID.replace("labels: {a: b}", many(10_000, "k%d: 1, ")),
                VALID.replace("[web]", "[" + "web,".repeat(20_000) + "]"),
                VALID.replace("[/etc/shadow", "[" + many(20_000, "/a/%d/b, /a, ")),
                VALID.replace("[\"10.0.0.0/8:443\"", "[" + many(900, "10.0.0.0/8:%d, ")))) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> holds(text, text.substring(0, 30)));
        }
    }

    private static String many(int count, String pattern) {
        var out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(pattern.formatted(i));
        }
        return out.toString();
    }
}
