// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Pointer;

/// Reads symbolic links as the bytes they are, one char each: names in a node are in no certain encoding, and the
/// JVM's own is that of its locale. Its memory is its own and used again, so it belongs to one thread.
public final class Links {
    private static final int AT_FDCWD = -100;
    private static final int PATH_MAX = 4096;

    private final Pointer text = Native.zeroed(PATH_MAX);
    private final byte[] bytes = new byte[PATH_MAX];

    /// Empty if it is gone, is no link, or may not be read.
    public String read(String path) {
        long length = Native.c().readlinkat(AT_FDCWD, path, text, PATH_MAX);
        if (length <= 0) {
            return "";
        }
        text.get(0, bytes, 0, (int) length);
        return new String(bytes, 0, (int) length, StandardCharsets.ISO_8859_1);
    }
}
