// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Expression.Term.FieldUse;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.Param;
import io.gatehouse.schemas.event.ParamType;
import io.gatehouse.schemas.event.SyscallNames;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import io.gatehouse.schemas.field.FieldType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds the field a name means and checks its argument, for one source.
///
/// Where the argument is a plain word, old rules write it after a dot: `evt.arg.flags` is `evt.arg[flags]`.
final class FieldNames {
    private static final Map<String, ParamType> PARAMETERS = parameters();
    private static final Set<String> EVENT_NAMES = eventNames();

    private final FieldCatalogue catalogue;
    private final Source source;
    private List<String> names = List.of();

    FieldNames(FieldCatalogue catalogue, Source source) {
        this.catalogue = catalogue;
        this.source = source;
    }

    /// Whether a text is a field of this source, with or without an argument.
    boolean isField(String text) {
        int bracket = text.indexOf('[');
        var name = bracket > 0 && text.endsWith("]") ? text.substring(0, bracket) : text;
        return name.indexOf('.') > 0
                && catalogue
                        .byName(name)
                        .filter(field -> field.sources().contains(source))
                        .isPresent();
    }

    /// Whether a name is one of a field, of whatever source; behind a dot anything may be its argument.
    boolean knows(String name) {
        return named(new FieldUse(name, Optional.empty(), null)).isPresent();
    }

    Optional<Subject> find(FieldUse use, List<Diagnostic> diagnostics) {
        var named = named(use);
        if (named.isEmpty()) {
            diagnostics.add(unknown(use));
            return Optional.empty();
        }
        var field = named.get().field();
        var argument = named.get().argument();
        var wrong = wrongSource(field, use).or(() -> wrongArgument(field, argument, use));
        if (wrong.isPresent()) {
            diagnostics.add(wrong.get());
            return Optional.empty();
        }
        field.deprecated()
                .ifPresent(instead -> diagnostics.add(Code.DEPRECATED_FIELD.at(
                        nameSpan(use),
                        "'" + field.name() + "' is deprecated",
                        instead.isBlank() ? "remove the check" : instead)));
        return Optional.of(new Subject.Read(typed(field, argument), argument));
    }

    private record Named(Field field, Optional<String> argument) {}

    private Optional<Named> named(FieldUse use) {
        var whole = catalogue.byName(use.name());
        if (whole.isPresent()) {
            return Optional.of(new Named(whole.get(), use.argument()));
        }
        if (use.argument().isPresent()) {
            return Optional.empty();
        }
        for (int dot = use.name().lastIndexOf('.'); dot > 0; dot = use.name().lastIndexOf('.', dot - 1)) {
            var field = catalogue.byName(use.name().substring(0, dot)).filter(FieldNames::takesWordAfterDot);
            if (field.isPresent()) {
                return Optional.of(new Named(field.get(), Optional.of(use.name().substring(dot + 1))));
            }
        }
        return Optional.empty();
    }

    private static boolean takesWordAfterDot(Field field) {
        return switch (field.name()) {
            case "evt.arg", "evt.rawarg", "evt.type.is", "evt.abspath", "thread.cgroup" -> true;
            default -> false;
        };
    }

    private Diagnostic unknown(FieldUse use) {
        if (names.isEmpty()) {
            names = catalogue.all().stream()
                    .filter(field -> field.sources().contains(source))
                    .map(Field::name)
                    .toList();
        }
        var meant = Spelling.nearest(use.name(), names);
        return Code.NO_SUCH_FIELD.at(
                nameSpan(use),
                "unknown field '" + use.name() + "'",
                (meant == null ? "" : "did you mean '" + meant + "'? ") + Code.NO_SUCH_FIELD.fix());
    }

    private Optional<Diagnostic> wrongSource(Field field, FieldUse use) {
        if (field.sources().contains(source)) {
            return Optional.empty();
        }
        var sources = field.sources().stream()
                .map(other -> "'" + other.name().toLowerCase(Locale.ROOT) + "'")
                .sorted()
                .collect(Collectors.joining(", "));
        return Optional.of(Code.FIELD_OF_OTHER_SOURCE.at(
                nameSpan(use),
                "'" + field.name() + "' is a field of " + sources + ", and the rule is about '"
                        + source.name().toLowerCase(Locale.ROOT) + "' events"));
    }

    private static Optional<Diagnostic> wrongArgument(Field field, Optional<String> argument, FieldUse use) {
        if (argument.isEmpty()) {
            return required(field)
                    ? Optional.of(Code.FIELD_ARGUMENT.at(
                            nameSpan(use),
                            "'" + field.name() + "' needs an argument in brackets",
                            "write what it selects: " + field.name() + "[" + example(field) + "]"))
                    : Optional.empty();
        }
        return problem(field, argument.get())
                .map(problem -> Code.FIELD_ARGUMENT.at(
                        use.span(),
                        "'" + field.name() + "' " + problem,
                        field.argument() == Argument.NONE
                                ? "remove the brackets"
                                : "write " + field.name() + "[" + example(field) + "]"));
    }

