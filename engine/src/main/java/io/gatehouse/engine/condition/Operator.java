// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

/// How a value is tested. The words are those of the language.
public enum Operator {
    EXISTS("exists"),
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    CONTAINS("contains"),
    ICONTAINS("icontains"),
    BCONTAINS("bcontains"),
    STARTSWITH("startswith"),
    BSTARTSWITH("bstartswith"),
    ENDSWITH("endswith"),
    GLOB("glob"),
    IGLOB("iglob"),
    REGEX("regex"),
    IN("in"),
    INTERSECTS("intersects"),
    PMATCH("pmatch");

    private final String word;

    Operator(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
