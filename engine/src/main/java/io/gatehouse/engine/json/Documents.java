// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.document.JsonReader.Repeated;
import io.gatehouse.engine.document.Reading;
import java.util.Arrays;
import java.util.function.Consumer;

/// The JSON documents of a text: one per line, or one over all lines.
final class Documents {
    private final String name;
    private final Limits limits;

    Documents(String name, Limits limits) {
        this.name = name;
        this.limits = limits;
    }

    Reading one(int line, byte[] bytes) {
        return JsonReader.read(name, line, bytes, limits, Repeated.LAST_HOLDS);
    }

    /// A text whose first line is no document of its own is one document, if it can be read as one.
    void each(byte[] bytes, Consumer<Reading> use) {
        int firstEnd = lineEnd(bytes, 0);
        if (firstEnd < bytes.length
                && !one(1, Arrays.copyOf(bytes, firstEnd)).diagnostics().isEmpty()) {
            var whole = one(1, bytes);
            if (whole.diagnostics().isEmpty()) {
                use.accept(whole);
                return;
            }
        }
        lines(bytes, use);
    }

    private void lines(byte[] bytes, Consumer<Reading> use) {
        int line = 1;
        for (int start = 0; start < bytes.length; line++) {
            int end = lineEnd(bytes, start);
            if (!blank(bytes, start, end)) {
                use.accept(one(line, Arrays.copyOfRange(bytes, start, end)));
            }
            start = end + 1;
        }
    }

    private static int lineEnd(byte[] bytes, int from) {
        int end = from;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    static boolean blank(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }
}