    private static boolean required(Field field) {
        return switch (field.argument()) {
            case NONE, OPTIONAL, OPTIONAL_INDEX -> false;
            case REQUIRED, REQUIRED_KEY, REQUIRED_INDEX_OR_KEY -> true;
        };
    }

    private static Optional<String> problem(Field field, String argument) {
        var shown = "'" + ByteText.readable(argument) + "'";
        return switch (field.argument()) {
            case NONE -> Optional.of("takes no argument");
            case REQUIRED_KEY, REQUIRED_INDEX_OR_KEY -> Optional.empty();
            case OPTIONAL_INDEX ->
                isNumber(argument) && (argument.length() == 1 || argument.charAt(0) != '0')
                        ? Optional.empty()
                        : Optional.of("takes an index from 0, not " + shown);
            case OPTIONAL ->
                takesName(field) || isNumber(argument) ? Optional.empty() : Optional.of("takes a number, not " + shown);
            case REQUIRED ->
                switch (field.name()) {
                    case "evt.around" ->
                        isTime(argument) ? Optional.empty() : Optional.of("takes a time in nanoseconds, not " + shown);
                    case "evt.type.is" ->
                        isNumber(argument) || EVENT_NAMES.contains(argument)
                                ? Optional.empty()
                                : Optional.of("takes a type of event, not " + shown);
                    case "evt.arg" ->
                        isNumber(argument) || PARAMETERS.containsKey(argument)
                                ? Optional.empty()
                                : Optional.of("knows no argument " + shown + " of any event");
                    case "evt.rawarg" ->
                        PARAMETERS.containsKey(argument)
                                ? Optional.empty()
                                : Optional.of("knows no argument " + shown + " of any event");
                    default -> Optional.empty();
                };
        };
    }

    private static boolean takesName(Field field) {
        return field.name().equals("proc.env") || field.name().equals("proc.aenv");
    }

    private static String example(Field field) {
        return switch (field.argument()) {
            case NONE -> "";
            case OPTIONAL -> takesName(field) ? "HOME" : "1";
            case OPTIONAL_INDEX -> "0";
            case REQUIRED_KEY, REQUIRED_INDEX_OR_KEY -> field.name().endsWith(".value") ? "/path/to/it" : "name";
            case REQUIRED ->
                switch (field.name()) {
                    case "evt.type.is" -> "open";
                    case "evt.around" -> "1404996934793590564";
                    case "evt.arg", "evt.rawarg" -> "flags";
                    default -> "name";
                };
        };
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isTime(String text) {
        try {
            Long.parseUnsignedLong(text);
            return text.charAt(0) != '+';
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /// A field whose type its argument decides gets that type.
    private static Field typed(Field field, Optional<String> argument) {
        if (field.type() != FieldType.DYNAMIC || argument.isEmpty()) {
            return field;
        }
        return new Field(
                field.name(),
                type(PARAMETERS.get(argument.get())),
                Shape.ONE,
                field.argument(),
                field.sources(),
                field.help(),
                field.deprecated());
    }

    private static FieldType type(ParamType type) {
        return switch (type) {
            case CHARBUF, FSPATH, FSRELPATH -> FieldType.CHARBUF;
            case BYTEBUF -> FieldType.BYTEBUF;
            case IPV4ADDR, IPV6ADDR -> FieldType.IPADDR;
            case PORT -> FieldType.PORT;
            case RELTIME -> FieldType.RELTIME;
            case ABSTIME -> FieldType.ABSTIME;
            case CHARBUFARRAY, CHARBUF_PAIR_ARRAY, SOCKADDR, SOCKTUPLE, FDLIST, DYN -> FieldType.DYNAMIC;
            default -> type.signed() ? FieldType.INT64 : FieldType.UINT64;
        };
    }

    /// The names `evt.type` can have: of events, and of calls that share the generic event.
    static boolean isEventType(String name) {
        return EVENT_NAMES.contains(name) || SyscallNames.isName(name);
    }

    static Optional<String> nearestEventType(String name) {
        var known = new ArrayList<>(EVENT_NAMES);
        known.addAll(SyscallNames.all());
        return Optional.ofNullable(Spelling.nearest(name, known));
    }

    /// The place of the name without its argument.
    private static Span nameSpan(FieldUse use) {
        var span = use.span();
        return new Span(
                span.source(),
                span.line(),
                span.column(),
                Math.min(span.length(), use.name().length()));
    }

    /// The type of the first parameter of a name, in the order of the codes: parameters of one name are of
    /// one kind.
    private static Map<String, ParamType> parameters() {
        var types = new HashMap<String, ParamType>();
        for (var event : EventTable.current().all()) {
            for (Param param : event.params()) {
                types.putIfAbsent(param.name(), param.type());
            }
        }
        return types;
    }

    private static Set<String> eventNames() {
        return EventTable.current().all().stream().map(EventType::name).collect(Collectors.toUnmodifiableSet());
    }
}
