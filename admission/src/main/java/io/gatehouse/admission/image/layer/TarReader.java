// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageFailure.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Entry after entry of a tar stream: V7, ustar, pax and GNU, as container runtimes write and read them.
///
/// What is not understood fails: a guess here could be another one than the runtime's. Names are bytes; each char of a
/// path stands for one.
final class TarReader {
    private static final int BLOCK = 512;
    private static final int MAX_HEADER_BYTES = 1024 * 1024;
    private static final int MAX_EXTENSIONS = 64;
    private static final int MAX_SPARSE_BLOCKS = 4096;

    enum Type {
        FILE,
        HARD_LINK,
        SYMBOLIC_LINK,
        DEVICE,
        DIRECTORY,
        OTHER
    }

    /// @param path as written
    /// @param mode the permission bits with setuid, setgid and sticky
    /// @param size of what follows in the stream
    /// @param link where a link leads, as written
    /// @param sparse holes are left out of what follows, so it is not the file byte for byte
    /// @param capabilities it carries some in its attributes
    record Entry(Type type, String path, int mode, long size, String link, boolean sparse, boolean capabilities) {}

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final Map<String, String> global = new HashMap<>();
    private long left;
    private int padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /// The next entry, its content not yet read. Empty at the end.
    Optional<Entry> next() throws IOException {
        skipContent();
        Map<String, String> local = Map.of();
        String longName = null;
        String longLink = null;
        for (int extensions = 0; extensions < MAX_EXTENSIONS; extensions++) {
            if (!header()) {
                if (extensions > 0) {
                    throw malformed("it ends behind an extended header");
                }
                return Optional.empty();
            }
            char type = (char) (block[156] & 0xFF);
            switch (type) {
                case 'x' -> local = records(extension());
                case 'g' -> global.putAll(records(extension()));
                case 'L' -> longName = text(extension());
                case 'K' -> longLink = text(extension());
                default -> {
                    return Optional.of(entry(type, local, longName, longLink));
                }
            }
        }
        throw malformed("an entry has more than " + MAX_EXTENSIONS + " extended headers");
    }

    /// Some of the current entry's content; -1 at its end.
    int read(byte[] bytes) throws IOException {
        if (left == 0) {
            return -1;
        }
        int got = in.read(bytes, 0, (int) Math.min(bytes.length, left));
        if (got < 0) {
            throw malformed("it ends inside a file");
        }
        left -= got;
        return got;
    }

    private void skipContent() throws IOException {
        try {
            in.skipNBytes(left + padding);
        } catch (EOFException e) {
            throw malformed("it ends inside a file");
        }
        left = 0;
        padding = 0;
    }

