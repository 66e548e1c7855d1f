// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Lines on standard output. Each is handed over in one write, so that lines of other threads do not come between.
public final class StdoutOutput implements Output {
    private final OutputStream stream;
    private final LineFormat format;

    /// @param stream not closed by this output; standard output is not ours alone
    StdoutOutput(OutputStream stream, LineFormat format) {
        this.stream = stream;
        this.format = format;
    }

    /// Writes past [System#out], which would swallow errors.
    public static StdoutOutput of(LineFormat format) {
        return new StdoutOutput(new FileOutputStream(FileDescriptor.out), format);
    }

    @Override
    public String name() {
        return "stdout";
    }

    @Override
    public void write(Entry entry) throws IOException {
        stream.write(format.bytes(entry));
        stream.flush();
    }

    @Override
    public void close() throws IOException {
        stream.flush();
    }
}
