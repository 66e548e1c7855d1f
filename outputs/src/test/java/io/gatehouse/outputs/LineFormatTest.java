// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LineFormatTest {
    private static final String ID = "4f2a".repeat(16);

    private static String text(Alert alert) {
        return LineFormat.TEXT.line(new Entry.Raised(alert));
    }

    private static String json(Alert alert) {
        return LineFormat.JSON.line(new Entry.Raised(alert));
    }

    @Test
    void a_full_alert_as_text() {
        assertEquals(
                "2026-11-01T12:00:00.123Z denied shop/nginx-immutable processes.allow "
                        + "\"nginx ran /bin/ls, which is not listed\" mode=enforce verdict=deny guarantee=prevented "
                        + "exe=/bin/ls args=[ls -l \"my file\"] pid=4711 uid=101 "
                        + "parents=[sh(4700) containerd-shim(900)] container=nginx container_id=" + ID
                        + " runtime=containerd image=docker.io/library/nginx:1.27 pod=shop/web-0",
                text(Alerts.full()));
    }

    @Test
    void a_bare_alert_as_text() {
        assertEquals(
                "2026-11-01T12:00:00.123Z would deny no-privilege admission.privilege \"pod asks for hostPID\" "
                        + "mode=audit verdict=deny guarantee=prevented",
                text(Alerts.bare()));
    }

    @Test
    void a_full_alert_as_json() {
        assertEquals(
                "{\"version\":\"v1alpha1\",\"type\":\"alert\",\"time\":\"2026-11-01T12:00:00.123456789Z\","
                        + "\"policy\":{\"namespace\":\"shop\",\"name\":\"nginx-immutable\"},\"rule\":\"processes.allow\","
                        + "\"mode\":\"enforce\",\"verdict\":\"deny\",\"guarantee\":\"prevented\","
                        + "\"message\":\"nginx ran /bin/ls, which is not listed\","
                        + "\"process\":{\"exe\":\"/bin/ls\",\"args\":[\"ls\",\"-l\",\"my file\"],\"args_complete\":true,"
                        + "\"pid\":4711,\"uid\":101,\"parents\":[{\"name\":\"sh\",\"pid\":4700},"
                        + "{\"name\":\"containerd-shim\",\"pid\":900}]},"
                        + "\"container\":{\"id\":\"" + ID + "\",\"name\":\"nginx\",\"runtime\":\"containerd\","
                        + "\"image\":\"docker.io/library/nginx:1.27\"},"
                        + "\"pod\":{\"namespace\":\"shop\",\"name\":\"web-0\"}}",
                json(Alerts.full()));
    }

    @Test
    void a_match_is_written_as_falco_writes_it() {
        var match = new Entry.Matched(Alerts.match("cat", ""));

        assertEquals("12:00:00.123456789: Warning Sensitive file opened (program=cat)", LineFormat.TEXT.line(match));
        assertEquals(
                "{\"hostname\":\"n1\",\"priority\":\"Warning\",\"rule\":\"Read sensitive file\"}",
                LineFormat.JSON.line(match));
    }

    @Test
    void what_a_response_did_stands_behind_a_match() {
        var killed = new Entry.Matched(Alerts.answered(
                new RuleAlert.Answer("kill-readers", Verdict.KILL, Guarantee.REPORTED, "the process was gone")));

        assertEquals(
                "12:00:00.123456789: Warning Sensitive file opened (program=cat) response=kill-readers verdict=kill "
                        + "guarantee=reported note=\"the process was gone\"",
                LineFormat.TEXT.line(killed));
        assertEquals(
                "{\"hostname\":\"n1\",\"priority\":\"Warning\",\"rule\":\"Read sensitive file\","
                        + "\"response\":{\"name\":\"kill-readers\",\"verdict\":\"kill\",\"guarantee\":\"reported\","
                        + "\"note\":\"the process was gone\"}}",
                LineFormat.JSON.line(killed));
    }

    @Test
    void suppressed_matches_as_text() {
        assertEquals(
                "2026-11-01T12:00:10.123Z suppressed 7 more of \"Read sensitive file\" since=2026-11-01T12:00:00.123Z "
                        + "priority=Warning program=cat container_id=" + ID,
                LineFormat.TEXT.line(Alerts.suppressedMatches()));
    }

    @Test
    void a_bare_alert_as_json() {
        assertEquals(
                "{\"version\":\"v1alpha1\",\"type\":\"alert\",\"time\":\"2026-11-01T12:00:00.123456789Z\","
                        + "\"policy\":{\"name\":\"no-privilege\"},\"rule\":\"admission.privilege\",\"mode\":\"audit\","
                        + "\"verdict\":\"deny\",\"guarantee\":\"prevented\",\"message\":\"pod asks for hostPID\"}",
                json(Alerts.bare()));
    }

    @Test
    void what_was_suppressed_and_what_was_lost() {
        assertEquals(
                "2026-11-01T12:00:10.123Z suppressed 9990 more of shop/nginx-immutable processes.allow "
                        + "since=2026-11-01T12:00:00.123Z mode=enforce verdict=deny exe=/bin/ls container=nginx "
                        + "container_id=" + ID
                        + " runtime=containerd image=docker.io/library/nginx:1.27 pod=shop/web-0",
                LineFormat.TEXT.line(Alerts.suppressed()));
        assertEquals(
                "{\"version\":\"v1alpha1\",\"type\":\"suppressed\",\"time\":\"2026-11-01T12:00:10.123456789Z\","
                        + "\"since\":\"2026-11-01T12:00:00.123456789Z\",\"count\":9990,"
                        + "\"policy\":{\"namespace\":\"shop\",\"name\":\"nginx-immutable\"},\"rule\":\"processes.allow\","
                        + "\"mode\":\"enforce\",\"verdict\":\"deny\",\"exe\":\"/bin/ls\",\"container\":{\"id\":\"" + ID
                        + "\",\"name\":\"nginx\",\"runtime\":\"containerd\","
                        + "\"image\":\"docker.io/library/nginx:1.27\"},"
                        + "\"pod\":{\"namespace\":\"shop\",\"name\":\"web-0\"}}",
                LineFormat.JSON.line(Alerts.suppressed()));
        assertEquals("2026-11-01T12:00:00.123Z lost 345 alerts cause=queue_full", LineFormat.TEXT.line(Alerts.lost()));
        assertEquals(
                "{\"version\":\"v1alpha1\",\"type\":\"lost\",\"time\":\"2026-11-01T12:00:00.123456789Z\",\"count\":345,"
                        + "\"cause\":\"queue_full\"}",
                LineFormat.JSON.line(Alerts.lost()));
    }

    @ParameterizedTest
    @CsvSource({
        "AUDIT,   DENY,   PREVENTED, would deny",
        "AUDIT,   DENY,   REPORTED,  would deny",
        "AUDIT,   KILL,   KILLED,    would kill",
        "AUDIT,   REPORT, REPORTED,  reported",
        "AUDIT,   ALLOW,  REPORTED,  allowed",
        "ENFORCE, DENY,   PREVENTED, denied",
        "ENFORCE, DENY,   KILLED,    killed",
        "ENFORCE, DENY,   REPORTED,  could not deny",
        "ENFORCE, KILL,   PREVENTED, denied and killed",
        "ENFORCE, KILL,   KILLED,    killed",
        "ENFORCE, KILL,   REPORTED,  could not kill",
        "ENFORCE, REPORT, REPORTED,  reported",
        "ENFORCE, ALLOW,  PREVENTED, allowed",
    })
    void the_text_says_what_became_of_the_act_and_never_more(
            Mode mode, Verdict verdict, Guarantee guarantee, String expected) {
        assertEquals(expected, AlertText.headline(Alerts.of(mode, verdict, guarantee)));
    }

    /// Each is something that a file or process can really be named, or that a broken decoder could make of one.
    private static final List<String> HOSTILE = List.of(
            "line\nbreak\r\n2026-11-01T12:00:00.123Z allowed",
            "\u001b[2J\u001b]0;title\u0007",
            "c1 \u009b31m",
            "back\\slash \"quote\" 'single'",
            "tab\tnul\u0000del\u007f",
            "\u202egpj.exe",
            "zero\u200bwidth\ufeff",
            "line\u2028separator\u2029paragraph\u0085next",
            "lone \ud800 surrogates \udc00",
            "replacement \ufffd",
            "emoji \ud83d\ude00 stays",
            "private \ue000 and \udb80\udc00",
            "fake\" verdict=allow \"",
            "a=b",
            "[x]",
            "",
            "...",
            " ");

    @Test
    void hostile_text_stays_on_one_line_of_visible_characters() {
        for (var text : HOSTILE) {
            for (var format : LineFormat.values()) {
                var line = format.line(new Entry.Raised(Alerts.hostile(text)));
                var hidden = line.codePoints()
                        .filter(c -> Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.SURROGATE
                                || Character.getType(c) == Character.LINE_SEPARATOR
                                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR)
                        .count();
                assertEquals(0, hidden, line);
            }
        }
        assertEquals(
                "2026-11-01T12:00:00.123Z would kill \"\\u001b[2J\\n\" \"\\u001b[2J\\n\" \"\\u001b[2J\\n\"",
                text(Alerts.hostile("\u001b[2J\n")).split(" mode=")[0]);
        assertTrue(text(Alerts.hostile("\u202ex")).contains("exe=\"\\u202ex\""));
        assertTrue(text(Alerts.hostile("\ud83d\ude00")).contains("\ud83d\ude00"));
        assertTrue(text(Alerts.hostile("\ud800")).contains("\\ud800"));
        assertTrue(text(Alerts.hostile("\udb80\udc00")).contains("\\udb80\\udc00"));
    }

    @Test
    void a_value_cannot_pass_for_a_key() {
        var line = text(Alerts.hostile("x\" verdict=allow mode=\"y"));
        assertTrue(line.contains("\"x\\\" verdict=allow mode=\\\"y\""), line);
        assertFalse(line.replaceAll("\"(\\\\.|[^\"\\\\])*\"", "").contains("verdict=allow"), line);
    }

    @Test
    void json_gives_the_text_back() throws IOException {
        var mapper = tools.jackson.databind.json.JsonMapper.builder().build();
        for (var text : HOSTILE) {
            var read = mapper.readTree(json(Alerts.hostile(text)));
            assertEquals(text, read.path("message").stringValue());
            assertEquals(text, read.path("process").path("args").path(0).stringValue());
            assertEquals(text, read.path("process").path("exe").stringValue());
            assertEquals(text, read.path("container").path("image").stringValue());
        }
    }

    private static Alert withArgs(List<String> args, int parents, String message) {
        var full = Alerts.full();
        return new Alert(
                Alerts.TIME,
                PolicyName.cluster("p"),
                "r",
                Mode.AUDIT,
                Verdict.DENY,
                Guarantee.KILLED,
                message,
                Optional.of(new Alert.ProcessFacts(
                        "/x", args, true, 1, 0, Collections.nCopies(parents, new Alert.Ancestor("p", 1)))),
                full.container(),
                full.pod());
    }

    @Test
    void a_line_is_bounded_and_says_where_it_was_cut() {
        var atLimit = withArgs(List.of("a".repeat(Printable.MAX_ARGS)), Printable.MAX_PARENTS, "m");
        assertTrue(json(atLimit).contains("\"args_complete\":true"));
        assertFalse(text(atLimit).contains("..."));

        var above = withArgs(List.of("a".repeat(Printable.MAX_ARGS), "b"), Printable.MAX_PARENTS, "m");
        assertTrue(json(above).contains("\"args_complete\":false"));
        assertTrue(text(above).contains("a ...] pid=1"), text(above));

        var huge = withArgs(Collections.nCopies(100_000, "argument"), 5000, "m".repeat(1_000_000));
        assertTrue(json(huge).contains("m...\""));
        for (var format : LineFormat.values()) {
            var length = format.line(new Entry.Raised(huge)).length();
            assertTrue(length < 16 * 1024, () -> format + " " + length);
        }
    }

    private static Schema schema() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(LineFormatTest.class.getResourceAsStream("/io/gatehouse/schemas/Alert.v1alpha1.json"));
    }

    @Test
    void every_json_line_satisfies_the_published_schema() {
        var schema = schema();
        var entries = new ArrayList<Entry>(List.of(
                new Entry.Raised(Alerts.full()),
                new Entry.Raised(Alerts.bare()),
                Alerts.suppressed(),
                Alerts.suppressedMatches(),
                Alerts.lost()));
        for (var text : HOSTILE) {
            entries.add(new Entry.Raised(Alerts.hostile(text)));
        }
        for (var mode : Mode.values()) {
            for (var verdict : Verdict.values()) {
                for (var guarantee : Guarantee.values()) {
                    entries.add(new Entry.Raised(Alerts.of(mode, verdict, guarantee)));
                }
            }
        }
        for (var cause : Entry.LossCause.values()) {
            entries.add(new Entry.Lost(Alerts.TIME, 1, cause));
        }
        for (var entry : entries) {
            var line = LineFormat.JSON.line(entry);
            assertEquals(List.of(), schema.validate(line, InputFormat.JSON), line);
        }
    }

    @Test
    void the_schema_refuses_what_is_no_line_of_ours() {
        var schema = schema();
        var good = json(Alerts.full());
        for (var bad : List.of(
                good.replace("\"deny\"", "\"denied\""),
                good.replace("\"rule\"", "\"ruleName\""),
                good.replace("\"pid\":4711", "\"pid\":\"4711\""),
                good.replace("\"type\":\"alert\"", "\"type\":\"lost\""),
                good.replace("123456789Z", "123Z"),
                "{}")) {
            assertFalse(schema.validate(bad, InputFormat.JSON).isEmpty(), bad);
        }
    }
}