    /// False at the end: a block of zeros, or nothing more.
    private boolean header() throws IOException {
        int got = in.readNBytes(block, 0, BLOCK);
        if (got == 0) {
            return false;
        }
        if (got < BLOCK) {
            throw malformed("it ends inside a header");
        }
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xFF;
        }
        if (sum == 8 * ' ') {
            return false;
        }
        if (number(148, 8) != sum) {
            throw malformed("a header's checksum is wrong");
        }
        return true;
    }

    private byte[] extension() throws IOException {
        long size = number(124, 12);
        if (size > MAX_HEADER_BYTES) {
            throw malformed("an extended header has " + size + " bytes");
        }
        var bytes = in.readNBytes((int) size);
        if (bytes.length < size) {
            throw malformed("it ends inside an extended header");
        }
        padding = padding(size);
        skipContent();
        return bytes;
    }

    private Entry entry(char code, Map<String, String> local, String longName, String longLink) throws IOException {
        var name = path(local, longName);
        var link = Optional.ofNullable(attribute(local, "linkpath"))
                .or(() -> Optional.ofNullable(longLink))
                .orElseGet(() -> field(157, 100));
        long size = attribute(local, "size") == null ? number(124, 12) : decimal(attribute(local, "size"));
        int mode = (int) number(100, 8) & 07777;
        boolean sparse = code == 'S' || local.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."));
        if (code == 'S') {
            sparseMap();
        }
        var type = type(code, name);
        boolean hasContent = type == Type.FILE || type == Type.OTHER;
        left = hasContent ? size : 0;
        padding = hasContent ? padding(size) : 0;
        if (name.isEmpty() || name.indexOf('\0') >= 0 || link.indexOf('\0') >= 0) {
            throw malformed("a name is empty or has a zero byte in it");
        }
        boolean capabilities = local.containsKey("SCHILY.xattr.security.capability")
                || local.containsKey("LIBARCHIVE.xattr.security.capability");
        return new Entry(type, name, mode, left, link, sparse, capabilities);
    }

    private static Type type(char code, String name) {
        return switch (code) {
            case '0', '\0', '7', 'S' -> name.endsWith("/") ? Type.DIRECTORY : Type.FILE;
            case '1' -> Type.HARD_LINK;
            case '2' -> Type.SYMBOLIC_LINK;
            case '3', '4' -> Type.DEVICE;
            case '5' -> Type.DIRECTORY;
            default -> Type.OTHER;
        };
    }

    private String path(Map<String, String> local, String longName) {
        for (var key : new String[] {"GNU.sparse.name", "path"}) {
            var written = attribute(local, key);
            if (written != null) {
                return written;
            }
        }
        if (longName != null) {
            return longName;
        }
        var name = field(0, 100);
        boolean ustar = field(257, 6).equals("ustar"); // GNU writes blanks behind it and has no prefix
        var prefix = ustar ? field(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String attribute(Map<String, String> local, String key) {
        var written = local.get(key);
        return written == null ? global.get(key) : written.isEmpty() ? null : written; // empty takes a global one back
    }

    /// Old GNU sparse files: more of the map may follow the header in blocks of its own.
    private void sparseMap() throws IOException {
        boolean more = block[482] != 0;
        var extended = new byte[BLOCK];
        for (int i = 0; more; i++) {
            if (i == MAX_SPARSE_BLOCKS || in.readNBytes(extended, 0, BLOCK) < BLOCK) {
                throw malformed("the map of a sparse file does not end");
            }
            more = extended[504] != 0;
        }
    }

    /// `length key=value\n`, the length counting itself.
    private static Map<String, String> records(byte[] bytes) throws ImageFailure {
        var records = new HashMap<String, String>();
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int blank = at;
            while (blank < bytes.length && bytes[blank] != ' ' && blank - at < 8) {
                blank++;
            }
            long length = blank < bytes.length && bytes[blank] == ' ' ? decimal(ascii(bytes, at, blank)) : 0;
            int end = (int) (at + length);
            if (length < blank - at + 3 || end > bytes.length || bytes[end - 1] != '\n') {
                throw malformed("an extended header is not made of records");
            }
            var record = ascii(bytes, blank + 1, end - 1);
            int equal = record.indexOf('=');
            if (equal < 1) {
                throw malformed("an extended header has a record without a key");
            }
            records.put(record.substring(0, equal), record.substring(equal + 1));
            at = end;
        }
        return records;
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return ascii(bytes, 0, end);
    }

    private String field(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return ascii(block, offset, end);
    }

    private static String ascii(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static long decimal(String digits) throws ImageFailure {
        if (!digits.matches("[0-9]{1,15}")) {
            throw malformed("a number is written '" + (digits.length() > 20 ? digits.substring(0, 20) : digits) + "'");
        }
        return Long.parseLong(digits);
    }

    /// Octal, or with the first bit set binary.
    private long number(int offset, int length) throws ImageFailure {
        if ((block[offset] & 0x80) != 0) {
            long value = block[offset] & 0x7F;
            for (int i = 1; i < length; i++) {
                if (value >>> 55 != 0) {
                    throw malformed("a number is too large or below zero");
                }
                value = value << 8 | block[offset + i] & 0xFF;
            }
            return value;
        }
        var digits = field(offset, length).strip();
        if (!digits.matches("[0-7]{0,18}")) {
            throw malformed("a header has a number that is not octal");
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static int padding(long size) {
        return (int) (-size & BLOCK - 1);
    }

    private static ImageFailure malformed(String why) {
        return new ImageFailure(Kind.MALFORMED, "a layer is no tar archive that can be read: " + why);
    }
}
