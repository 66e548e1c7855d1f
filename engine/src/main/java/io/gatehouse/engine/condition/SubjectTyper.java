// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.FieldType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Types fields and what transformers make of them.
final class SubjectTyper {
    private final FieldNames fields;

    SubjectTyper(FieldNames fields) {
        this.fields = fields;
    }

    Optional<Subject> type(Term term, List<Diagnostic> diagnostics) {
        return switch (term) {
            case Term.FieldUse use -> fields.find(use, diagnostics);
            case Term.Literal(var text, var _, var _) -> Optional.of(new Subject.Constant(text));
            case Term.Group(var terms, var _) -> group(terms, diagnostics);
            case Term.Call call -> call(call, diagnostics);
            case Term.Items _, Term.Nothing _ ->
                throw new IllegalArgumentException("no subject, by the grammar: " + ConditionPrinter.print(term));
        };
    }

    /// A field that is compared in a way of its own, and so stands alone on its side.
    static boolean standsAlone(Field field) {
        return field.shape() == Shape.ANY
                || field.type() == FieldType.IPNET
                || switch (field.name()) {
                    case "evt.rawarg",
                            "evt.around",
                            "proc.aenv",
                            "fd.cip.name",
                            "fd.sip.name",
                            "fd.lip.name",
                            "fd.rip.name" -> true;
                    default -> false;
                };
    }

    private Optional<Subject> group(List<Term> terms, List<Diagnostic> diagnostics) {
        var subjects = all(terms, diagnostics);
        if (subjects.size() < terms.size()) {
            return Optional.empty();
        }
        boolean fits = true;
        for (int i = 0; i < terms.size(); i++) {
            var type = subjects.get(i).type();
            if (type == FieldType.IPADDR
                    || type == FieldType.IPNET
                    || type == FieldType.BYTEBUF
                    || type == FieldType.DYNAMIC) {
                diagnostics.add(Code.TRANSFORMER_MISUSED.at(
                        terms.get(i).span(),
                        "a list of texts cannot hold " + Operators.kind(type, Shape.ONE),
                        "use texts and numbers"));
                fits = false;
            }
        }
        return fits ? Optional.of(new Subject.Group(subjects)) : Optional.empty();
    }

    private List<Subject> all(List<Term> terms, List<Diagnostic> diagnostics) {
        var subjects = new ArrayList<Subject>();
        for (var term : terms) {
            var subject = type(term, diagnostics);
            if (subject.isPresent() && subject.get() instanceof Subject.Read(var field, var _) && standsAlone(field)) {
                diagnostics.add(Code.TRANSFORMER_MISUSED.at(
                        term.span(), "'" + field.name() + "' cannot be transformed", "use another field"));
            } else {
                subject.ifPresent(subjects::add);
            }
        }
        return subjects;
    }

    private Optional<Subject> call(Term.Call call, List<Diagnostic> diagnostics) {
        var transformer = Arrays.stream(Transformer.values())
                .filter(each -> each.word().equals(call.transformer()))
                .findFirst()
                .orElseThrow();
        if (transformer == Transformer.VAL) {
            return fields.find((Term.FieldUse) call.arguments().getFirst(), diagnostics);
        }
        var arguments = all(call.arguments(), diagnostics);
        if (arguments.size() < call.arguments().size()) {
            return Optional.empty();
        }
        if (call.argument().isPresent() && transformer != Transformer.GETOPT) {
            diagnostics.add(
                    misused(call, "'" + transformer.word() + "' takes no argument in brackets", "remove the brackets"));
            return Optional.empty();
        }
        return switch (transformer) {
            case TOUPPER, TOLOWER, BASENAME -> ofOne(call, transformer, arguments, diagnostics, FieldType.CHARBUF);
            case B64 -> ofOne(call, transformer, arguments, diagnostics, FieldType.CHARBUF, FieldType.BYTEBUF);
            case LEN -> length(call, arguments, diagnostics);
            case CONCAT -> concat(call, arguments, diagnostics);
            case JOIN -> join(call, arguments, diagnostics);
            case GETOPT -> options(call, arguments, diagnostics);
            case VAL -> throw new IllegalStateException("handled above");
        };
    }

