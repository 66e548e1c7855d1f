// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

/// A function over values, usable in conditions and in output.
public enum Transformer {
    TOUPPER("toupper"),
    TOLOWER("tolower"),
    B64("b64"),
    BASENAME("basename"),
    LEN("len"),
    JOIN("join"),
    CONCAT("concat"),
    GETOPT("getopt"),
    VAL("val");

    private final String word;

    Transformer(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
