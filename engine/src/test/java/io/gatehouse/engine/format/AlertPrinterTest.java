// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.format.AlertStyle.Property;
import io.gatehouse.engine.format.AlertStyle.TimeForm;
import io.gatehouse.engine.format.OutputAdditions.Addition;
import io.gatehouse.engine.format.OutputAdditions.ExtraField;
import io.gatehouse.engine.format.OutputAdditions.Match;
import io.gatehouse.schemas.field.Field.Source;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AlertPrinterTest {
    private static final Map<String, Object> EVENT =
            Map.of("evt.rawtime", 1690557262892739231L, "proc.name", "say \"hi\"\n", "proc.pid", 7);
    private static final Span NOWHERE = new Span(new SourceText("test", ""), 1, 1, 1);

    @Test
    void a_line_of_text_has_the_local_time_and_cannot_be_forged_by_a_line_break() {
        var style = AlertStyle.standard(ZoneId.of("Asia/Kolkata"), "node-1");

        assertEquals(
                "20:44:22.892739231: Warning ran say \\\"hi\\\"\\n by <NA>",
                printer(style, OutputAdditions.NONE).text(EVENT));
    }

    @Test
    void a_line_of_text_may_have_an_iso_8601_time() {
        var style = new AlertStyle(
                ZoneOffset.UTC, TimeForm.ISO_8601, "node-1", Buffers.DOTS, EnumSet.allOf(Property.class));

        assertEquals(
                "2023-07-28T15:14:22.892739231+0000: Warning ran say \\\"hi\\\"\\n by <NA>",
                printer(style, OutputAdditions.NONE).text(EVENT));
    }

    @Test
    void a_line_of_json_has_every_property() {
        assertEquals(
                """
                {"hostname":"node-1","message":"ran say \\"hi\\"\\n by <NA>",\
                "output":"15:14:22.892739231: Warning ran say \\"hi\\"\\n by <NA>",\
                "output_fields":{"evt.time":1690557262892739231,"proc.name":"say \\"hi\\"\\n","user.name":null},\
                "priority":"Warning","rule":"A rule","source":"syscall","tags":["a","b"],\
                "time":"2023-07-28T15:14:22.892739231Z"}""",
                printer(AlertStyle.standard(ZoneOffset.UTC, "node-1"), OutputAdditions.NONE)
                        .json(EVENT));
    }

    @Test
    void optional_properties_can_be_left_out() {
        var style = new AlertStyle(ZoneOffset.UTC, TimeForm.CLOCK, "", Buffers.DOTS, Set.of());

        assertEquals(
                "{\"hostname\":\"\",\"priority\":\"Warning\",\"rule\":\"A rule\",\"source\":\"syscall\","
                        + "\"time\":\"2023-07-28T15:14:22.892739231Z\"}",
                printer(style, OutputAdditions.NONE).json(EVENT));
    }

    @Test
    void additions_reach_the_rules_they_match_and_no_others() {
        var additions = new OutputAdditions(List.of(
                new Addition(Match.EVERY_RULE, "pid=%proc.pid", Map.of()),
                new Addition(match("Another rule", Set.of()), "never", Map.of()),
                new Addition(match("A rule", Set.of("a", "c")), "never", Map.of()),
                new Addition(
                        match("A rule", Set.of("a")),
                        "",
                        Map.of(
                                "proc.pid", new ExtraField.Raw(),
                                "who", new ExtraField.Formatted("%proc.pid!"),
                                "bad", new ExtraField.Formatted("%nothing.such")))));
        var style = new AlertStyle(
                ZoneOffset.UTC, TimeForm.CLOCK, "", Buffers.DOTS, Set.of(Property.MESSAGE, Property.OUTPUT_FIELDS));

        assertEquals(
                "{\"hostname\":\"\",\"message\":\"ran say \\\"hi\\\"\\n by <NA> pid=7\",\"output_fields\":"
                        + "{\"evt.time\":1690557262892739231,\"proc.name\":\"say \\\"hi\\\"\\n\",\"proc.pid\":7,"
                        + "\"user.name\":null,\"who\":\"7!\"},\"priority\":\"Warning\",\"rule\":\"A rule\","
                        + "\"source\":\"syscall\",\"time\":\"2023-07-28T15:14:22.892739231Z\"}",
                printer(style, additions).json(EVENT));
        assertEquals(
                List.of("GH-1203"),
                extra(additions).diagnostics().stream().map(d -> d.code()).toList());
    }

    @Test
    void the_suggested_additions_are_formats() {
        var output = OutputAdditions.suggested().output("x", "A rule", Source.SYSCALL, Set.of());

        assertFalse(
                OutputFormat.parse(Script.made(output, NOWHERE), Source.SYSCALL)
                        .format()
                        .isEmpty(),
                output);
        assertEquals("x", OutputAdditions.suggested().output("x", "A rule", Source.K8S_AUDIT, Set.of()));
    }

    private static Match match(String rule, Set<String> tags) {
        return new Match(Optional.of(rule), Optional.of(Source.SYSCALL), tags);
    }

    private static ExtraFields extra(OutputAdditions additions) {
        return ExtraFields.parse(additions.fields("A rule", Source.SYSCALL, Set.of("a", "b")), NOWHERE, Source.SYSCALL);
    }

    private static AlertPrinter<Map<String, Object>> printer(AlertStyle style, OutputAdditions additions) {
        var tags = List.of("b", "a");
        var output = additions.output("ran %proc.name by %user.name", "A rule", Source.SYSCALL, tags);
        return new AlertPrinter<>(
                new AlertPrinter.Heading("A rule", "Warning", Source.SYSCALL, tags),
                OutputFormat.parse(Script.made(output, NOWHERE), Source.SYSCALL)
                        .format()
                        .orElseThrow(),
                extra(additions),
                new MapReaders(),
                style);
    }
}
