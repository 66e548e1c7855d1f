// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.FieldType;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Checks in words, for people: close to how they are written, long lists cut.
final class CheckText {
    private static final int MOST_ITEMS = 8;

    private CheckText() {}

    static String of(Check check) {
        var right = of(check.subject().type(), check.operator(), check.operand());
        return of(check.subject()) + " " + check.operator().word() + (right.isEmpty() ? "" : " " + right);
    }

    static String of(Subject subject) {
        return switch (subject) {
            case Subject.Read(var field, var argument) ->
                field.name()
                        + argument.map(text -> "[" + ByteText.readable(text) + "]")
                                .orElse("");
            case Subject.Apply apply -> apply.transformer().word() + joined(apply.arguments());
            case Subject.Group group -> joined(group.subjects());
            case Subject.Constant(var text) -> ByteText.readable(text);
        };
    }

    private static String joined(List<Subject> subjects) {
        return subjects.stream().map(CheckText::of).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String of(FieldType type, Operator operator, Operand operand) {
        return switch (operand) {
            case Operand.None() -> "";
            case Operand.Text(var text) -> text(type, operator, text);
            case Operand.Number(long number) -> number(type, number);
            case Operand.Texts(var texts) ->
                items(
                        texts,
                        texts.stream().map(text -> text(type, operator, text)).sorted());
            case Operand.Numbers(var numbers) ->
                items(numbers, numbers.stream().sorted().map(number -> number(type, number)));
            case Operand.Net net -> net(net);
            case Operand.Nets(var nets) -> items(nets, nets.stream().map(CheckText::net));
            case Operand.Of(var subject) -> "val(" + of(subject) + ")";
            case Operand.Quantified(var quantifier, var operands) ->
                quantifier.name().toLowerCase(Locale.ROOT) + " "
                        + items(operands, operands.stream().map(each -> of(type, operator, each)));
        };
    }

    private static String items(Collection<?> all, Stream<String> texts) {
        var shown = texts.limit(MOST_ITEMS).collect(Collectors.joining(", "));
        return "(" + shown + (all.size() > MOST_ITEMS ? ", and " + (all.size() - MOST_ITEMS) + " more)" : ")");
    }

    private static String text(FieldType type, Operator operator, String text) {
        boolean isBytes = operator == Operator.BCONTAINS || operator == Operator.BSTARTSWITH;
        if (isBytes) {
            return hex(text);
        }
        if (type == FieldType.IPADDR || type == FieldType.IPNET) {
            return address(text);
        }
        var readable = ByteText.readable(text);
        return readable.isEmpty() || readable.contains(" ") ? '"' + readable + '"' : readable;
    }

    private static String net(Operand.Net net) {
        return address(net.address()) + "/" + net.prefix();
    }

    private static String address(String bytes) {
        return bytes.length() == 4
                ? bytes.chars().mapToObj(Integer::toString).collect(Collectors.joining("."))
                : hex(bytes);
    }

    private static String hex(String bytes) {
        var digits = new StringBuilder();
        bytes.chars().forEach(each -> digits.append(HexFormat.of().toHexDigits((byte) each)));
        return digits.toString();
    }

    private static String number(FieldType type, long number) {
        return switch (type) {
            case BOOL -> Boolean.toString(number != 0);
            case DOUBLE -> Double.toString(Double.longBitsToDouble(number));
            case UINT32, UINT64, PORT, RELTIME, ABSTIME -> Long.toUnsignedString(number);
            default -> Long.toString(number);
        };
    }
}
