// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.learn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.gatehouse.engine.act.Preview;
import io.gatehouse.engine.act.Preview.Change;
import io.gatehouse.engine.act.Preview.Row;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// What policies would have denied, for people and for programs.
public final class PreviewReport {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final List<String> HEADINGS =
            List.of("RULE", "WOULD", "PROGRAM", "OBJECT", "COUNT", "FIRST", "LAST", "CONTAINER", "POLICY");

    private PreviewReport() {}

    public static String text(Preview preview) {
        var text = new StringBuilder();
        long denied = preview.rows().stream()
                .filter(Row::denies)
                .mapToLong(Row::count)
                .sum();
        if (preview.rows().isEmpty()) {
            text.append("nothing that was recorded would have been denied\n");
        } else {
            table(text, preview.rows());
            text.append(denied).append(denied == 1 ? " act" : " acts").append(" would have been denied\n");
        }
        return unknown(text, preview.unknown()).toString();
    }

    public static String text(Change change) {
        var text = new StringBuilder();
        section(text, "denied now, and not before", change.added());
        section(text, "denied before, and not now", change.removed());
        return unknown(text, change.unknown()).toString();
    }

    private static void section(StringBuilder text, String title, List<Row> rows) {
        long count = rows.stream().mapToLong(Row::count).sum();
        text.append(title).append(": ").append(count).append(count == 1 ? " act\n" : " acts\n");
        if (!rows.isEmpty()) {
            table(text, rows);
        }
    }

    private static StringBuilder unknown(StringBuilder text, List<String> unknown) {
        if (!unknown.isEmpty()) {
            text.append("not known:\n");
            unknown.forEach(each -> text.append("  - ").append(visible(each)).append('\n'));
        }
        return text;
    }

    private static void table(StringBuilder text, List<Row> rows) {
        var lines = new ArrayList<List<String>>();
        lines.add(HEADINGS);
        for (var row : rows) {
            lines.add(List.of(
                    row.rule(),
                    row.action().text() + (row.guess() ? "?" : ""),
                    visible(row.program()),
                    visible((row.act() + " " + row.object()).strip()),
                    Long.toString(row.count()),
                    seconds(row.first()),
                    seconds(row.last()),
                    visible(row.container()),
                    row.policy().toString()));
        }
        var widths = new int[HEADINGS.size()];
        for (var line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (var line : lines) {
            var cells = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                cells.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
            }
            text.append(cells.toString().stripTrailing()).append('\n');
        }
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// Names are a container's choice: they end no line and speak to no terminal.
    private static String visible(String words) {
        var out = new StringBuilder();
        words.codePoints().forEach(c -> {
            if (c == ' ' || Character.isLetterOrDigit(c) || c > ' ' && c < 0x7f) {
                out.appendCodePoint(c);
            } else {
                out.append("\\u%04x".formatted(c));
            }
        });
        return out.toString();
    }

    // ---- JSON

    public static String json(Preview preview) {
        return object(json -> {
            rows(json, "denied", preview.rows().stream().filter(Row::denies).toList());
            rows(
                    json,
                    "reported",
                    preview.rows().stream().filter(row -> !row.denies()).toList());
            unknown(json, preview.unknown());
        });
    }

    public static String json(Change change) {
        return object(json -> {
            rows(json, "added", change.added());
            rows(json, "removed", change.removed());
            unknown(json, change.unknown());
        });
    }

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static String object(Body body) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no file behind it
        }
        return text.append('\n').toString();
    }

    private static void unknown(JsonGenerator json, List<String> unknown) throws IOException {
        json.writeArrayFieldStart("unknown");
        for (var each : unknown) {
            json.writeString(each);
        }
        json.writeEndArray();
    }

    private static void rows(JsonGenerator json, String key, List<Row> rows) throws IOException {
        json.writeArrayFieldStart(key);
        for (var row : rows) {
            json.writeStartObject();
            json.writeStringField("rule", row.rule());
            json.writeStringField("action", row.action().text());
            json.writeStringField("act", row.act());
            json.writeStringField("program", row.program());
            json.writeStringField("object", row.object());
            json.writeNumberField("count", row.count());
            json.writeStringField("first", row.first().toString());
            json.writeStringField("last", row.last().toString());
            json.writeStringField("container", row.container());
            json.writeObjectFieldStart("policy");
            if (row.policy().namespace().isPresent()) {
                json.writeStringField("namespace", row.policy().namespace().get());
            }
            json.writeStringField("name", row.policy().name());
            json.writeEndObject();
            if (row.guess()) {
                json.writeBooleanField("guess", true);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
