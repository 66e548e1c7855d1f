// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.event;

import java.nio.charset.StandardCharsets;

/// Text as bytes, one char each; see the package.
public final class ByteText {
    private ByteText() {}

    /// From the text of a rule or a JSON document: its UTF-8 bytes.
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            }
        }
        return text;
    }

    /// For people: decoded as UTF-8; what is not UTF-8 becomes U+FFFD.
    public static String readable(String bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            if (bytes.charAt(i) >= 0x80) {
                return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            }
        }
        return bytes;
    }
}
