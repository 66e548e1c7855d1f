// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A tar archive as a test wants it, wrong ones too.
final class Tar {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Tar file(String path, int mode, byte[] content) {
        return entry('0', path, mode, content, "");
    }

    Tar file(String path, int mode, String content) {
        return file(path, mode, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    Tar directory(String path) {
        return entry('5', path + "/", 0755, new byte[0], "");
    }

    Tar link(String path, String target) {
        return entry('2', path, 0777, new byte[0], target);
    }

    Tar hardLink(String path, String target) {
        return entry('1', path, 0755, new byte[0], target);
    }

    Tar device(String path) {
        return entry('4', path, 0666, new byte[0], "");
    }

    Tar entry(char type, String path, int mode, byte[] content, String link) {
        header(type, path, mode, content.length, link);
        return content(content);
    }

    Tar header(char type, String path, int mode, long size, String link) {
        var header = new byte[BLOCK];
        put(header, 0, path);
        put(header, 100, "%07o".formatted(mode));
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, "%011o".formatted(size));
        put(header, 136, "00000000000");
        header[156] = (byte) type;
        put(header, 157, link);
        put(header, 257, "ustar\00000");
        int sum = 8 * ' ';
        for (byte b : header) {
            sum += b & 0xFF;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        out.writeBytes(header);
        return this;
    }

    Tar content(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & BLOCK - 1]);
        return this;
    }

    /// An extended header before the next entry.
    Tar pax(String... keysAndValues) {
        var records = new StringBuilder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            var rest = " " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n";
            int length = rest.length() + 1;
            while (Integer.toString(length).length() + rest.length() != length) {
                length++;
            }
            records.append(length).append(rest);
        }
        return entry('x', "pax", 0644, records.toString().getBytes(StandardCharsets.ISO_8859_1), "");
    }

    Tar raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] unfinished() {
        return out.toByteArray();
    }

    byte[] bytes() {
        var all = out.toByteArray();
        return Arrays.copyOf(all, all.length + 2 * BLOCK);
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
