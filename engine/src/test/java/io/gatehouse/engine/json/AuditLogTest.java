// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.JsonReader.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditLogTest {
    private static final String ONE =
            "{\"kind\":\"Event\",\"auditID\":\"1\",\"stageTimestamp\":\"2026-01-01T00:00:01Z\"}";
    private static final String TWO =
            "{\"kind\":\"Event\",\"auditID\":\"2\",\"stageTimestamp\":\"2026-01-01T00:00:02.000000005Z\"}";

    @Test
    void a_log_has_one_document_per_line_and_blank_lines_are_none() {
        var batch = read(ONE + "\r\n\n  \n" + TWO);

        assertEquals(List.of("1 at 1767225601000000000", "2 at 1767225602000000005"), events(batch));
    }

    @Test
    void a_list_of_events_is_split_and_so_is_a_list_of_lists() {
        var list = "{\"kind\":\"EventList\",\"items\":[" + ONE + "," + TWO + "]}";

        assertEquals(List.of("1 at 1767225601000000000", "2 at 1767225602000000005"), events(read(list)));
        assertEquals(3, read("[" + ONE + ",[" + list + "]]").events().size());
    }

    @Test
    void a_document_may_stand_over_several_lines_if_it_is_the_only_one() {
        assertEquals(1, read(ONE.replace(",", ",\n")).events().size());
    }

    @Test
    void a_broken_line_is_told_by_its_number_and_the_rest_goes_on() {
        var batch = read(ONE + "\n{\"kind\":\n42\n{\"kind\":\"Pod\"}\n" + TWO + "\n" + TWO.replace("2026", "soon"));

        assertEquals(List.of("1 at 1767225601000000000", "2 at 1767225602000000005"), events(batch));
        assertEquals(
                List.of("GH-1502 2", "GH-1510 3", "GH-1510 4", "GH-1511 6"),
                batch.diagnostics().stream().map(AuditLogTest::place).toList());
    }

    @Test
    void a_broken_event_in_a_list_does_not_take_the_others_with_it() {
        var batch = read("{\"kind\":\"EventList\",\"items\":[7," + ONE + ",{\"kind\":\"Event\"}]}");

        assertEquals(List.of("1 at 1767225601000000000"), events(batch));
        assertEquals(
                List.of("GH-1511 1", "GH-1511 1"),
                batch.diagnostics().stream().map(AuditLogTest::place).toList());
    }

    @Test
    void numbers_and_the_first_time_go_on_over_lines() {
        var log = new AuditLog("audit.log", Limits.DEFAULT);
        log.line(1, ONE.getBytes(StandardCharsets.UTF_8));
        var second = log.line(2, TWO.getBytes(StandardCharsets.UTF_8)).events().getFirst();

        assertEquals(2, second.number());
        assertEquals(1767225601000000000L, second.firstTimeNanos());
    }

    /// A client may send a patch that has a key twice; the API server logs it as it came and takes the last.
    @Test
    void a_key_that_stands_twice_hides_no_event() {
        var text = ONE.replace("\"auditID\":\"1\"", "\"auditID\":\"1\",\"requestObject\":{\"a\":1,\"a\":2}");

        assertEquals(
                "{\"a\":2}",
                JsonPrinter.compact(
                        Tree.get(read(text).events().getFirst().document(), "requestObject"), JsonPrinter.Form.PLAIN));
    }

    @Test
    void a_text_that_is_no_log_is_not_told_without_end() {
        var batch = read("x\n".repeat(10_000));

        assertEquals(0, batch.events().size());
        assertEquals(100, batch.diagnostics().size());
    }

    @Test
    void a_document_too_large_or_too_deep_is_refused() {
        var log = new AuditLog("audit.log", new Limits(1000, 5, 100));

        assertEquals(
                List.of("GH-1010 3"),
                log.line(3, " ".repeat(1001).replace(' ', 'x').getBytes(StandardCharsets.UTF_8)).diagnostics().stream()
                        .map(AuditLogTest::place)
                        .toList());
        assertEquals(
                List.of("GH-1011 4"),
                log.line(4, "[[[[[[]]]]]]".getBytes(StandardCharsets.UTF_8)).diagnostics().stream()
                        .map(AuditLogTest::place)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "2018-10-25T13:58:49.730588Z, 1540475929730588000",
        "2018-10-25T15:58:49.730588+02:00, 1540475929730588000",
        "1970-01-01T00:00:00Z, 0",
        "1969-12-31T23:59:59Z, -9223372036854775808",
        "2300-01-01T00:00:00Z, -9223372036854775808",
        "2018-10-25, -9223372036854775808",
        "2018-10-25T13:58:49.7305880000000000000000000000000Z, -9223372036854775808",
        "'', -9223372036854775808"
    })
    void a_time_is_read_to_the_nanosecond_or_not_at_all(String text, long nanos) {
        assertEquals(nanos, Timestamp.nanos(text));
    }

    @ParameterizedTest
    @CsvSource({
        "/exec?command=cat&command=%2Fetc%2Fshadow, command, cat",
        "/exec?x=%2Fetc%2Fsha+dow#y, x, /etc/sha dow",
        "/exec?x#y?x=1, x, ''",
        "/exec, x,",
        "/exec?%78=1, x, 1",
        "/exec?x=1&y=%zz, x,",
        "/exec?x=1;y=2, x,",
        "/e%zzec?x=1, x,",
        "/exec?x=%C3%BC, x, Ã¼"
    })
    void a_parameter_is_its_first_value_and_a_wrong_escape_leaves_none(String uri, String name, String value) {
        assertEquals(value, Uri.parameter(uri, name));
    }

    private static Batch read(String text) {
        return new AuditLog("audit.log", Limits.DEFAULT).all(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> events(Batch batch) {
        return batch.events().stream()
                .map(event -> event.number() + " at " + event.timeNanos())
                .toList();
    }

    private static String place(Diagnostic diagnostic) {
        return diagnostic.code() + " " + diagnostic.span().line();
    }
}
