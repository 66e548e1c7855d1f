// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Quantifier;
import io.gatehouse.schemas.field.FieldType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// What each operator means, for one value that is there. The one place: whoever matches conditions makes
/// its tests here.
///
/// A test is made once, from operator, operand and the subject's type, and asked for every event. For a
/// subject with several values, [Condition.Check#every] says how many of them must pass.
public final class Tests {
    private Tests() {}

    /// For a subject whose type is text; the operand is a constant.
    public static TextTest text(FieldType type, Operator operator, Operand operand) {
        return switch (operand) {
            case Operand.None() -> _ -> true;
            case Operand.Text(var wanted) -> text(operator, wanted);
            case Operand.Texts(var wanted) -> operator == Operator.PMATCH ? Paths.of(wanted) : wanted::contains;
            case Operand.Net net ->
                operator == Operator.NOT_EQUAL ? value -> !Nets.within(value, net) : value -> Nets.within(value, net);
            case Operand.Nets(var nets) -> withinOne(nets.toArray(Operand.Net[]::new));
            case Operand.Quantified(var quantifier, var operands) ->
                quantified(
                        quantifier,
                        operands.stream()
                                .map(each -> text(type, operator, each))
                                .toList());
            case Operand.Number _, Operand.Numbers _, Operand.Of _ ->
                throw new IllegalArgumentException("no test of text: " + operator + " " + operand);
        };
    }

    private static TextTest text(Operator operator, String wanted) {
        return switch (operator) {
            case GLOB -> Glob.of(wanted);
            case IGLOB -> Glob.foldingCase(wanted);
            case REGEX -> Regex.of(wanted);
            case ICONTAINS -> {
                var folded = Transforms.lowerCase(wanted);
                yield value -> Transforms.lowerCase(value).contains(folded);
            }
            default -> value -> holds(operator, value, wanted);
        };
    }

    /// Compares two values that are read from the event.
    public static boolean holds(Operator operator, String left, String right) {
        return switch (operator) {
            case EQUAL, IN, INTERSECTS -> left.equals(right);
            case NOT_EQUAL -> !left.equals(right);
            // Chars are bytes, so this is the order of bytes.
            case LESS -> left.compareTo(right) < 0;
            case LESS_OR_EQUAL -> left.compareTo(right) <= 0;
            case GREATER -> left.compareTo(right) > 0;
            case GREATER_OR_EQUAL -> left.compareTo(right) >= 0;
            case CONTAINS, BCONTAINS -> left.contains(right);
            case STARTSWITH, BSTARTSWITH -> left.startsWith(right);
            case ENDSWITH -> left.endsWith(right);
            case ICONTAINS, GLOB, IGLOB, REGEX -> text(operator, right).test(left);
            case EXISTS, PMATCH -> throw new IllegalArgumentException(operator + " compares no two texts");
        };
    }

    /// For a subject whose type is a number; the operand is a constant.
    public static NumberTest number(FieldType type, Operator operator, Operand operand) {
        return switch (operand) {
            case Operand.None() -> _ -> true;
            case Operand.Number(long wanted) -> value -> holds(type, operator, value, wanted);
            case Operand.Numbers(var wanted) ->
                type == FieldType.DOUBLE
                        ? value -> wanted.stream().anyMatch(one -> holds(type, Operator.EQUAL, value, one))
                        : in(wanted);
            case Operand.Quantified(var quantifier, var operands) -> {
                var tests = operands.stream()
                        .map(each -> number(type, operator, each))
                        .toList();
                yield value -> enough(quantifier, tests.size(), (int)
                        tests.stream().filter(test -> test.test(value)).count());
            }
            case Operand.Text _, Operand.Texts _, Operand.Net _, Operand.Nets _, Operand.Of _ ->
                throw new IllegalArgumentException("no test of numbers: " + operator + " " + operand);
        };
    }

    /// Compares two values that are read from the event.
    public static boolean holds(FieldType type, Operator operator, long left, long right) {
        return switch (operator) {
            case EQUAL, IN, INTERSECTS -> same(type, left, right);
            case NOT_EQUAL -> !same(type, left, right);
            case LESS -> below(type, left, right);
            case LESS_OR_EQUAL -> below(type, left, right) || same(type, left, right);
            case GREATER -> below(type, right, left);
            case GREATER_OR_EQUAL -> below(type, right, left) || same(type, left, right);
            default -> throw new IllegalArgumentException(operator + " compares no two numbers");
        };
    }

    private static boolean same(FieldType type, long left, long right) {
        return type == FieldType.DOUBLE
                ? Double.longBitsToDouble(left) == Double.longBitsToDouble(right)
                : left == right;
    }

    private static boolean below(FieldType type, long left, long right) {
        return switch (type) {
            case DOUBLE -> Double.longBitsToDouble(left) < Double.longBitsToDouble(right);
            case UINT32, UINT64, PORT, RELTIME, ABSTIME -> Long.compareUnsigned(left, right) < 0;
            default -> left < right;
        };
    }

    private static TextTest withinOne(Operand.Net[] nets) {
        return value -> {
            for (var net : nets) {
                if (Nets.within(value, net)) {
                    return true;
                }
            }
            return false;
        };
    }

    /// One of some numbers; asked of every event, so that nothing may be boxed.
    private static NumberTest in(Set<Long> numbers) {
        var sorted = numbers.stream().mapToLong(Long::longValue).sorted().toArray();
        return value -> Arrays.binarySearch(sorted, value) >= 0;
    }

    private static TextTest quantified(Quantifier quantifier, List<TextTest> list) {
        var tests = list.toArray(TextTest[]::new);
        return value -> {
            int fitting = 0;
            for (var test : tests) {
                fitting += test.test(value) ? 1 : 0;
            }
            return enough(quantifier, tests.length, fitting);
        };
    }

    /// Of nothing to fit, nothing fits.
    private static boolean enough(Quantifier quantifier, int asked, int fitting) {
        return switch (quantifier) {
            case ONEOF -> fitting == 1;
            case ANYOF -> fitting > 0;
            case ALLOF -> asked > 0 && fitting == asked;
        };
    }
}
