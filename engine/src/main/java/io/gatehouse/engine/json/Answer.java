// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.event.ByteText;
import java.util.List;

/// What a field is for one document: a text, several texts, or null for what is missing. Texts are bytes.
@FunctionalInterface
interface Answer {
    Object of(Node document);

    /// A NUL ends a text, as it ends one wherever fields are read.
    static String text(String readable) {
        int end = readable.indexOf('\0');
        return ByteText.of(end < 0 ? readable : readable.substring(0, end));
    }

    static String[] texts(List<String> readable) {
        if (readable == null || readable.isEmpty()) {
            return null;
        }
        var texts = new String[readable.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text(readable.get(i));
        }
        return texts;
    }
}
