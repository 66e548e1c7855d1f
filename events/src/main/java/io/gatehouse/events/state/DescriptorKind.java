// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import java.util.Optional;

/// What a descriptor leads to. Codes are those of capture files.
public enum DescriptorKind {
    UNKNOWN(-1, "<NA>", "o"),
    FILE(1, "file", "f"),
    DIRECTORY(2, "directory", "d"),
    IPV4_SOCKET(3, "ipv4", "4"),
    IPV6_SOCKET(4, "ipv6", "6"),
    /// A socket that is bound or listens.
    IPV4_SERVER(5, "ipv4", "4"),
    IPV6_SERVER(6, "ipv6", "6"),
    PIPE(7, "pipe", "p"),
    UNIX_SOCKET(8, "unix", "u"),
    EVENT(9, "event", "e"),
    UNSUPPORTED(10, "<NA>", "X"),
    SIGNALFD(11, "signalfd", "s"),
    EVENTPOLL(12, "eventpoll", "l"),
    INOTIFY(13, "inotify", "i"),
    TIMERFD(14, "timerfd", "t"),
    NETLINK(15, "netlink", "n"),
    /// A file whose open flags and device are known.
    FILE_V2(16, "file", "f"),
    BPF(17, "bpf", "b"),
    USERFAULTFD(18, "userfaultfd", "u"),
    IO_URING(19, "io_uring", "r"),
    MEMFD(20, "memfd", "m"),
    PIDFD(21, "pidfd", "P");

    private static final DescriptorKind[] BY_CODE = new DescriptorKind[22];

    static {
        for (var kind : values()) {
            if (kind.code >= 0) {
                BY_CODE[kind.code] = kind;
            }
        }
    }

    private final int code;
    private final String word;
    private final String letter;

    DescriptorKind(int code, String word, String letter) {
        this.code = code;
        this.word = word;
        this.letter = letter;
    }

    public static Optional<DescriptorKind> ofCode(int code) {
        return code < 0 || code >= BY_CODE.length ? Optional.empty() : Optional.ofNullable(BY_CODE[code]);
    }

    public int code() {
        return code;
    }

    /// As rules write it (`fd.type`).
    public String word() {
        return word;
    }

    /// One letter (`fd.typechar`).
    public String letter() {
        return letter;
    }

    public boolean isFile() {
        return this == FILE || this == FILE_V2;
    }

    public boolean isInternet() {
        return isConnection() || isServer();
    }

    /// An internet socket with two ends.
    public boolean isConnection() {
        return this == IPV4_SOCKET || this == IPV6_SOCKET;
    }

    /// An internet socket with one end.
    public boolean isServer() {
        return this == IPV4_SERVER || this == IPV6_SERVER;
    }
}
