// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.admission.image.source.ImageFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/// The bytes of one blob; ends well only if they were all there and are what the digest says.
final class VerifiedStream extends InputStream {
    private final InputStream in;
    private final Descriptor blob;
    private final MessageDigest computation = Digest.sha256();
    private long left;
    private boolean ended;
    /// Told to every later read again: the JDK's gzip drops a failure that it meets while it looks for another member.
    private IOException failure;

    VerifiedStream(InputStream in, Descriptor blob) {
        this.in = in;
        this.blob = blob;
        this.left = blob.size();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            return ended ? -1 : verified(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private int verified(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            end();
            return -1;
        }
        int got = in.read(bytes, offset, (int) Math.min(length, left));
        if (got < 0) {
            throw new ImageFailure(
                    Kind.UNREACHABLE,
                    blob.digest().brief() + "… ended " + left + " bytes early, of " + blob.size() + " announced");
        }
        computation.update(bytes, offset, got);
        left -= got;
        return got;
    }

    private void end() throws IOException {
        if (in.read() >= 0) {
            throw new ImageFailure(
                    Kind.MALFORMED, blob.digest().brief() + "… has more bytes than the " + blob.size() + " announced");
        }
        var is = Digest.finish(computation);
        if (!is.equals(blob.digest())) {
            throw new ImageFailure(
                    Kind.MALFORMED, "what came for " + blob.digest().brief() + "… is " + is.brief() + "…");
        }
        ended = true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
