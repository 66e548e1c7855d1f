// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.reference;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.format.OutputFormat;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Captures, rules and measured values of the reference, which lie beside this repository. A test that needs them is
/// skipped where they are absent.
final class ReferenceData {
    private static final JsonReader.Limits LIMITS = new JsonReader.Limits(64 << 20, 100, 64 << 20);

    private ReferenceData() {}

    static Path path(String name) {
        var path = Path.of(System.getProperty("gatehouse.root"), "..", "shared", "falco", name);
        assumeTrue(Files.exists(path), () -> "the reference's data is not here: " + path);
        return path;
    }

    /// Those recorded on real machines.
    static List<Path> realCaptures() throws IOException {
        return captures("scap");
    }

    /// Those made for one rule each, to fire it or just not to.
    static List<Path> madeCaptures() throws IOException {
        return captures("synthetic");
    }

    private static List<Path> captures(String folder) throws IOException {
        try (var files = Files.list(path(folder))) {
            return files.filter(file -> file.toString().endsWith(".scap"))
                    .sorted()
                    .toList();
        }
    }

    static String name(Path capture) {
        var name = capture.getFileName().toString();
        return name.substring(0, name.length() - ".scap".length());
    }

    static Node.Mapping json(byte[] text) {
        return (Node.Mapping) JsonReader.read("json", text, LIMITS).documents().getFirst();
    }

    static Node.Mapping expected() throws IOException {
        return json(Files.readAllBytes(path("expected.json")));
    }

    static Node.Mapping mapping(Node.Mapping in, String key) {
        return (Node.Mapping) in.get(key).orElseThrow();
    }

    static String text(Node.Mapping in, String key) {
        return ((Node.Text) in.get(key).orElseThrow()).value();
    }

    static long number(Node.Mapping in, String key) {
        return Long.parseLong(((Node.Number) in.get(key).orElseThrow()).literal());
    }

    /// The rules of a file by name: condition or output, as written.
    static Map<String, String> ofRules(String file, String key) throws IOException {
        var source = new SourceText(file, Files.readString(path(file)));
        var found = new LinkedHashMap<String, String>();
        var rules = (Node.Sequence) YamlReader.read(source).documents().getFirst();
        for (var rule : rules.items()) {
            var mapping = (Node.Mapping) rule;
            found.put(text(mapping, "rule"), text(mapping, key));
        }
        return found;
    }

    static OutputFormat format(String output) {
        var source = new SourceText("output", output);
        return OutputFormat.parse(Script.of(source), Source.SYSCALL)
                .format()
                .orElseThrow()
                .lenient();
    }
}
