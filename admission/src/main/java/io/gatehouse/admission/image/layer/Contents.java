// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Recognises programs by what stands in them while their bytes go by: a shell knows the names of its builtins, a
/// multi-call binary those of its applets, whatever the file is called. Such tables are texts between zero bytes, so
/// only those are looked at; nothing of the file is kept. No hashes: a rebuilt busybox is a busybox.
///
/// Not recognised: programs whose texts are not zero-terminated, as Go's are, and those that are encrypted or that make
/// their texts when they run; a common packer is told by its mark. One thread's, for one file after another.
final class Contents {
    /// What a shell cannot do without. A program that has most of these as words of their own takes commands.
    private static final String BUILTINS = "alias bg break cd continue eval exec exit export fg getopts hash jobs kill"
            + " local pwd read readonly return set shift test times trap type ulimit umask unalias unset wait";

    private static final String APPLETS =
            "[[ adduser arping basename bunzip2 bzcat cal chgrp chmod chown chroot cksum clear cmp comm cp cut date dd df"
                    + " diff dirname dmesg du egrep env expand expr fgrep find fold free getty grep gunzip gzip head"
                    + " hexdump hostid hostname httpd id ifconfig install killall less ln logger login logname losetup ls"
                    + " lsmod md5sum mkdir mkfifo mknod mktemp more mount mv nc netstat nice nohup nslookup od passwd"
                    + " patch pgrep pidof ping pkill printenv printf ps readlink realpath reset rm rmdir route sed seq"
                    + " sha1sum sha256sum sleep sort split stat strings stty su sum sync tac tail tar tee telnet tftp top"
                    + " touch tr traceroute truncate tty umount uname uniq unlink unzip uptime usleep uudecode uuencode vi"
                    + " watch wc wget which who whoami xargs yes zcat";

    /// What a shell keeps about itself. Large programs hold some of the other words; these tell a shell from them.
    private static final String VARIABLES = "PS1 PS2 PS4 IFS OPTIND CDPATH MAILPATH PPID";

    private static final int ENOUGH_BUILTINS = 9;
    private static final int ENOUGH_VARIABLES = 4;
    private static final int ENOUGH_APPLETS = 30;
    /// Words count together where they stand no farther apart: a table, not a large program's texts.
    private static final int NEAR_BYTES = 32 * 1024;
    private static final int LONGEST = 24;

    private enum Group {
        BUILTIN,
        APPLET,
        VARIABLE
    }

    private record Word(Group group, int index) {}

    private static final Map<Long, Word> WORDS = new HashMap<>();
    private static final int[] COUNTS = {
        words(Group.BUILTIN, BUILTINS), words(Group.APPLET, APPLETS), words(Group.VARIABLE, VARIABLES)
    };

    private static int words(Group group, String words) {
        int count = 0;
        for (var word : words.split(" ")) {
            if (WORDS.putIfAbsent(hash(word), new Word(group, count)) == null) {
                count++;
            }
        }
        return count;
    }

    enum Shape {
        ELF,
        SCRIPT,
        OTHER
    }

    /// @param builtins of a shell that stand near each other in it
    /// @param variables of a shell likewise
    /// @param applets of a multi-call binary
    record Seen(Shape shape, boolean packed, int builtins, int variables, int applets, boolean busybox) {
        static final Seen NOTHING = new Seen(Shape.OTHER, false, 0, 0, 0, false);

        boolean isShell() {
            return builtins >= ENOUGH_BUILTINS && variables >= ENOUGH_VARIABLES;
        }

        boolean isMultiCall() {
            return applets >= ENOUGH_APPLETS || busybox;
        }
    }

    private final byte[] head = new byte[4096];
    /// Where each word stood last, from 1; 0 where it did not.
    private final long[][] last = {new long[COUNTS[0]], new long[COUNTS[1]], new long[COUNTS[2]]};
    private final int[] most = new int[COUNTS.length];
    private final byte[] word = new byte[LONGEST];
    private int headBytes;
    private int wordBytes;
    private long position;
    private boolean busybox;
    private boolean all;

    /// @param all scan whatever the first bytes say
    void begin(boolean all) {
        this.all = all;
        headBytes = 0;
        wordBytes = 0;
        busybox = false;
        position = 1;
        Arrays.fill(most, 0);
        for (var group : last) {
            Arrays.fill(group, 0);
        }
    }

    /// Whether there is anything more to be learned from this file.
    boolean wantsMore() {
        return headBytes < 4 || all || shape() == Shape.ELF;
    }

    void bytes(byte[] bytes, int count) {
        if (headBytes < head.length) {
            int more = Math.min(count, head.length - headBytes);
            System.arraycopy(bytes, 0, head, headBytes, more);
            headBytes += more;
        }
        if (wantsMore()) {
            scan(bytes, count);
        }
    }

    /// A text counts from the byte behind the zero before it; one that is too long is followed to its end and no word.
    private void scan(byte[] bytes, int count) {
        int length = wordBytes;
        for (int i = 0; i < count; i++) {
            byte b = bytes[i];
            if (b == 0) {
                if (length > 0) {
                    if (length <= LONGEST) {
                        word(length, position + i);
                    } else {
                        text();
                    }
                    length = 0;
                }
            } else {
                if (length < LONGEST) {
                    word[length] = b;
                }
                length = length > LONGEST ? length : length + 1;
            }
        }
        wordBytes = length;
        position += count;
    }

    private void word(int length, long at) {
        long hash = 1;
        int name = 0;
        for (; name < length; name++) {
            byte b = word[name];
            if (b == '=') { // a variable with its first value
                break;
            }
            if (b < '0' || b > 'z') {
                if (length > 9) {
                    text();
                }
                return;
            }
            hash = hash * 131 + b;
        }
        var known = name < 2 ? null : WORDS.get(hash);
        if (known != null && (name == length || known.group() == Group.VARIABLE)) {
            int group = known.group().ordinal();
            last[group][known.index()] = at;
            most[group] = Math.max(most[group], near(last[group], at));
        }
    }

    private static int near(long[] places, long at) {
        int near = 0;
        for (long place : places) {
            near += place > 0 && place > at - NEAR_BYTES ? 1 : 0;
        }
        return near;
    }

    private void text() {
        busybox |= starts("BusyBox v") || starts("BusyBox is ") || starts("Toybox ") || starts("toybox ");
    }

    private boolean starts(String prefix) {
        for (int i = 0; i < prefix.length(); i++) {
            if (word[i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static long hash(String word) {
        long hash = 1;
        for (byte b : word.getBytes(StandardCharsets.US_ASCII)) {
            hash = hash * 131 + b;
        }
        return hash;
    }

    private Shape shape() {
        if (headBytes >= 4 && head[0] == 0x7F && head[1] == 'E' && head[2] == 'L' && head[3] == 'F') {
            return Shape.ELF;
        }
        return headBytes >= 2 && head[0] == '#' && head[1] == '!' ? Shape.SCRIPT : Shape.OTHER;
    }

    Seen end() {
        var shape = shape();
        if (shape != Shape.ELF && !all) {
            return shape == Shape.SCRIPT ? new Seen(Shape.SCRIPT, false, 0, 0, 0, false) : Seen.NOTHING;
        }
        return new Seen(shape, packed(), most[0], most[2], most[1], busybox);
    }

    /// UPX leaves its mark behind the program headers, and programs are also packed without being wiped of it.
    private boolean packed() {
        for (int i = 0; i + 4 <= headBytes; i++) {
            if (head[i] == 'U' && head[i + 1] == 'P' && head[i + 2] == 'X' && head[i + 3] == '!') {
                return true;
            }
        }
        return false;
    }
}
