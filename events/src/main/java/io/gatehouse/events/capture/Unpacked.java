// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/// A stream with its packing taken away, if it has one: gzip or zstd, told by the first bytes.
///
/// At a fault, all that gzip can give was given; the zstd unpacker keeps up to a window (8 MB at most) to
/// itself until later bytes push it out or the end comes, and that is lost.
final class Unpacked {
    private static final int BUFFER = 1 << 16;
    /// An unpacker that meets a fault gives nothing of what it was asked for at once.
    private static final int ASKED_AT_ONCE = 1 << 12;

    private static final int[] GZIP = {0x1f, 0x8b};
    private static final int[] ZSTD = {0x28, 0xb5, 0x2f, 0xfd};

    /// The packing is damaged or ends early.
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private Unpacked() {}

    static InputStream of(InputStream raw) throws IOException {
        var source = new Source(raw);
        var in = new BufferedInputStream(source, BUFFER);
        if (startsWith(in, GZIP)) {
            return new Packed(opened(in, source), source);
        }
        if (startsWith(in, ZSTD)) {
            return new Packed(new ZstdInputStream(in), source);
        }
        return in;
    }

    private static InputStream opened(InputStream in, Source source) throws IOException {
        try {
            return new GZIPInputStream(in, BUFFER);
        } catch (IOException e) {
            throw source.failed ? e : broken(e);
        }
    }

    private static Broken broken(Exception cause) {
        return new Broken("the packing is damaged or ends early: " + cause.getMessage(), cause);
    }

    private static boolean startsWith(BufferedInputStream in, int[] magic) throws IOException {
        in.mark(magic.length);
        try {
            for (int wanted : magic) {
                if (in.read() != wanted) {
                    return false;
                }
            }
            return true;
        } finally {
            in.reset();
        }
    }

    /// Remembers whether reading failed below the packing, which is no fault of the packing.
    private static final class Source extends FilterInputStream {
        private boolean failed;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }
    }

    /// Names a fault of the packing as one, whatever the unpacker throws.
    private static final class Packed extends FilterInputStream {
        private final Source source;

        Packed(InputStream in, Source source) {
            super(in);
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, Math.min(length, ASKED_AT_ONCE));
            } catch (IOException e) {
                throw source.failed ? e : broken(e);
            } catch (RuntimeException e) { // the zstd unpacker's own kinds
                throw broken(e);
            }
        }
    }
}
