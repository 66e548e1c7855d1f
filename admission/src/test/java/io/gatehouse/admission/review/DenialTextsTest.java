// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.control.Control;
import io.gatehouse.admission.image.ImageVerdict;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every denial and every warning, word for word as kubectl shows them, one file a control.
///
/// A case is what a policy asks below `admission`, an object, and what is said: refused, then as a warning before the
/// day of promotion, then the event. `-Dgatehouse.golden=write` writes what is said into the files.
class DenialTextsTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root"), "admission/src/test/resources/denials");
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final boolean WRITE = "write".equals(System.getProperty("gatehouse.golden"));
    private static final Pattern ID = Pattern.compile("f-[0-9a-f]{8}");
    /// What stands for findings that are only counted.
    private static final Pattern MORE = Pattern.compile("(?m)^(\\* |Warning: )and [0-9]+ more: ");

    private static final Digest IMAGE = Digest.parse("sha256:" + "0".repeat(64)).orElseThrow();

    /// An image is what its name says.
    private static final Images BY_NAME = reference -> switch (reference) {
        case "pending" -> new Images.Answer.Pending(3);
        case "shell" ->
            new Images.Answer.Known(new ImageVerdict(
                    IMAGE,
                    List.of(new Evidence(Evidence.Kind.SHELL, "/bin/sh", 3, IMAGE, "by its name")),
                    2,
                    true,
                    3,
                    1));
        default -> new Images.Answer.Unknown("the registry does not answer");
    };

    private record Case(String title, String asked, String object, String said) {}

    @TestFactory
    Stream<DynamicTest> texts() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        for (var file : files()) {
            var cases = read(file);
            if (WRITE) {
                write(file, cases);
                cases = read(file);
            }
            for (var one : cases) {
                tests.add(DynamicTest.dynamicTest(
                        file.getFileName() + ": " + one.title(), () -> assertEquals(one.said(), say(one))));
            }
        }
        return tests.stream();
    }

    @Test
    void every_control_has_its_file() throws IOException {
        var controls = new TreeSet<String>();
        Control.ALL.forEach(control -> controls.add(control.getClass().getSimpleName() + ".golden"));
        controls.add("Connections.golden"); // ways into a pod that no control sees
        var written = new TreeSet<String>();
        for (var file : files()) {
            written.add(file.getFileName().toString());
            assertFalse(read(file).isEmpty(), file + " holds no case");
        }
        assertEquals(controls, written);
    }

    @Test
    void every_text_is_of_one_form() throws IOException {
        for (var file : files()) {
            for (var one : read(file)) {
                for (var line : say(one).lines().toList()) {
                    var story = file.getFileName() + ": " + line;
                    assertFalse(line.contains("!"), story);
                    if ((line.startsWith("* ") || line.startsWith("Warning: "))
                            && !MORE.matcher(line).find()) {
                        assertTrue(ID.matcher(line).find(), () -> "without the id of a finding: " + story);
                    }
                    if (line.startsWith("Warning: ")) {
                        assertTrue(line.length() <= "Warning: ".length() + 120, story);
                    }
                }
            }
        }
    }

    /// The same finding has the same name wherever it is told.
    @Test
    void an_id_is_the_same_in_the_denial_the_warning_and_the_event() throws IOException {
        for (var file : files()) {
            for (var one : read(file)) {
                var said = say(one);
                var sections = said.split("(?m)^(?=-- )");
                var refused = ids(sections[0]);
                if (sections[0].startsWith("The ") && !MORE.matcher(sections[0]).find()) {
                    assertFalse(refused.isEmpty(), file + ": " + one.title());
                    assertEquals(refused, ids(sections[1]), file + ": " + one.title());
                    assertTrue(refused.containsAll(ids(sections[2])), file + ": " + one.title());
                }
            }
        }
    }

    private static TreeSet<String> ids(String text) {
        var ids = new TreeSet<String>();
        var matcher = ID.matcher(text);
        while (matcher.find()) {
            ids.add(matcher.group());
        }
        return ids;
    }

    private static String say(Case one) {
        var request = request(Objects.object(one.object()));
        var enforced = decide(request, snapshot("mode: enforce", one.asked()));
        var out = new StringBuilder(
                Kubectl.prints(new String(ReviewWriter.answer(request, enforced, "d"), StandardCharsets.UTF_8)));
        var audited = decide(request, snapshot("mode: audit\n  enforceFrom: 2026-12-01", one.asked()));
        out.append("-- in audit until 2026-12-01\n");
        out.append(Kubectl.prints(new String(ReviewWriter.answer(request, audited, "d"), StandardCharsets.UTF_8)));
        out.append("-- event\n");
        ObjectEvent.of(request, enforced, Instant.EPOCH)
                .ifPresent(event -> out.append(event.reason())
                        .append(' ')
                        .append(event.about().kind())
                        .append(' ')
                        .append(event.about().name())
                        .append(": ")
                        .append(event.note())
                        .append('\n'));
        return out.toString();
    }

    private static ReviewRequest request(Node.Mapping object) {
        return ReviewReader.isReview(object)
                ? ((ReviewReader.Outcome.Read) ReviewReader.read(object)).request()
                : Objects.create(object);
    }

    private static Decision decide(ReviewRequest request, Snapshot snapshot) {
        var outcome = Judge.decide(request, snapshot, BY_NAME, TODAY);
        return outcome instanceof Judge.Outcome.Judged(var decision)
                ? decision
                : new Decision.Allow("malformed: " + outcome);
    }

    private static Snapshot snapshot(String mode, String asked) {
        var policy =
                "apiVersion: gatehouse.io/v1alpha1\nkind: ClusterWorkloadPolicy\nmetadata: {name: immutable}\nspec:\n"
                        + "  " + mode + "\n  admission:\n" + asked.indent(4);
        var compilation = PolicyCompiler.compile(List.of(new SourceText("policy.yaml", policy)));
        return compilation
                .snapshot()
                .orElseThrow(() -> new AssertionError(DiagnosticPrinter.print(compilation.diagnostics())));
    }

    private static List<Path> files() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    /// `=== title`, what is asked, `---`, an object, `=>`, what is said.
    private static List<Case> read(Path file) throws IOException {
        var cases = new ArrayList<Case>();
        for (var part : Files.readString(file).split("(?m)^=== ")) {
            if (part.isBlank() || part.startsWith("#")) {
                continue;
            }
            int title = part.indexOf('\n');
            int line = part.indexOf("\n---\n");
            int arrow = part.indexOf("\n=>\n");
            assertTrue(line > 0 && arrow > line, "no case: " + part);
            cases.add(new Case(
                    part.substring(0, title),
                    part.substring(title + 1, line + 1),
                    part.substring(line + 5, arrow + 1),
                    part.substring(arrow + 4).strip() + "\n"));
        }
        return cases;
    }

    private static void write(Path file, List<Case> cases) throws IOException {
        var out = new StringBuilder("# What is said, by DenialTextsTest and -Dgatehouse.golden=write.\n");
        for (var one : cases) {
            out.append("\n=== ").append(one.title()).append('\n').append(one.asked());
            out.append("---\n").append(one.object()).append("=>\n").append(say(one));
        }
        Files.writeString(file, out);
    }

    /// What kubectl shows of an answer.
    static final class Kubectl {
        private Kubectl() {}

        static String prints(String json) {
            var out = new StringBuilder();
            var response = mapping(tree(json), "response");
            response.get("warnings").map(Node.Sequence.class::cast).ifPresent(warnings -> {
                for (var warning : warnings.items()) {
                    out.append("Warning: ")
                            .append(((Node.Text) warning).value())
                            .append('\n');
                }
            });
            response.get("status").map(Node.Mapping.class::cast).ifPresent(status -> {
                var details = mapping(status, "details");
                if (details.get("causes").isEmpty()) {
                    out.append("(asks again after ")
                            .append(text(details, "retryAfterSeconds"))
                            .append(" s) ")
                            .append(text(status, "message"))
                            .append('\n');
                    return;
                }
                out.append("The ").append(text(details, "kind")).append(" \"").append(text(details, "name"));
                out.append("\" is invalid:\n");
                for (var cause : ((Node.Sequence) details.get("causes").orElseThrow()).items()) {
                    out.append("* ").append(text(cause, "field")).append(": ");
                    out.append(text(cause, "message")).append('\n');
                }
            });
            return out.toString();
        }

        private static Node tree(String json) {
            return JsonReader.read("answer", json.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT)
                    .documents()
                    .getFirst();
        }

        private static Node.Mapping mapping(Node node, String field) {
            return (Node.Mapping) ((Node.Mapping) node).get(field).orElseThrow();
        }

        private static String text(Node node, String field) {
            return ((Node.Mapping) node)
                    .get(field)
                    .map(value -> value instanceof Node.Number number ? number.literal() : ((Node.Text) value).value())
                    .orElse("");
        }
    }
}
