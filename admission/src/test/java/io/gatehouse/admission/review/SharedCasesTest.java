// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Reading;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The objects that other admission systems test themselves with, judged by ours, each control as
/// [SharedControls] says it. Where we say something else it stands in `differences.txt` under the reason; anything
/// new fails, and so does a difference that is none any more, and a count other than that of `summary.txt`
/// (`-Dgatehouse.golden=write` writes that one). The report with every case lies in `admission/target`.
class SharedCasesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path RESOURCES = ROOT.resolve("admission/src/test/resources/cases/shared");
    private static final Path REPORT = ROOT.resolve("admission/target/admission-cases.md");

    /// One thing that somebody says of one object.
    ///
    /// @param key file, document and control
    private record Verdict(String key, String control, String theirs, String ours) {
        boolean agrees() {
            return theirs.equals(ours);
        }
    }

    private final Map<String, Snapshot> snapshots = new HashMap<>();
    private final Map<String, Node> documents = new HashMap<>();

    @Test
    void every_case_agrees_or_is_a_difference_with_a_reason() throws IOException {
        var cases = cases();
        var verdicts = new ArrayList<Verdict>();
        var notOurs = new TreeMap<String, Integer>();
        for (var one : items(read(cases.resolve("expected.json")).documents().getFirst(), "cases")) {
            for (var expectation : items(one, "expect")) {
                var control = text(expectation, "control");
                var section = SharedControls.section(control, params(expectation));
                if (section.isEmpty()) {
                    notOurs.merge(control, 1, Integer::sum);
                    continue;
                }
                verdicts.add(new Verdict(
                        key(one) + " " + control,
                        control,
                        text(expectation, "result"),
                        verdict(cases, one, section.get())));
            }
        }
        var reasons = reasons();
        var differing = verdicts.stream().filter(verdict -> !verdict.agrees()).toList();
        report(verdicts, notOurs, reasons);
        assertEquals(
                "",
                differing.stream()
                        .filter(verdict -> !reasons.containsKey(verdict.key()))
                        .map(verdict -> verdict.key() + ": they say " + verdict.theirs() + ", we say " + verdict.ours())
                        .collect(Collectors.joining("\n")),
                "without a reason");
        assertEquals(
                String.join("\n", reasons.keySet()),
                differing.stream().map(Verdict::key).distinct().sorted().collect(Collectors.joining("\n")),
                "a difference that is none any more");
        same(RESOURCES.resolve("summary.txt"), summary(verdicts, notOurs));
    }

    /// A second reading of the rules of the Pod Security Standards says of each of their pods what each of 20 controls
    /// says, also of those that the pod was not made for.
    @Test
    void nothing_else_fires_on_the_pods_of_the_standards() throws IOException {
        var cases = cases();
        var different = new ArrayList<String>();
        int agree = 0;
        for (var one : items(read(cases.resolve("expected.json")).documents().getFirst(), "cases")) {
            var derived = Fields.mapping((Node.Mapping) one, "derived");
            if (derived.isEmpty()) {
                continue;
            }
            for (var each : derived.get().entries()) {
                var theirs = ((Node.Text) each.value()).value();
                var section = SharedControls.section(each.key(), NOTHING).orElseThrow();
                var ours = verdict(cases, one, section);
                if (ours.equals(theirs)) {
                    agree++;
                } else {
                    different.add(key(one) + " " + each.key() + ": derived " + theirs + ", we say " + ours);
                }
            }
        }
        // Windows has no read-only root, so nothing is asked of it there.
        assertEquals(
                "psa/restricted-v1.37/pass-base_windows.yaml#0 read-only-root-fs: derived fail, we say pass",
                String.join("\n", different));
        assertEquals(1819, agree);
    }

    private static final Node.Mapping NOTHING = Objects.object("{}");

    private static Path cases() {
        var cases = ROOT.resolve("../shared/admission");
        assumeTrue(Files.isReadable(cases.resolve("expected.json")), "no upstream cases beside the project");
        return cases;
    }

    private static Node.Mapping params(Node expectation) {
        return Fields.mapping((Node.Mapping) expectation, "params").orElse(NOTHING);
    }

    private static String key(Node one) {
        return text(one, "file") + "#" + number(one, "doc");
    }

    /// `pass`, `fail`, or what kept us from judging.
    private String verdict(Path cases, Node one, String section) throws IOException {
        var document = document(cases, one);
        if (document.isEmpty()) {
            return "unreadable";
        }
        var read = switch (text(one, "form")) {
            case "AdmissionReview" -> ReviewReader.read(document.get());
            case "AdmissionRequest" -> ReviewReader.readRequest(document.get());
            default -> new ReviewReader.Outcome.Read(created(document.get()));
        };
        return switch (read) {
            case ReviewReader.Outcome.Malformed(var diagnostics) -> told(diagnostics);
            case ReviewReader.Outcome.Read(var request) -> {
                var snapshot = snapshots.computeIfAbsent(section, Policies::compiled);
                yield switch (Judge.decide(request, snapshot, TODAY)) {
                    case Judge.Outcome.Malformed(var diagnostics) -> told(diagnostics);
                    case Judge.Outcome.Judged(Decision.Deny _) -> "fail";
                    case Judge.Outcome.Judged _ -> "pass";
                };
            }
        };
    }

    private Optional<Node.Mapping> document(Path cases, Node one) throws IOException {
        var key = key(one);
        if (!documents.containsKey(key)) {
            var reading = read(cases.resolve(text(one, "file")));
            documents.put(
                    key,
                    reading.diagnostics().isEmpty()
                            ? reading.documents().get(number(one, "doc"))
                            : new Node.Null(((Node.Mapping) one).span()));
        }
        return documents.get(key) instanceof Node.Mapping mapping ? Optional.of(mapping) : Optional.empty();
    }

    private static String told(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(d -> d.code() + " " + d.message()).collect(Collectors.joining(", "));
    }

    private static ReviewRequest created(Node.Mapping object) {
        var apiVersion = text(object, "apiVersion");
        var group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        return new ReviewRequest(
                "uid",
                new Subject(group, text(object, "kind"), Optional.of("default"), ReviewReader.nameOf(object)),
                "",
                ReviewRequest.Operation.CREATE,
                Optional.of(object),
                Optional.empty(),
                false,
                "");
    }

    /// Case and control to the reason why we differ. Lines that begin with `=` are reasons for what follows.
    private static Map<String, String> reasons() throws IOException {
        var reasons = new TreeMap<String, String>();
        var reason = "";
        for (var line : Files.readAllLines(RESOURCES.resolve("differences.txt"))) {
            if (line.startsWith("= ")) {
                reason = line.substring(2);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                reasons.put(line, reason);
            }
        }
        return reasons;
    }

    private static String summary(List<Verdict> verdicts, Map<String, Integer> notOurs) {
        var out = new StringBuilder("# Rewritten by -Dgatehouse.golden=write: control, agree, differ\n");
        var byControl =
                verdicts.stream().collect(Collectors.groupingBy(Verdict::control, TreeMap::new, Collectors.toList()));
        byControl.forEach((control, of) -> {
            long agree = of.stream().filter(Verdict::agrees).count();
            out.append("%-32s %4d %3d%n".formatted(control, agree, of.size() - agree));
        });
        long agree = verdicts.stream().filter(Verdict::agrees).count();
        out.append("%-32s %4d %3d%n".formatted("all", agree, verdicts.size() - agree));
        notOurs.forEach((control, count) -> out.append("%-32s %4d not a control of ours%n".formatted(control, count)));
        return out.toString();
    }

    private static void report(List<Verdict> verdicts, Map<String, Integer> notOurs, Map<String, String> reasons)
            throws IOException {
        var out = new StringBuilder("# The cases of other admission systems, judged by Gatehouse\n\n");
        out.append("| control | agree | differ |\n| --- | --- | --- |\n");
        verdicts.stream()
                .collect(Collectors.groupingBy(Verdict::control, TreeMap::new, Collectors.toList()))
                .forEach((control, of) -> {
                    long agree = of.stream().filter(Verdict::agrees).count();
                    out.append("| %s | %d | %d |%n".formatted(control, agree, of.size() - agree));
                });
        out.append("\n## Not controls of ours\n\n| control | cases | why |\n| --- | --- | --- |\n");
        notOurs.forEach((control, count) ->
                out.append("| %s | %d | %s |%n".formatted(control, count, SharedControls.NOT_OURS.get(control))));
        out.append("\n## Where we differ\n\n| case and control | they | we | why |\n| --- | --- | --- | --- |\n");
        for (var verdict : verdicts) {
            if (!verdict.agrees()) {
                out.append("| %s | %s | %s | %s |%n"
                        .formatted(
                                verdict.key(),
                                verdict.theirs(),
                                verdict.ours(),
                                reasons.getOrDefault(verdict.key(), "**no reason is written down**")));
            }
        }
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, out);
    }

    private static void same(Path file, String seen) throws IOException {
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(file, seen);
        }
        assertEquals(Files.readString(file), seen, file.toString());
    }

    private static Reading read(Path path) throws IOException {
        return path.toString().endsWith(".json")
                ? JsonReader.read(path.toString(), Files.readAllBytes(path), JsonReader.Limits.DEFAULT)
                : YamlReader.read(new SourceText(path.toString(), Files.readString(path)));
    }

    private static List<Node> items(Node node, String field) {
        return ((Node.Sequence) ((Node.Mapping) node).get(field).orElseThrow()).items();
    }

    private static String text(Node node, String field) {
        return Fields.text((Node.Mapping) node, field).orElseThrow();
    }

    private static int number(Node one, String field) {
        return Integer.parseInt(((Node.Number) ((Node.Mapping) one).get(field).orElseThrow()).literal());
    }
}
