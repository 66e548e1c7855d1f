// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.review.Policies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What each control says, in golden text: a title, what is asked, the objects, and every finding with its field, what
/// is seen and what is wanted. `-Dgatehouse.golden=write` writes what the code answers.
class ControlsTest {
    private static final Path CASES =
            Path.of(System.getProperty("gatehouse.root"), "admission/src/test/resources/cases/controls.golden");

    /// @param asked the `admission` section
    private record Case(String title, String asked, String objects, String output) {
        Case answering() {
            return new Case(title, asked, objects, findings(asked, objects));
        }
    }

    @TestFactory
    Stream<DynamicTest> every_finding_says_field_seen_and_wanted() throws IOException {
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            var out = new StringBuilder("# Rewritten by -Dgatehouse.golden=write. See ControlsTest.\n\n");
            for (var one : read()) {
                out.append("=== ")
                        .append(one.title())
                        .append('\n')
                        .append(one.asked())
                        .append('\n');
                out.append(one.objects())
                        .append("=>\n")
                        .append(one.answering().output())
                        .append('\n');
            }
            Files.writeString(CASES, out);
        }
        return read().stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.title(),
                        () -> assertEquals(one.output(), one.answering().output())));
    }

    /// A control that no case breaks may say nothing at all.
    @Test
    void every_control_is_broken_by_some_case() throws IOException {
        var rules = new TreeSet<String>();
        for (var one : read()) {
            one.output()
                    .lines()
                    .filter(line -> line.startsWith("  "))
                    .forEach(line -> rules.add(line.strip().split(" ")[0]));
        }
        for (var rule : List.of(
                "admission.readOnlyRootFilesystem",
                "admission.readOnlyRootFilesystem.writable",
                "admission.sensitiveMounts",
                "admission.volumes.allow",
                "admission.volumes.hostPaths",
                "admission.volumes.emptyDir",
                "admission.volumes.blockDevices",
                "admission.privilege.privileged",
                "admission.privilege.hostPID",
                "admission.privilege.hostIPC",
                "admission.privilege.hostNetwork",
                "admission.privilege.allowPrivilegeEscalation",
                "admission.privilege.shareProcessNamespace",
                "admission.privilege.hostUsers",
                "admission.privilege.hostProcess",
                "admission.privilege.hostProbes",
                "admission.privilege.automountServiceAccountToken",
                "admission.privilege.runAsRoot",
                "admission.privilege.runAsNonRoot",
                "admission.privilege.procMount",
                "admission.privilege.capabilities",
                "admission.privilege.seccomp",
                "admission.privilege.appArmor",
                "admission.privilege.seLinux",
                "admission.privilege.sysctls",
                "admission.privilege.hostPorts",
                "admission.images.allow",
                "admission.images.forbid",
                "admission.images.pinned",
                "admission.images.alwaysPull",
                "admission.environment.secrets",
                "admission.environment.plainSecrets",
                "admission.environment.literals",
                "admission.interactive.ephemeralContainers",
                "admission.interactive.terminal")) {
            assertTrue(rules.contains(rule), "no case breaks " + rule);
        }
    }

    private static String findings(String asked, String objects) {
        var manifest = new OfflineCheck.Manifest("input.yaml", objects.getBytes(StandardCharsets.UTF_8));
        var report = OfflineCheck.check(List.of(manifest), Policies.compiled(asked), "default", LocalDate.EPOCH);
        var out = new StringBuilder();
        report.problems()
                .forEach(problem -> out.append(problem.code())
                        .append(' ')
                        .append(problem.message())
                        .append('\n'));
        for (var judged : report.judged()) {
            for (var finding : judged.decision().findings()) {
                var breach = finding.breach();
                out.append(breach.field())
                        .append(": ")
                        .append(breach.fact())
                        .append("; ")
                        .append(breach.remedy());
                out.append("\n  ")
                        .append(breach.rule())
                        .append(" in line ")
                        .append(breach.span().line());
                out.append(" sees ")
                        .append(breach.seen())
                        .append(", wants ")
                        .append(breach.wanted())
                        .append('\n');
            }
        }
        return out.isEmpty() ? "nothing\n" : out.toString();
    }

    private static List<Case> read() throws IOException {
        var cases = new ArrayList<Case>();
        for (var part : Files.readString(CASES).split("(?m)^=== ")) {
            if (part.isBlank() || part.startsWith("#")) {
                continue;
            }
            int title = part.indexOf('\n');
            int asked = part.indexOf('\n', title + 1);
            int arrow = part.indexOf("\n=>\n");
            cases.add(new Case(
                    part.substring(0, title),
                    part.substring(title + 1, asked),
                    part.substring(asked + 1, arrow + 1),
                    part.substring(arrow + 4).strip() + "\n"));
        }
        return cases;
    }
}
