// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.field.Field.Source;
import java.util.Arrays;

/// One event that is a JSON document. Belongs to one thread.
///
/// What is read of it is kept, so that a field costs its lookup once per event, however many rules ask for it.
public final class JsonEvent {
    private final Source source;
    private final long number;
    private final long timeNanos;
    private final long firstTimeNanos;
    private final Node document;
    private JsonReaders readers;
    private Object[] kept = new Object[0];

    /// @param number from 1, counting all events of the source
    /// @param timeNanos since 1970
    /// @param firstTimeNanos the time of the first event of the source
    public JsonEvent(Source source, long number, long timeNanos, long firstTimeNanos, Node document) {
        this.source = source;
        this.number = number;
        this.timeNanos = timeNanos;
        this.firstTimeNanos = firstTimeNanos;
        this.document = document;
    }

    public Source source() {
        return source;
    }

    public long number() {
        return number;
    }

    public long timeNanos() {
        return timeNanos;
    }

    long firstTimeNanos() {
        return firstTimeNanos;
    }

    public Node document() {
        return document;
    }

    /// What was kept in a place, null if nothing was yet.
    ///
    /// @param asking whose places they are; those of others are forgotten
    Object kept(JsonReaders asking, int place) {
        return asking == readers && place < kept.length ? kept[place] : null;
    }

    void keep(JsonReaders asking, int place, Object value) {
        if (asking != readers) {
            readers = asking;
            kept = new Object[asking.places()];
        } else if (place >= kept.length) {
            kept = Arrays.copyOf(kept, asking.places());
        }
        kept[place] = value;
    }
}
