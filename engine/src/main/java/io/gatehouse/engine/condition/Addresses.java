// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import java.util.Optional;

/// Reads addresses as `inet_pton` does: nothing is looked up, nothing is guessed.
public final class Addresses {
    private static final int WORDS = 8;

    private Addresses() {}

    /// 4 or 16 bytes, one char each.
    public static Optional<String> read(String text) {
        return text.indexOf(':') >= 0 ? six(text) : four(text);
    }

    private static Optional<String> four(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        var bytes = new StringBuilder(4);
        for (var part : parts) {
            boolean digits = part.matches("[0-9]{1,3}") && (part.length() == 1 || part.charAt(0) != '0');
            if (!digits || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            bytes.append((char) Integer.parseInt(part));
        }
        return Optional.of(bytes.toString());
    }

    private static Optional<String> six(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0 || text.length() > 45) {
            return Optional.empty();
        }
        var head = words(gap < 0 ? text : text.substring(0, gap), gap < 0);
        var tail = gap < 0 ? Optional.of("") : words(text.substring(gap + 2), true);
        if (head.isEmpty() || tail.isEmpty()) {
            return Optional.empty();
        }
        int given = head.get().length() + tail.get().length();
        boolean fits = gap < 0 ? given == 2 * WORDS : given < 2 * WORDS;
        return fits ? Optional.of(head.get() + "\0".repeat(2 * WORDS - given) + tail.get()) : Optional.empty();
    }

    /// @param last whether the words end the address, and so may end in one of the older form
    private static Optional<String> words(String text, boolean last) {
        if (text.isEmpty()) {
            return Optional.of("");
        }
        var bytes = new StringBuilder();
        var words = text.split(":", -1);
        for (int i = 0; i < words.length; i++) {
            if (last && i == words.length - 1 && words[i].indexOf('.') >= 0) {
                var four = four(words[i]);
                if (four.isEmpty()) {
                    return four;
                }
                bytes.append(four.get());
            } else if (words[i].matches("[0-9a-fA-F]{1,4}")) {
                int word = Integer.parseInt(words[i], 16);
                bytes.append((char) (word >> 8)).append((char) (word & 0xff));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(bytes.toString());
    }
}
