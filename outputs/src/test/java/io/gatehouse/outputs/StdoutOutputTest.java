// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

final class StdoutOutputTest extends OutputContract {
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private boolean broken;

    @Override
    Output open(LineFormat format) {
        return new StdoutOutput(
                new OutputStream() {
                    @Override
                    public void write(int one) {
                        throw new AssertionError("a line is handed over in one write");
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) throws IOException {
                        if (broken) {
                            throw new IOException("Broken pipe");
                        }
                        arrived.write(bytes, from, length);
                    }
                },
                format);
    }

    @Override
    String arrived() {
        return arrived.toString(StandardCharsets.UTF_8);
    }

    @Override
    void breakDown() {
        broken = true;
    }

    @Override
    void repair() {
        broken = false;
    }
}
