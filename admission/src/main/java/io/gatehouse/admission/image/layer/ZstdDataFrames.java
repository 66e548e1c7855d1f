// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// A zstd stream without its skippable frames, in which `zstd:chunked` keeps a table of contents and which our
/// decompressor does not know. Follows RFC 8878 from frame to frame and block to block and looks at no data.
final class ZstdDataFrames extends InputStream {
    static final int DATA = 0xfd2fb528;

    private static final int SKIPPABLE = 0x184d2a50;
    private static final int CHECKSUM_BYTES = 4;
    private static final int RLE = 1;
    private static final int[] CONTENT_SIZE_BYTES = {0, 2, 4, 8};
    private static final int[] DICTIONARY_BYTES = {0, 1, 2, 4};

    private final InputStream in;
    /// Headers that were read and are still to be handed on.
    private final byte[] header = new byte[32];
    private int headerAt;
    private int headerEnd;
    /// Bytes to hand on as they are before the next header.
    private long through;
    private boolean inFrame;
    private boolean lastBlock;
    private boolean checksum;

    ZstdDataFrames(InputStream in) {
        this.in = in;
    }

    static boolean isSkippable(int magic) {
        return (magic & 0xFFFFFFF0) == SKIPPABLE;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (headerAt == headerEnd && through == 0) {
            if (!next()) {
                return -1;
            }
        }
        if (headerAt < headerEnd) {
            int count = Math.min(length, headerEnd - headerAt);
            System.arraycopy(header, headerAt, bytes, offset, count);
            headerAt += count;
            return count;
        }
        int got = in.read(bytes, offset, (int) Math.min(length, through));
        if (got < 0) {
            throw new EOFException("the zstd stream ends inside a block");
        }
        through -= got;
        return got;
    }

    /// Reads the next header and what it says about the bytes behind it; false at the end of the stream.
    private boolean next() throws IOException {
        headerAt = 0;
        headerEnd = 0;
        if (!inFrame) {
            return frame();
        }
        if (lastBlock) {
            inFrame = false;
            through = checksum ? CHECKSUM_BYTES : 0;
            return true;
        }
        int block = (int) take(3);
        lastBlock = (block & 1) != 0;
        through = (block >> 1 & 3) == RLE ? 1 : block >> 3;
        return true;
    }

    private boolean frame() throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        header[headerEnd++] = (byte) first;
        int magic = first | (int) take(3) << 8;
        if (isSkippable(magic)) {
            in.skipNBytes(take(4));
            headerEnd = 0;
            return true;
        }
        if (magic != DATA) {
            through = Long.MAX_VALUE; // the decompressor says what is wrong with it
            return true;
        }
        int descriptor = (int) take(1);
        boolean single = (descriptor & 0x20) != 0;
        int sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6];
        if (single && sizeBytes == 0) {
            sizeBytes = 1;
        }
        take((single ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3] + sizeBytes);
        inFrame = true;
        lastBlock = false;
        checksum = (descriptor & 4) != 0;
        return true;
    }

    /// Little-endian, and kept to be handed on. Of more than eight bytes the value means nothing.
    private long take(int count) throws IOException {
        if (in.readNBytes(header, headerEnd, count) < count) {
            throw new EOFException("the zstd stream ends inside a header");
        }
        long value = 0;
        for (int i = 0; i < Math.min(count, 8); i++) {
            value |= (header[headerEnd + i] & 0xFFL) << 8 * i;
        }
        headerEnd += count;
        return value;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
