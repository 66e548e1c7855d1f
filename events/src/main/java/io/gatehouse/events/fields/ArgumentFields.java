// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.Event;
import io.gatehouse.events.state.Paths;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.Param;
import io.gatehouse.schemas.event.ParamType;

/// The parameters of the event: all, by place, by name, printed or raw.
final class ArgumentFields {
    static final String RAW = "evt.rawarg";

    private static final String NOT_AVAILABLE = "<NA>";

    private ArgumentFields() {}

    static void into(FieldTable table, ArgumentPrinter printer) {
        table.text("evt.args", scene -> all(scene, printer))
                .text("evt.info", scene -> all(scene, printer))
                .asked("evt.arg", argument -> one(argument, printer))
                .asked(RAW, argument -> raw(argument, !isNumber(argument)))
                .asked("evt.abspath", ArgumentFields::absolutePath);
    }

    /// `name=value(meaning)` of each, with blanks between. Calls without a type of their own have none to show.
    private static String all(Scene scene, ArgumentPrinter printer) {
        var event = scene.event();
        if (event.code() == KindFacts.GENERIC) {
            return "";
        }
        var text = new StringBuilder();
        int count = Math.min(event.paramCount(), event.type().params().size());
        for (int place = 0; place < count; place++) {
            var printed = printer.print(scene, place);
            text.append(text.isEmpty() ? "" : " ")
                    .append(event.type().params().get(place).name())
                    .append('=')
                    .append(printed.text());
            if (!printed.meaning().isEmpty()) {
                text.append('(').append(printed.meaning()).append(')');
            }
        }
        return text.toString();
    }

    /// By place, if the argument is a number; else by name.
    private static Reader.OfText<Scene> one(String argument, ArgumentPrinter printer) {
        int number = place(argument);
        if (number >= 0) {
            return scene -> printed(scene, number, printer);
        }
        var places = KindFacts.places(argument);
        return scene -> printed(scene, places[scene.event().code()], printer);
    }

    private static String printed(Scene scene, int place, ArgumentPrinter printer) {
        return has(scene.event(), place) ? printer.best(scene, place) : null;
    }

    private static boolean has(Event event, int place) {
        return place >= 0
                && place < event.paramCount()
                && place < event.type().params().size();
    }

    /// -1 if it is no number.
    private static int place(String argument) {
        boolean isNumber =
                !argument.isEmpty() && argument.length() < 6 && argument.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Integer.parseInt(argument) : -1;
    }

    /// The value itself; missing where an event's parameter of this name is of the other sort.
    static Reader<Scene> raw(String argument, boolean asText) {
        var places = KindFacts.places(argument);
        return asText
                ? (Reader.OfText<Scene>)
                        scene -> rawText(scene.event(), places[scene.event().code()])
                : (Reader.OfNumber<Scene>)
                        scene -> rawNumber(scene.event(), places[scene.event().code()]);
    }

    /// Whether raw values of parameters of this name are numbers: as those of the first event type that has one.
    private static boolean isNumber(String name) {
        return EventTable.current().all().stream()
                .flatMap(type -> type.params().stream())
                .filter(param -> param.name().equals(name))
                .map(Param::type)
                .findFirst()
                .map(ParamType::isNumber)
                .orElse(false);
    }

    private static long rawNumber(Event event, int place) {
        return has(event, place) && event.type().params().get(place).type().isNumber() ? event.number(place) : MISSING;
    }

    private static String rawText(Event event, int place) {
        if (!has(event, place)) {
            return null;
        }
        return switch (event.type().params().get(place).type()) {
            case CHARBUF, FSPATH, FSRELPATH -> {
                var text = event.text(place);
                yield text == null || text.equals("(NULL)") ? NOT_AVAILABLE : text;
            }
            default -> event.raw(place);
        };
    }

    /// Of a call that names a directory by descriptor: its path, joined with that directory. `dst` is the second path
    /// of those with two.
    private static Reader.OfText<Scene> absolutePath(String argument) {
        boolean second = argument.equals("dst");
        var places = absolutePaths(second);
        return scene -> {
            var event = scene.event();
            int place = places[event.code()];
            if (place < 0 || scene.task() == null) {
                return null;
            }
            var path = event.text(place);
            return path == null ? null : joined(scene, event.type().params().get(place), path);
        };
    }

    private static String joined(Scene scene, Param param, String path) {
        long number = Directories.number(scene.event(), param);
        if (Directories.isAbsolute(path)) {
            return Paths.join("", path);
        }
        if (number == Directories.WORKING_DIRECTORY) {
            return Paths.join(scene.task().cwd(), path);
        }
        var directory = Directories.named(scene.task(), number);
        return Paths.join(directory == null ? Directories.UNKNOWN + "/" : directory, path);
    }

    private static int[] absolutePaths(boolean second) {
        var places = new int[EventTable.current().size()];
        for (var type : EventTable.current().all()) {
            var name = switch (type.name()) {
                case "renameat", "renameat2", "linkat" -> second ? "newpath" : "oldpath";
                case "symlinkat" -> "linkpath";
                case "openat", "openat2", "unlinkat" -> "name";
                case "open_by_handle_at", "mkdirat" -> "path";
                case "fchmodat" -> "filename";
                case "fchownat" -> "pathname";
                default -> "";
            };
            places[type.code()] = KindFacts.IS_EXIT[type.code()] ? type.paramIndex(name) : -1;
        }
        return places;
    }
}
