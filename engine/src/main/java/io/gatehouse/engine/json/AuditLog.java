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

/// The audit events of one source, as the API server writes them into a log or sends them: an `Event`, an
/// `EventList`, or a list of either. Counts the events. Belongs to one thread.
///
/// What is no event becomes a diagnostic, and the rest goes on.
public final class AuditLog {
    /// What the API server sends at once by default, with some room.
    public static final Limits OF_A_BATCH = new Limits(12 * 1024 * 1024, 100, 2 * 1024 * 1024, 400_000);

    /// A text that is no audit log at all is told so often enough.
    private static final int MOST_DIAGNOSTICS = 100;

    private final Documents documents;
    private long count;
    private long firstTimeNanos;

    /// @param name in diagnostics, usually a path
    /// @param limits of one document
    public AuditLog(String name, Limits limits) {
        this.documents = new Documents(name, limits);
    }

    /// One line of a log, or one request of the API server.
    ///
    /// @param line its place in the log, from 1
    public Batch line(int line, byte[] bytes) {
        var found = new Found();
        if (!Documents.blank(bytes, 0, bytes.length)) {
            found.take(documents.one(line, bytes));
        }
        return found.batch();
    }

    /// A whole log: one document per line, or a single one.
    public Batch all(byte[] bytes) {
        var found = new Found();
        documents.each(bytes, found::take);
        return found.batch();
    }

    /// What is found in one text.
    private final class Found {
        private final List<JsonEvent> events = new ArrayList<>();
        private final List<Diagnostic> diagnostics = new ArrayList<>();

        Batch batch() {
            return new Batch(events, diagnostics);
        }

        void take(Reading reading) {
            reading.diagnostics().forEach(this::report);
            reading.documents().forEach(this::split);
        }

        private void split(Node document) {
            switch (document) {
                case Node.Sequence(var items, var _) -> items.forEach(this::split);
                case Node.Mapping mapping when isKind(mapping, "Event") -> event(mapping);
                case Node.Mapping mapping when isKind(mapping, "EventList") -> items(mapping);
                case Node other -> {
                    var message = "this is neither an audit event nor a list of them";
                    report(Code.NO_AUDIT_EVENT.at(other.span(), message));
                }
            }
        }

        private void items(Node.Mapping list) {
            if (Tree.get(list, "items") instanceof Node.Sequence(var items, var _)) {
                items.forEach(this::event);
            } else {
                report(Code.NO_AUDIT_EVENT.at(list.span(), "this list of audit events has no items"));
            }
        }

        private void event(Node document) {
            var stamp = Tree.get(document, "stageTimestamp");
            var time = stamp instanceof Node.Text(var text, var _) ? Timestamp.nanos(text) : Timestamp.NONE;
            if (time == Timestamp.NONE) {
                report(
                        stamp == null
                                ? Code.NO_EVENT_TIME.at(document.span(), "this event has no 'stageTimestamp'")
                                : Code.NO_EVENT_TIME.at(stamp.span(), "this is no time"));
                return;
            }
            firstTimeNanos = count == 0 ? time : firstTimeNanos;
            events.add(new JsonEvent(Source.K8S_AUDIT, ++count, time, firstTimeNanos, document));
        }

        private void report(Diagnostic diagnostic) {
            if (diagnostics.size() < MOST_DIAGNOSTICS) {
                diagnostics.add(diagnostic);
            }
        }
    }

    private static boolean isKind(Node.Mapping document, String kind) {
        return Tree.get(document, "kind") instanceof Node.Text(var value, var _) && value.equals(kind);
    }
}
