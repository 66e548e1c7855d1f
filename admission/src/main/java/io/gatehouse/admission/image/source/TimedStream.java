// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import io.gatehouse.admission.image.source.ImageFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A stream from somebody who may stop sending: a thread of its own closes it when nothing came for too long or it
/// takes too long altogether, which ends a read that waits. The HTTP client has a limit only for the beginning of an
/// answer.
final class TimedStream extends InputStream {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final InputStream in;
    private final String what;
    private final Thread watch;
    private final Duration stall;
    private final long deadlineNanos;
    /// When a read began that has not come back; 0 while nobody reads. Written by the reader, read by the watch.
    private volatile long readingSince;
    /// Why the stream was closed from here, empty while it was not. Written by the watch.
    private volatile String over = "";

    /// @param what for messages
    TimedStream(InputStream in, String what, Duration stall, long deadlineNanos) {
        this.in = in;
        this.what = what;
        this.stall = stall;
        this.deadlineNanos = deadlineNanos;
        this.watch = Thread.ofVirtual().name("gatehouse-image-watch").unstarted(this::watch);
        watch.start();
    }

    private void watch() {
        while (!Thread.interrupted()) {
            long now = System.nanoTime();
            long since = readingSince;
            if (since != 0 && now - since > stall.toNanos()) {
                end("nothing came for " + stall.toSeconds() + " s");
                return;
            }
            if (now - deadlineNanos > 0) {
                end("it took too long");
                return;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void end(String why) {
        over = why;
        try {
            in.close();
        } catch (IOException _) { // the reader is told in any case
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        readingSince = System.nanoTime() | 1;
        try {
            int got = in.read(bytes, offset, length);
            if (got < 0 && !over.isEmpty()) {
                throw late();
            }
            return got;
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException e) {
            if (!over.isEmpty()) {
                throw late();
            }
            throw new ImageFailure(Kind.UNREACHABLE, what + " broke off: " + e.getMessage(), e);
        } finally {
            readingSince = 0;
        }
    }

    private ImageFailure late() {
        return new ImageFailure(Kind.UNREACHABLE, what + " was given up: " + over);
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        in.close();
    }
}
