// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import static io.gatehouse.engine.condition.Operator.BCONTAINS;
import static io.gatehouse.engine.condition.Operator.BSTARTSWITH;
import static io.gatehouse.engine.condition.Operator.CONTAINS;
import static io.gatehouse.engine.condition.Operator.ENDSWITH;
import static io.gatehouse.engine.condition.Operator.EQUAL;
import static io.gatehouse.engine.condition.Operator.EXISTS;
import static io.gatehouse.engine.condition.Operator.GLOB;
import static io.gatehouse.engine.condition.Operator.GREATER;
import static io.gatehouse.engine.condition.Operator.GREATER_OR_EQUAL;
import static io.gatehouse.engine.condition.Operator.ICONTAINS;
import static io.gatehouse.engine.condition.Operator.IGLOB;
import static io.gatehouse.engine.condition.Operator.IN;
import static io.gatehouse.engine.condition.Operator.INTERSECTS;
import static io.gatehouse.engine.condition.Operator.LESS;
import static io.gatehouse.engine.condition.Operator.LESS_OR_EQUAL;
import static io.gatehouse.engine.condition.Operator.NOT_EQUAL;
import static io.gatehouse.engine.condition.Operator.PMATCH;
import static io.gatehouse.engine.condition.Operator.REGEX;
import static io.gatehouse.engine.condition.Operator.STARTSWITH;

import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Which operators a value takes, by its type.
final class Operators {
    private static final Set<Operator> LIST = set(EXISTS, IN, INTERSECTS);
    private static final Set<Operator> SAME = set(EXISTS, EQUAL, NOT_EQUAL, IN, INTERSECTS);
    private static final Set<Operator> ORDERED =
            set(EXISTS, EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, INTERSECTS);
    private static final Set<Operator> TEXT = set(
            EXISTS,
            EQUAL,
            NOT_EQUAL,
            LESS,
            LESS_OR_EQUAL,
            GREATER,
            GREATER_OR_EQUAL,
            CONTAINS,
            ICONTAINS,
            STARTSWITH,
            ENDSWITH,
            GLOB,
            IGLOB,
            REGEX,
            IN,
            INTERSECTS,
            PMATCH);
    private static final Set<Operator> BYTES =
            set(EXISTS, EQUAL, NOT_EQUAL, CONTAINS, BCONTAINS, STARTSWITH, BSTARTSWITH, ENDSWITH, IN, INTERSECTS);

    private Operators() {}

    static Set<Operator> of(FieldType type, Shape shape) {
        if (shape == Shape.LIST) {
            return LIST;
        }
        return switch (type) {
            case CHARBUF -> TEXT;
            case BYTEBUF -> BYTES;
            case BOOL, IPADDR, IPNET -> SAME;
            case INT16, INT32, INT64, UINT32, UINT64, DOUBLE, PORT, RELTIME, ABSTIME -> ORDERED;
            case DYNAMIC -> set(EXISTS);
        };
    }

    static String words(Set<Operator> operators) {
        return operators.stream().map(Operator::word).collect(Collectors.joining(" "));
    }

    /// The type as people call it.
    static String kind(FieldType type, Shape shape) {
        var kind = switch (type) {
            case CHARBUF -> "text";
            case BYTEBUF -> "a buffer";
            case BOOL -> "true or false";
            case IPADDR -> "an address";
            case IPNET -> "an address, compared with networks";
            case PORT -> "a port";
            case RELTIME, ABSTIME -> "a time in nanoseconds";
            case INT16, INT32, INT64, UINT32, UINT64, DOUBLE -> "a number";
            case DYNAMIC -> "of no known type";
        };
        return shape == Shape.LIST ? "a list" + (type == FieldType.CHARBUF ? " of texts" : "") : kind;
    }

    private static Set<Operator> set(Operator first, Operator... more) {
        return Collections.unmodifiableSet(EnumSet.of(first, more));
    }
}
