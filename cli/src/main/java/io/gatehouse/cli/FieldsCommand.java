// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The words a condition or an output can ask an event for.
@Command(
        name = "fields",
        mixinStandardHelpOptions = true,
        description = "Lists the fields that conditions and outputs may use.")
final class FieldsCommand implements Callable<Integer> {
    enum Form {
        TEXT,
        MARKDOWN,
        JSON
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "PART",
            defaultValue = "",
            description = "Only fields whose name contains this, as 'proc.' or 'image'.")
    private String part;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Only fields that this source answers: ${COMPLETION-CANDIDATES}.")
    private Source source;

    @Option(
            names = {"-N", "--names"},
            description = "Names only, one a line.")
    private boolean names;

    @Option(
            names = "--output",
            paramLabel = "FORM",
            defaultValue = "TEXT",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private Form form;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var fields = FieldCatalogue.current().all().stream()
                .filter(field -> source == null || field.sources().contains(source))
                .filter(field -> field.name().contains(part))
                .toList();
        if (fields.isEmpty()) {
            throw Refusal.badInput("no field's name contains '" + part + "'");
        }
        var out = spec.commandLine().getOut();
        if (names) {
            fields.forEach(field -> out.println(field.name()));
        } else {
            switch (form) {
                case TEXT -> text(fields, out);
                case MARKDOWN -> markdown(fields, out);
                case JSON -> json(fields, out);
            }
        }
        out.flush();
        return Exit.OK.code();
    }

    private static void text(List<Field> fields, PrintWriter out) {
        int widest = fields.stream()
                .mapToInt(field -> spelling(field).length())
                .max()
                .orElse(0);
        for (var field : fields) {
            out.printf(
                    "%-" + widest + "s  %-8s  %-22s  %s%n", spelling(field), type(field), sources(field), field.help());
        }
    }

    private static void markdown(List<Field> fields, PrintWriter out) {
        out.println("| field | type | sources | meaning |");
        out.println("| --- | --- | --- | --- |");
        for (var field : fields) {
            out.printf(
                    "| `%s` | %s | %s | %s |%n",
                    spelling(field), type(field), sources(field), field.help().replace("|", "\\|"));
        }
    }

    private static void json(List<Field> fields, PrintWriter out) throws IOException {
        try (var json = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartArray();
            for (var field : fields) {
                json.writeStartObject();
                json.writeStringField("name", field.name());
                json.writeStringField("type", field.type().name());
                json.writeStringField("shape", lower(field.shape()));
                json.writeStringField("argument", lower(field.argument()));
                json.writeArrayFieldStart("sources");
                for (var each : field.sources().stream().sorted().toList()) {
                    json.writeString(lower(each));
                }
                json.writeEndArray();
                json.writeStringField("help", field.help());
                if (field.deprecated().isPresent()) {
                    json.writeStringField("deprecated", field.deprecated().get());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        out.println();
    }

    /// `proc.aname[n]`, with what may stand in brackets.
    private static String spelling(Field field) {
        return field.name()
                + switch (field.argument()) {
                    case Argument.NONE -> "";
                    case Argument.OPTIONAL -> "[?]";
                    case Argument.OPTIONAL_INDEX -> "[n?]";
                    case Argument.REQUIRED -> "[…]";
                    case Argument.REQUIRED_KEY -> "[key]";
                    case Argument.REQUIRED_INDEX_OR_KEY -> "[n or key]";
                };
    }

    private static String type(Field field) {
        return field.type() + (field.shape() == Shape.LIST ? " list" : "");
    }

    private static String sources(Field field) {
        return field.sources().stream().sorted().map(FieldsCommand::lower).collect(Collectors.joining(", "));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
