// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Reads small files of /proc, which have no length before they are read; what is longer than its memory is cut. Text
/// is bytes, one char each. Belongs to one thread.
final class ProcFile {
    private static final int MOST_BYTES = 64 * 1024;

    private final byte[] bytes = new byte[MOST_BYTES];
    private int length;

    /// @return whether it could be read
    boolean read(String path) {
        length = 0;
        try (var in = new FileInputStream(path)) {
            int more = in.read(bytes, 0, MOST_BYTES);
            while (more > 0) {
                length += more;
                more = length < MOST_BYTES ? in.read(bytes, length, MOST_BYTES - length) : 0;
            }
            return true;
        } catch (IOException _) {
            return false; // gone, or not ours to read: whoever asks looks which
        }
    }

    String text() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    int length() {
        return length;
    }
}
