// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import java.nio.charset.StandardCharsets;

/// A path as records have it: its parts from the last to the first, each with its NUL; no part for the root.
final class Names {
    /// The kernel's side goes up 256 steps, mount points among them, and writes 4,096 bytes and one name.
    private static final int DEEP = 192;

    private static final int LONG = 3_840;

    /// Stands for a path that is too long to be told, as it does where paths are joined.
    static final String TOO_LONG = "/DIR_TOO_LONG/FILENAME_TOO_LONG";

    private Names() {}

    /// Whether they are the path.
    static boolean say(byte[] bytes, int from, int length, String path) {
        if (length == 0) {
            return path.equals("/");
        }
        return path.length() == length && fits(bytes, from, length, path);
    }

    /// Whether they are the path without the slash at its end.
    static boolean sayDirectory(byte[] bytes, int from, int length, String path) {
        int size = path.length();
        return size == length + 1 && path.charAt(size - 1) == '/' && fits(bytes, from, length, path);
    }

    private static boolean fits(byte[] bytes, int from, int length, String path) {
        int end = from + length;
        int to = length; // where the part ends in the path
        int at = from;
        while (at < end) {
            int partEnd = at;
            while (partEnd < end && bytes[partEnd] != 0) {
                partEnd++;
            }
            int start = to - (partEnd - at);
            if (start < 1 || path.charAt(start - 1) != '/') {
                return false;
            }
            for (int i = at; i < partEnd; i++) {
                if ((bytes[i] & 0xff) != path.charAt(start + i - at)) {
                    return false;
                }
            }
            to = start - 1;
            at = partEnd + 1;
        }
        return to == 0;
    }

    /// The path, from its root.
    static String path(byte[] bytes, int from, int length) {
        if (length == 0) {
            return "/";
        }
        var path = new byte[length];
        int end = from + length;
        int to = length;
        int at = from;
        while (at < end) {
            int partEnd = at;
            while (partEnd < end && bytes[partEnd] != 0) {
                partEnd++;
            }
            int size = partEnd - at;
            if (to < size + 1) {
                break; // the last part has no NUL: cut
            }
            to -= size;
            System.arraycopy(bytes, at, path, to, size);
            path[--to] = '/';
            at = partEnd + 1;
        }
        return new String(path, to, length - to, StandardCharsets.ISO_8859_1);
    }

    /// Whether a walk that was cut could have been this one: it is as long as one may be, or as deep.
    static boolean areLong(byte[] bytes, int from, int length) {
        int parts = 0;
        for (int i = from; i < from + length; i++) {
            if (bytes[i] == 0) {
                parts++;
            }
        }
        return parts >= DEEP || length >= LONG;
    }

    /// Whether they end as they should.
    static boolean areWhole(byte[] bytes, int from, int length) {
        return length == 0 || bytes[from + length - 1] == 0;
    }
}
