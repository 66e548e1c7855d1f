// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// A stretch of a stream, so that blocks are read where they lie, without a copy.
///
/// It grows for a block that is longer, but only as its bytes arrive: a length with nothing behind it costs
/// no memory.
final class Window {
    private static final int FIRST_BYTES = 1 << 18;

    private final InputStream in;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int start;
    private int end;

    Window(InputStream in) {
        this.in = in;
    }

    byte[] bytes() {
        return bytes;
    }

    /// Where the next byte lies in [#bytes], until the next [#hold].
    int start() {
        return start;
    }

    int held() {
        return end - start;
    }

    void advance(int length) {
        start += length;
    }

    /// Has so many bytes lie behind [#start].
    ///
    /// @return false if the stream ends before; [#held] says what there is
    boolean hold(int length) throws IOException {
        return end - start >= length || fill(length);
    }

    private boolean fill(int length) throws IOException {
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        while (end < length) {
            if (end == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(2L * bytes.length, Math.max(length, FIRST_BYTES)));
            }
            int got = in.read(bytes, end, bytes.length - end);
            if (got < 0) {
                return false;
            }
            end += got;
        }
        return true;
    }
}
