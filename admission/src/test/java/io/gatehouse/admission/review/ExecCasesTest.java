// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `kubectl exec` as other admission systems refuse it, said as rules over audit events that refuse at the gate.
class ExecCasesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final JsonReader.Limits LARGE = new JsonReader.Limits(64 << 20, 100, 1 << 20);

    /// The answer to them needs what no review of an exec carries.
    private static final List<String> UNSAYABLE = List.of("denyNamespaceLabels", "denyPodLabels");

    private static final String RESPONSE = """
            apiVersion: gatehouse.io/v1alpha1
            kind: RuleResponse
            metadata: {name: no-exec}
            spec:
              mode: enforce
              match: {rules: [Exec]}
              action: deny
              reason: containers are not changed by hand
            """;

    @Test
    void every_case_that_a_review_can_answer_is_answered_alike() throws IOException {
        var cases = Path.of(System.getProperty("gatehouse.root"), "../shared/admission");
        assumeTrue(Files.exists(cases.resolve("expected.json")), "no upstream cases beside the project");
        var different = new ArrayList<String>();
        int agree = 0;
        int labels = 0;
        for (var one : items(read(cases.resolve("expected.json")), "cases")) {
            for (var expectation : items(one, "expect")) {
                var file = text(one, "file");
                if (!text(expectation, "control").equals("exec") || !file.startsWith("exec/")) {
                    continue; // the one recorded elsewhere is of v1beta1, which is not answered
                }
                var params = (Node.Mapping)
                        ((Node.Mapping) expectation).get("params").orElseThrow();
                if (UNSAYABLE.stream().anyMatch(param -> params.get(param).isPresent())) {
                    labels++;
                    continue;
                }
                var seen = verdict(read(cases.resolve(file)), snapshot(condition(params)));
                if (seen.equals(text(expectation, "result"))) {
                    agree++;
                } else {
                    different.add(file + ": they say " + text(expectation, "result") + ", we say " + seen);
                }
            }
        }
        System.out.println("exec: " + agree + " agree, " + different.size() + " differ, " + labels
                + " ask for labels that a review of an exec does not carry");
        assertEquals("", String.join("\n", different));
        assertTrue(agree >= 7 && labels >= 8, agree + " and " + labels);
    }

    /// The parameters of a case in the words of the rule language.
    private static String condition(Node.Mapping params) {
        var condition = new StringBuilder("ka.target.resource=pods and ka.target.subresource=exec");
        for (var param : params.entries()) {
            condition
                    .append(" and ")
                    .append(
                            switch (param.key()) {
                                case "denyPodNames" -> "ka.target.name glob " + first(param.value());
                                case "denyContainers" ->
                                    "jevt.value[/requestObject/container] = " + first(param.value());
                                case "denyCommands" ->
                                    commands(items(param.value()).getFirst());
                                case "denyInteractive" ->
                                    "(jevt.value[/requestObject/stdin] = true or jevt.value[/requestObject/tty] = true)";
                                default -> throw new IllegalStateException("no rule for " + param.key());
                            });
        }
        return condition.toString();
    }

    private static String commands(Node words) {
        var checks = new ArrayList<String>();
        for (var word : items(words)) {
            checks.add("jevt.value[/requestObject/command/" + checks.size() + "] = " + ((Node.Text) word).value());
        }
        return String.join(" and ", checks);
    }

    private static Snapshot snapshot(String condition) {
        var rules = """
                - rule: Exec
                  desc: somebody enters a container
                  condition: %s
                  output: exec (user=%%ka.user.name pod=%%ka.target.name)
                  priority: NOTICE
                  source: k8s_audit
                """.formatted(condition);
        var compilation = PolicyCompiler.compile(
                List.of(new SourceText("rules.yaml", rules), new SourceText("response.yaml", RESPONSE)));
        return compilation.snapshot().orElseThrow(() -> new AssertionError(compilation.diagnostics()));
    }

    private static String verdict(Node review, Snapshot snapshot) {
        var read = ReviewReader.read((Node.Mapping) review);
        var request = assertInstanceOf(ReviewReader.Outcome.Read.class, read, read::toString)
                .request();
        var outcome = Judge.decide(request, snapshot, TODAY);
        var judged = assertInstanceOf(Judge.Outcome.Judged.class, outcome, outcome::toString);
        return judged.decision() instanceof Decision.Deny ? "fail" : "pass";
    }

    private static Node read(Path path) throws IOException {
        var reading = JsonReader.read(path.toString(), Files.readAllBytes(path), LARGE);
        assertEquals(List.of(), reading.diagnostics());
        return reading.documents().getFirst();
    }

    private static List<Node> items(Node node, String field) {
        return items(((Node.Mapping) node).get(field).orElseThrow());
    }

    private static List<Node> items(Node node) {
        return ((Node.Sequence) node).items();
    }

    private static String first(Node list) {
        return ((Node.Text) items(list).getFirst()).value();
    }

    private static String text(Node node, String field) {
        return ((Node.Text) ((Node.Mapping) node).get(field).orElseThrow()).value();
    }
}
