// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// What a socket speaks below the application. Ordinals are the codes of capture files.
public enum Transport {
    UNKNOWN("<NA>"),
    NOT_APPLICABLE("<NA>"),
    TCP("tcp"),
    UDP("udp"),
    ICMP("icmp"),
    RAW("raw");

    private static final Transport[] BY_CODE = values();

    private final String word;

    Transport(String word) {
        this.word = word;
    }

    static Transport ofCode(int code) {
        return code < 0 || code >= BY_CODE.length ? UNKNOWN : BY_CODE[code];
    }

    /// As rules write it (`fd.l4proto`).
    public String word() {
        return word;
    }
}
