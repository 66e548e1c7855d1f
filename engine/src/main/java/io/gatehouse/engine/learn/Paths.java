// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import io.gatehouse.schemas.act.RecordedAct;

/// Which paths a policy can write. A container calls its files what it likes.
final class Paths {
    /// As the schema has it.
    private static final int MAX_CHARS = 4095;

    private Paths() {}

    /// Whether a policy can name the object of an act.
    static boolean file(RecordedAct act) {
        return act.pathComplete() && file(act.path());
    }

    static boolean file(String path) {
        return path.length() > 1 && path.length() <= MAX_CHARS && path.startsWith("/") && plain(path);
    }

    private static boolean plain(String path) {
        // U+FFFD stands for bytes that are no UTF-8, so for no one file.
        return path.chars().noneMatch(c -> c < ' ' || c == 0x7f || c == '*' || c == '?' || c == '\uFFFD')
                && !path.endsWith("/")
                && !(path + "/").contains("//")
                && !(path + "/").contains("/./")
                && !(path + "/").contains("/../");
    }

    static String parent(String path) {
        int end = path.lastIndexOf('/');
        return end <= 0 ? "/" : path.substring(0, end);
    }
}
