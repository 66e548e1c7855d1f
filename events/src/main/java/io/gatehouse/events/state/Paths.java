// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// Paths as text: joined and shortened without asking any file system.
public final class Paths {
    /// Longer ones are not joined; the limit and the answer are those of Falco, for rules see them.
    private static final int MOST = 1024;

    private static final String TOO_LONG = "/DIR_TOO_LONG/FILENAME_TOO_LONG";

    private Paths() {}

    /// A path seen from a directory, without `.`, `..`, doubled slashes and a slash at the end. An
    /// absolute path does not need the directory; an empty one stays empty. The directory itself is taken
    /// as it is.
    public static String join(String directory, String path) {
        if (directory.length() + path.length() + 1 > MOST) {
            return TOO_LONG;
        }
        if (isPlain(path)) {
            return path;
        }
        boolean relative = !path.isEmpty() && path.charAt(0) != '/';
        var joined = new StringBuilder(directory.length() + path.length());
        if (relative) {
            joined.append(directory);
        }
        boolean fromNothing = joined.isEmpty();
        int i = 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            boolean atStart = joined.isEmpty() || joined.charAt(joined.length() - 1) == '/';
            if (c == '.' && atStart && isParent(path, i)) {
                dropLast(joined);
                i += 3;
            } else if (c == '.' && atStart && endsPart(path, i + 1)) {
                i += 2;
            } else {
                if (c != '/' || !atStart || joined.isEmpty() && fromNothing) {
                    joined.append(c);
                }
                i++;
            }
        }
        if (joined.length() > 1 && joined.charAt(joined.length() - 1) == '/') {
            joined.setLength(joined.length() - 1);
        }
        return joined.toString();
    }

    /// Whether it is absolute and nothing in it is to be shortened.
    private static boolean isPlain(String path) {
        int length = path.length();
        if (length == 0 || path.charAt(0) != '/' || length > 1 && path.charAt(length - 1) == '/') {
            return false;
        }
        for (int i = 1; i < length; i++) {
            char c = path.charAt(i);
            if ((c == '/' || c == '.') && path.charAt(i - 1) == '/') {
                return false;
            }
        }
        return true;
    }

    private static boolean isParent(String path, int i) {
        return i + 1 < path.length() && path.charAt(i + 1) == '.' && endsPart(path, i + 2);
    }

    private static boolean endsPart(String path, int i) {
        return i >= path.length() || path.charAt(i) == '/';
    }

    private static void dropLast(StringBuilder joined) {
        int length = joined.length();
        if (length <= 1) {
            return;
        }
        length--;
        while (length >= 1 && joined.charAt(length - 1) != '/') {
            length--;
        }
        joined.setLength(length);
    }
}
