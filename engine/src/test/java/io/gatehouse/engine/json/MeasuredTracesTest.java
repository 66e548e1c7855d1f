// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.engine.format.OutputValue;
import io.gatehouse.schemas.field.Field.Source;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Audit events whose fields were measured with the engine that rules were written for.
class MeasuredTracesTest {
    private static final String RULES = "rules/k8s_audit_rules.yaml";
    /// Once made the reader of another project fall over.
    private static final String NO_EVENT = "fal_01_003.json";

    @TestFactory
    Stream<DynamicTest> the_fields_of_every_trace_are_those_measured() {
        var formatter = probe();
        var traces = ((Node.Mapping) Tree.get(SharedData.json("expected.json"), "k8s_audit")).entries();
        assertEquals(69, traces.size());
        return traces.stream()
                .map(trace -> DynamicTest.dynamicTest(trace.key(), () -> {
                    var measured = ((Node.Sequence) Tree.get(trace.value(), "fields")).items();
                    var batch = new AuditLog(trace.key(), AuditLog.OF_A_BATCH)
                            .all(SharedData.bytes("k8s_audit/" + trace.key()));

                    assertEquals(
                            trace.key().equals(NO_EVENT) ? List.of("GH-1510") : List.of(),
                            batch.diagnostics().stream().map(Diagnostic::code).toList());
                    assertEquals(
                            measured.stream().map(MeasuredTracesTest::lines).toList(),
                            batch.events().stream()
                                    .map(event -> lines(formatter, event))
                                    .toList());
                }));
    }

    @TestFactory
    Stream<DynamicTest> the_alerts_of_every_trace_are_those_measured() {
        var rules = new PlainRules(RULES);
        return traces().stream()
                .map(trace -> DynamicTest.dynamicTest(trace.key(), () -> {
                    var first = new TreeMap<String, Integer>();
                    var all = new TreeMap<String, Integer>();
                    for (var event : events(trace.key()).events()) {
                        var matches = rules.matches(event);
                        matches.stream().limit(1).forEach(rule -> first.merge(rule, 1, Integer::sum));
                        matches.forEach(rule -> all.merge(rule, 1, Integer::sum));
                    }
                    assertEquals(measured(trace, " | first"), first);
                    assertEquals(measured(trace, " | all"), all);
                }));
    }

    /// A rule that asks for nothing but what a review tells fires on the review as it fires on the event.
    @Test
    void at_the_gate_the_same_rules_fire() {
        var rules = new PlainRules(RULES);
        var fired = new TreeSet<String>();
        int reviews = 0;
        for (var trace : traces()) {
            for (var event : events(trace.key()).events()) {
                var review = Reviews.of(event.document());
                if (review.isEmpty()) { // it only reads, or the log does not hold what was asked
                    continue;
                }
                reviews++;
                var seen = AdmissionView.of(review.get(), 1, event.timeNanos()).orElseThrow();
                var atTheGate = askable(rules, rules.matches(seen));
                assertEquals(askable(rules, rules.matches(event)), atTheGate, trace.key());
                fired.addAll(atTheGate);
            }
        }
        assertEquals(58, reviews);
        assertEquals(12, fired.size(), () -> "rules that fired: " + fired);
    }

    private static List<String> askable(PlainRules rules, List<String> names) {
        return names.stream()
                .filter(name -> !Reviews.asksForMore(rules.enabled().get(name)))
                .toList();
    }

    private static List<Node.Entry> traces() {
        var traces = ((Node.Mapping) Tree.get(SharedData.json("expected.json"), "k8s_audit")).entries();
        assertEquals(69, traces.size());
        return traces;
    }

    private static Batch events(String trace) {
        return new AuditLog(trace, AuditLog.OF_A_BATCH).all(SharedData.bytes("k8s_audit/" + trace));
    }

    private static Map<String, Integer> measured(Node.Entry trace, String mode) {
        var counts = new TreeMap<String, Integer>();
        for (var entry : ((Node.Mapping) Tree.get(trace.value(), "detections", RULES + mode)).entries()) {
            counts.put(entry.key(), Integer.valueOf(((Node.Number) entry.value()).literal()));
        }
        return counts;
    }

    /// One line per field, so that a difference can be read.
    private static String lines(Node measured) {
        var lines = new ArrayList<String>();
        for (var entry : ((Node.Mapping) measured).entries()) {
            lines.add(entry.key() + " = " + JsonPrinter.compact(entry.value(), JsonPrinter.Form.PLAIN));
        }
        return String.join("\n", lines.stream().sorted().toList());
    }

    private static String lines(Formatter<JsonEvent> formatter, JsonEvent event) {
        var lines = new ArrayList<String>();
        formatter.values(event).forEach((key, value) -> {
            if (!(value instanceof OutputValue.Missing)) {
                lines.add(key + " = " + value.json());
            }
        });
        return String.join("\n", lines.stream().sorted().toList());
    }

    private static Formatter<JsonEvent> probe() {
        var rule = ((Node.Sequence) SharedData.yaml("probe/k8s_probe_rules.yaml"))
                .items()
                .getFirst();
        var output = SharedData.text(Tree.get(rule, "output"));
        var parsed = OutputFormat.parse(Script.of(new SourceText("probe", output)), Source.K8S_AUDIT);
        assertEquals(List.of(), parsed.diagnostics());
        return new Formatter<>(parsed.format().orElseThrow(), new JsonReaders(ZoneOffset.UTC, "host"), Buffers.DOTS);
    }
}
