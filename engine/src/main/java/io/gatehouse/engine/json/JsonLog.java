// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Reading;
import io.gatehouse.schemas.field.Field.Source;
import java.util.ArrayList;
import java.util.List;

/// The events of a source that sends JSON of any shape. An event is an object or a list. Counts them. Belongs to one
/// thread.
public final class JsonLog {
    private static final int MOST_DIAGNOSTICS = 100;

    private final Documents documents;
    private long count;
    private long firstTimeNanos;

    /// @param name in diagnostics, usually a path
    /// @param limits of one document
    public JsonLog(String name, Limits limits) {
        this.documents = new Documents(name, limits);
    }

    /// @param line its place in the log, from 1
    /// @param timeNanos since 1970: when it was received, since the document need not say
    public Batch line(int line, byte[] bytes, long timeNanos) {
        var events = new ArrayList<JsonEvent>();
        var diagnostics = new ArrayList<Diagnostic>();
        if (!Documents.blank(bytes, 0, bytes.length)) {
            take(documents.one(line, bytes), timeNanos, events, diagnostics);
        }
        return new Batch(events, diagnostics);
    }

    /// A whole log: one document per line, or a single one.
    ///
    /// @param timeNanos of all of them
    public Batch all(byte[] bytes, long timeNanos) {
        var events = new ArrayList<JsonEvent>();
        var diagnostics = new ArrayList<Diagnostic>();
        documents.each(bytes, reading -> take(reading, timeNanos, events, diagnostics));
        return new Batch(events, diagnostics);
    }

    private void take(Reading reading, long timeNanos, List<JsonEvent> events, List<Diagnostic> diagnostics) {
        reading.diagnostics().forEach(diagnostic -> report(diagnostic, diagnostics));
        for (var document : reading.documents()) {
            switch (document) {
                case Node.Mapping _, Node.Sequence _ -> {
                    firstTimeNanos = count == 0 ? timeNanos : firstTimeNanos;
                    events.add(new JsonEvent(Source.JSON, ++count, timeNanos, firstTimeNanos, document));
                }
                case Node.Text _, Node.Number _, Node.Bool _, Node.Null _ ->
                    report(Code.NO_JSON_EVENT.at(document.span(), "this is a single value"), diagnostics);
            }
        }
    }

    private static void report(Diagnostic diagnostic, List<Diagnostic> diagnostics) {
        if (diagnostics.size() < MOST_DIAGNOSTICS) {
            diagnostics.add(diagnostic);
        }
    }
}