    /// What takes one value, or each of a list, and gives one of the same type.
    private static Optional<Subject> ofOne(
            Term.Call call,
            Transformer transformer,
            List<Subject> arguments,
            List<Diagnostic> diagnostics,
            FieldType... types) {
        if (arguments.size() != 1
                || !List.of(types).contains(arguments.getFirst().type())) {
            diagnostics.add(wrongArguments(call, arguments, "one text" + (types.length > 1 ? " or buffer" : "")));
            return Optional.empty();
        }
        var argument = arguments.getFirst();
        return Optional.of(new Subject.Apply(transformer, arguments, argument.type(), argument.shape()));
    }

    private static Optional<Subject> length(Term.Call call, List<Subject> arguments, List<Diagnostic> diagnostics) {
        if (arguments.size() != 1 || !hasLength(arguments.getFirst())) {
            diagnostics.add(wrongArguments(call, arguments, "one text, buffer or list"));
            return Optional.empty();
        }
        return Optional.of(new Subject.Apply(Transformer.LEN, arguments, FieldType.UINT64, Shape.ONE));
    }

    private static boolean hasLength(Subject subject) {
        return subject.shape() == Shape.LIST
                || subject.type() == FieldType.CHARBUF
                || subject.type() == FieldType.BYTEBUF;
    }

    private static Optional<Subject> concat(Term.Call call, List<Subject> arguments, List<Diagnostic> diagnostics) {
        if (arguments.size() < 2 || !arguments.stream().allMatch(SubjectTyper::isText)) {
            diagnostics.add(wrongArguments(call, arguments, "two texts or more"));
            return Optional.empty();
        }
        return Optional.of(new Subject.Apply(Transformer.CONCAT, arguments, FieldType.CHARBUF, Shape.ONE));
    }

    private static Optional<Subject> join(Term.Call call, List<Subject> arguments, List<Diagnostic> diagnostics) {
        if (arguments.size() != 2 || !isText(arguments.getFirst()) || !isTexts(arguments.getLast())) {
            diagnostics.add(wrongArguments(call, arguments, "a separator and a list of texts"));
            return Optional.empty();
        }
        return Optional.of(new Subject.Apply(Transformer.JOIN, arguments, FieldType.CHARBUF, Shape.ONE));
    }

    private static Optional<Subject> options(Term.Call call, List<Subject> arguments, List<Diagnostic> diagnostics) {
        if (arguments.size() != 2 || !isTexts(arguments.getFirst()) || !isText(arguments.getLast())) {
            diagnostics.add(
                    wrongArguments(call, arguments, "a list of texts and the letters of the options, as in 'nt:'"));
            return Optional.empty();
        }
        if (call.argument().isEmpty()) {
            return Optional.of(new Subject.Apply(Transformer.GETOPT, arguments, FieldType.CHARBUF, Shape.LIST));
        }
        var option = call.argument().get();
        if (option.length() != 1) {
            diagnostics.add(misused(call, "'getopt' takes one letter in brackets", "write the letter of one option"));
            return Optional.empty();
        }
        var all = new ArrayList<>(arguments);
        all.add(new Subject.Constant(option));
        return Optional.of(new Subject.Apply(Transformer.GETOPT, all, FieldType.CHARBUF, Shape.ONE));
    }

    private static boolean isText(Subject subject) {
        return subject.type() == FieldType.CHARBUF && subject.shape() == Shape.ONE;
    }

    private static boolean isTexts(Subject subject) {
        return subject.type() == FieldType.CHARBUF && subject.shape() == Shape.LIST;
    }

    private static Diagnostic wrongArguments(Term.Call call, List<Subject> arguments, String wanted) {
        var given = arguments.stream()
                .map(argument -> Operators.kind(argument.type(), argument.shape()))
                .toList();
        return misused(
                call,
                "'" + call.transformer() + "' takes " + wanted + ", and is given " + String.join(", ", given),
                "give it " + wanted);
    }

    private static Diagnostic misused(Term.Call call, String message, String fix) {
        return Code.TRANSFORMER_MISUSED.at(call.span(), message, fix);
    }
}
