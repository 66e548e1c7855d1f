// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.document.JsonReader.Repeated;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedAct.Breach;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.act.RecordedContainer;
import io.gatehouse.schemas.act.RecordedContainer.RecordedMount;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.alert.Alert.Ancestor;
import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.policy.PolicyName;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A line of a recording as JSON (`ActRecording.v1alpha1.json`), and back.
///
/// Everything but ASCII is escaped, so that a recording may be shown on a terminal whatever a container called its
/// files.
public final class RecordingText {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String VERSION = "v1alpha1";

    /// A container with all its links is the largest line there is.
    private static final Limits LIMITS = new Limits(4 << 20, 8, 64 << 10);

    private RecordingText() {}

    /// What a line holds, or why it is none.
    public sealed interface Read {
        record Line(RecordedLine line) implements Read {}

        record Fault(String reason) implements Read {}
    }

    // ---- writing

    /// Without the line's end.
    public static String write(RecordedLine line) {
        var text = new StringWriter(1024);
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("version", VERSION);
            switch (line) {
                case RecordedLine.Begun begun -> begun(json, begun);
                case RecordedLine.Met met -> met(json, met);
                case RecordedLine.Acted(var act) -> act(json, act);
                case RecordedLine.Lost lost -> {
                    json.writeStringField("type", "lost");
                    time(json, "time", lost.time());
                    json.writeNumberField("count", lost.count());
                    json.writeStringField("cause", lost.cause());
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no file behind it
        }
        return text.toString();
    }

    private static void begun(JsonGenerator json, RecordedLine.Begun begun) throws IOException {
        json.writeStringField("type", "begun");
        time(json, "time", begun.time());
        json.writeStringField("by", begun.by());
        json.writeStringField("backend", begun.backend());
        texts(json, "asked", begun.asked());
        texts(json, "reads", begun.reads());
        texts(json, "gaps", begun.gaps());
    }

    private static void met(JsonGenerator json, RecordedLine.Met met) throws IOException {
        var container = met.container();
        json.writeStringField("type", "container");
        time(json, "time", met.time());
        container(json, container.facts());
        pod(json, container.pod());
        if (container.labels().isPresent()) {
            textMap(json, "labels", container.labels().get());
        }
        json.writeBooleanField("overlay", container.overlay());
        json.writeArrayFieldStart("mounts");
        for (var mount : container.mounts()) {
            json.writeStartObject();
            json.writeStringField("path", mount.path());
            json.writeStringField("type", mount.type());
            json.writeBooleanField("writable", mount.writable());
            json.writeEndObject();
        }
        json.writeEndArray();
        textMap(json, "links", container.links());
        json.writeArrayFieldStart("same");
        for (var names : container.same()) {
            json.writeStartArray();
            for (var name : names) {
                json.writeString(name);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        texts(json, "absent", container.absent());
    }

    private static void act(JsonGenerator json, RecordedAct act) throws IOException {
        json.writeStringField("type", "act");
        time(json, "time", act.first());
        if (act.count() > 1) {
            time(json, "last", act.last());
            json.writeNumberField("count", act.count());
        }
        json.writeStringField("act", act.act());
        texts(json, "rules", act.rules());
        if (!act.path().isEmpty()) {
            json.writeStringField("path", act.path());
        }
        if (!act.pathComplete()) {
            json.writeBooleanField("path_complete", false);
        }
        if (act.file().isPresent()) {
            file(json, act.file().get());
        }
        if (act.endpoint().isPresent()) {
            var endpoint = act.endpoint().get();
            json.writeObjectFieldStart("endpoint");
            json.writeStringField("protocol", endpoint.protocol());
            json.writeStringField("address", endpoint.address());
            json.writeNumberField("port", endpoint.port());
            json.writeEndObject();
        }
        if (!act.detail().isEmpty()) {
            json.writeStringField("detail", act.detail());
        }
        json.writeStringField("by", act.by());
        process(json, act.process());
        container(json, act.container());
        pod(json, act.pod());
        json.writeStringField("backend", act.backend());
        if (!act.breaches().isEmpty()) {
            json.writeArrayFieldStart("breaches");
            for (var breach : act.breaches()) {
                json.writeStartObject();
                json.writeObjectFieldStart("policy");
                if (breach.policy().namespace().isPresent()) {
                    json.writeStringField(
                            "namespace", breach.policy().namespace().get());
                }
                json.writeStringField("name", breach.policy().name());
                json.writeEndObject();
                json.writeStringField("rule", breach.rule());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    private static void file(JsonGenerator json, RecordedFile file) throws IOException {
        json.writeObjectFieldStart("file");
        json.writeNumberField("dev", Integer.toUnsignedLong(file.dev()));
        json.writeStringField("ino", Long.toUnsignedString(file.ino())); // beyond 2^53 readers of JSON round
        json.writeNumberField("generation", Integer.toUnsignedLong(file.generation()));
        json.writeBooleanField("overlay", file.overlay());
        json.writeBooleanField("upper", file.upper());
        json.writeBooleanField("root", file.root());
        json.writeBooleanField("unlinked", file.unlinked());
        json.writeEndObject();
    }

    private static void process(JsonGenerator json, ProcessFacts process) throws IOException {
        json.writeObjectFieldStart("process");
        json.writeStringField("exe", process.exe());
        texts(json, "args", process.args());
        json.writeBooleanField("args_complete", process.argsComplete());
        json.writeNumberField("pid", process.pid());
        json.writeNumberField("uid", process.uid());
        json.writeArrayFieldStart("parents");
        for (var parent : process.parents()) {
            json.writeStartObject();
            json.writeStringField("name", parent.name());
            json.writeNumberField("pid", parent.pid());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void container(JsonGenerator json, ContainerFacts container) throws IOException {
        json.writeObjectFieldStart("container");
        json.writeStringField("id", container.id());
        json.writeStringField("name", container.name());
        json.writeStringField("runtime", container.runtime());
        if (container.image().isPresent()) {
            json.writeStringField("image", container.image().get());
        }
        json.writeEndObject();
    }

    private static void pod(JsonGenerator json, Optional<PodFacts> pod) throws IOException {
        if (pod.isPresent()) {
            json.writeObjectFieldStart("pod");
            json.writeStringField("namespace", pod.get().namespace());
            json.writeStringField("name", pod.get().name());
            json.writeEndObject();
        }
    }

    private static void time(JsonGenerator json, String key, Instant time) throws IOException {
        json.writeStringField(key, TIME.format(time));
    }

    private static void texts(JsonGenerator json, String key, List<String> values) throws IOException {
        json.writeArrayFieldStart(key);
        for (var value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static void textMap(JsonGenerator json, String key, Map<String, String> values) throws IOException {
        json.writeObjectFieldStart(key);
        for (var entry : values.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    // ---- reading

    /// Keys that are not known are passed over: a later version may have written them.
    public static Read read(String line) {
        var reading = JsonReader.read("recording", 1, line.getBytes(StandardCharsets.UTF_8), LIMITS, Repeated.REFUSED);
        if (!reading.diagnostics().isEmpty()) {
            return new Read.Fault(reading.diagnostics().getFirst().message());
        }
        if (!(reading.documents().getFirst() instanceof Node.Mapping document)) {
            return new Read.Fault("a line of a recording is a JSON object");
        }
        try {
            return new Read.Line(line(document));
        } catch (WrongLine e) {
            return new Read.Fault(e.getMessage());
        }
    }

    /// Ends the reading of a line; never leaves this class.
    private static final class WrongLine extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongLine(String message) {
            super(message, null, false, false);
        }
    }

    private static RecordedLine line(Node.Mapping line) {
        if (!text(line, "version").equals(VERSION)) {
            throw new WrongLine(
                    "this gatehouse reads recordings of version " + VERSION + ", not " + text(line, "version"));
        }
        return switch (text(line, "type")) {
            case "begun" ->
                new RecordedLine.Begun(
                        time(line, "time"),
                        text(line, "by"),
                        text(line, "backend"),
                        texts(line, "asked"),
                        texts(line, "reads"),
                        texts(line, "gaps"));
            case "container" -> new RecordedLine.Met(time(line, "time"), containerOf(line));
            case "act" -> new RecordedLine.Acted(actOf(line));
            case "lost" -> new RecordedLine.Lost(time(line, "time"), number(line, "count"), text(line, "cause"));
            default -> throw new WrongLine("no line of a recording is of type '" + text(line, "type") + "'");
        };
    }

    private static RecordedContainer containerOf(Node.Mapping line) {
        var mounts = new ArrayList<RecordedMount>();
        for (var item : items(line, "mounts")) {
            var mount = mapping(item, "mounts");
            mounts.add(new RecordedMount(text(mount, "path"), text(mount, "type"), truth(mount, "writable", false)));
        }
        var same = new ArrayList<List<String>>();
        for (var item : items(line, "same")) {
            if (!(item instanceof Node.Sequence(var names, var _))) {
                throw new WrongLine("'same' holds lists of names");
            }
            same.add(names.stream().map(name -> plainText(name, "same")).toList());
        }
        return new RecordedContainer(
                facts(section(line, "container")),
                podOf(line),
                line.get("labels").map(labels -> textMap(mapping(labels, "labels"), "labels")),
                truth(line, "overlay", false),
                mounts,
                textMap(section(line, "links"), "links"),
                same,
                texts(line, "absent"));
    }

    private static RecordedAct actOf(Node.Mapping line) {
        var first = time(line, "time");
        long count = line.get("count").isPresent() ? number(line, "count") : 1;
        if (count < 1) {
            throw new WrongLine("'count' starts at 1");
        }
        var breaches = new ArrayList<Breach>();
        for (var item : items(line, "breaches")) {
            var breach = mapping(item, "breaches");
            var policy = section(breach, "policy");
            breaches.add(new Breach(
                    new PolicyName(optionalText(policy, "namespace"), text(policy, "name")), text(breach, "rule")));
        }
        return new RecordedAct(
                first,
                line.get("last").isPresent() ? time(line, "last") : first,
                count,
                facts(section(line, "container")),
                podOf(line),
                text(line, "act"),
                texts(line, "rules"),
                optionalText(line, "path").orElse(""),
                truth(line, "path_complete", true),
                line.get("file").map(file -> fileOf(mapping(file, "file"))),
                line.get("endpoint").map(endpoint -> endpointOf(mapping(endpoint, "endpoint"))),
                text(line, "by"),
                processOf(section(line, "process")),
                optionalText(line, "detail").orElse(""),
                optionalText(line, "backend").orElse(""),
                breaches);
    }

    private static RecordedFile fileOf(Node.Mapping file) {
        long inode;
        try {
            inode = Long.parseUnsignedLong(text(file, "ino"));
        } catch (NumberFormatException _) {
            throw new WrongLine("'ino' is a number written as text");
        }
        return new RecordedFile(
                (int) number(file, "dev"),
                inode,
                (int) number(file, "generation"),
                truth(file, "overlay", false),
                truth(file, "upper", false),
                truth(file, "root", false),
                truth(file, "unlinked", false));
    }

    private static Endpoint endpointOf(Node.Mapping endpoint) {
        long port = number(endpoint, "port");
        if (port < 0 || port > io.gatehouse.schemas.policy.Endpoint.MAX_PORT) {
            throw new WrongLine("there is no port " + port);
        }
        return new Endpoint(text(endpoint, "protocol"), text(endpoint, "address"), (int) port);
    }

    private static ProcessFacts processOf(Node.Mapping process) {
        var parents = new ArrayList<Ancestor>();
        for (var item : items(process, "parents")) {
            var parent = mapping(item, "parents");
            parents.add(new Ancestor(text(parent, "name"), number(parent, "pid")));
        }
        return new ProcessFacts(
                text(process, "exe"),
                texts(process, "args"),
                truth(process, "args_complete", true),
                number(process, "pid"),
                number(process, "uid"),
                parents);
    }

    private static ContainerFacts facts(Node.Mapping container) {
        return new ContainerFacts(
                text(container, "id"),
                text(container, "name"),
                optionalText(container, "image"),
                text(container, "runtime"));
    }

    private static Optional<PodFacts> podOf(Node.Mapping line) {
        return line.get("pod")
                .map(given -> mapping(given, "pod"))
                .map(pod -> new PodFacts(text(pod, "namespace"), text(pod, "name")));
    }

    // ---- one value

    private static Node.Mapping mapping(Node node, String key) {
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        throw new WrongLine("'" + key + "' is an object");
    }

    private static Node.Mapping section(Node.Mapping in, String key) {
        return mapping(in.get(key).orElseThrow(() -> new WrongLine("'" + key + "' is missing")), key);
    }

    private static List<Node> items(Node.Mapping in, String key) {
        return switch (in.get(key).orElse(null)) {
            case null -> List.of();
            case Node.Sequence(var items, var _) -> items;
            default -> throw new WrongLine("'" + key + "' is a list");
        };
    }

    private static String plainText(Node node, String key) {
        if (node instanceof Node.Text(var value, var _)) {
            return value;
        }
        throw new WrongLine("'" + key + "' is text");
    }

    private static Optional<String> optionalText(Node.Mapping in, String key) {
        return in.get(key).map(value -> plainText(value, key));
    }

    private static String text(Node.Mapping in, String key) {
        return optionalText(in, key).orElseThrow(() -> new WrongLine("'" + key + "' is missing"));
    }

    private static List<String> texts(Node.Mapping in, String key) {
        return items(in, key).stream().map(item -> plainText(item, key)).toList();
    }

    private static Map<String, String> textMap(Node.Mapping in, String key) {
        var values = new TreeMap<String, String>();
        for (var entry : in.entries()) {
            values.put(entry.key(), plainText(entry.value(), key));
        }
        return values;
    }

    private static boolean truth(Node.Mapping in, String key, boolean absent) {
        return switch (in.get(key).orElse(null)) {
            case null -> absent;
            case Node.Bool(boolean value, var _) -> value;
            default -> throw new WrongLine("'" + key + "' is true or false");
        };
    }

    private static long number(Node.Mapping in, String key) {
        if (in.get(key).orElse(null) instanceof Node.Number(var literal, var _)) {
            try {
                return Long.parseLong(literal);
            } catch (NumberFormatException _) {
                throw new WrongLine("'" + key + "' is a whole number");
            }
        }
        throw new WrongLine("'" + key + "' is a number");
    }

    private static Instant time(Node.Mapping in, String key) {
        try {
            return Instant.parse(text(in, key));
        } catch (DateTimeException _) {
            throw new WrongLine("'" + key + "' is no time: " + text(in, key));
        }
    }
}
