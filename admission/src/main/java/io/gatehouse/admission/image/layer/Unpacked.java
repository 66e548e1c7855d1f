// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import io.gatehouse.admission.image.source.Digest;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// A layer as a tar stream, whatever it is packed with: told by its first bytes, as runtimes do, not by its media type.
/// What comes out is counted against the image's allowance and hashed.
final class Unpacked extends InputStream {
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final int GZIP = 0x8b1f;

    /// What may still come out of all layers of an image. One thread's.
    static final class Allowance {
        private final long bytes;
        private long left;

        Allowance(long bytes) {
            this.bytes = bytes;
            this.left = bytes;
        }

        void take(int count) throws ImageFailure {
            left -= count;
            if (left < 0) {
                throw new ImageFailure(Kind.TOO_LARGE, "the layers unpack to more than " + bytes + " bytes");
            }
        }
    }

    private final InputStream packed;
    private final Allowance allowance;
    private final MessageDigest computation = Digest.sha256();
    private final InputStream in;

    Unpacked(InputStream blob, Allowance allowance) throws IOException {
        this.packed = new BufferedInputStream(blob, BUFFER_BYTES);
        this.allowance = allowance;
        try {
            this.in = opened(packed);
        } catch (ZipException | EOFException e) {
            throw unreadable(e);
        }
    }

    private static InputStream opened(InputStream packed) throws IOException {
        packed.mark(4);
        var head = packed.readNBytes(4);
        packed.reset();
        int word = 0;
        for (int i = 0; i < head.length; i++) {
            word |= (head[i] & 0xFF) << 8 * i;
        }
        if ((word & 0xFFFF) == GZIP) {
            return new GZIPInputStream(packed, BUFFER_BYTES);
        }
        if (word == ZstdDataFrames.DATA || ZstdDataFrames.isSkippable(word)) {
            return new ZstdInputStream(new ZstdDataFrames(packed));
        }
        return packed;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int got;
        try {
            got = in.read(bytes, offset, length);
        } catch (ImageFailure e) {
            throw e;
        } catch (ZipException | EOFException | MalformedInputException e) {
            throw unreadable(e);
        }
        if (got > 0) {
            allowance.take(got);
            computation.update(bytes, offset, got);
        }
        return got;
    }

    private static ImageFailure unreadable(Exception e) {
        return new ImageFailure(Kind.MALFORMED, "a layer cannot be unpacked: " + e.getMessage(), e);
    }

    /// Reads what is left, so that the blob below is read to its end too, and says what came out.
    Digest finish() throws IOException {
        var rest = new byte[BUFFER_BYTES];
        while (read(rest, 0, rest.length) >= 0) { // counted and hashed
        }
        while (packed.read(rest, 0, rest.length) >= 0) { // what stands behind the packed data
        }
        return Digest.finish(computation);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
