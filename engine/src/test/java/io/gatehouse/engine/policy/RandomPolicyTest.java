// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.PolicySchema;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whatever a runtime section says, it comes back as it was written, and schema, reader and builder agree on it.
/// `-Dgatehouse.seed=…` repeats a run.
class RandomPolicyTest {
    private static final int ROUNDS = 2_000;
    private static final PolicyName NAME = PolicyName.cluster("p");

    private final long seed = Long.getLong("gatehouse.seed", 1);
    private final Random random = new Random(seed);
    private int named;

    @Test
    void a_policy_written_as_yaml_comes_back_as_it_was() {
        System.out.println("random policies seed " + seed);
        for (int round = 0; round < ROUNDS; round++) {
            var runtime = runtime();
            var policy = new WorkloadPolicy(
                    NAME, any(Mode.values()), Match.ALL, List.of(), Optional.empty(), Optional.of(runtime));
            var text = yaml(policy);
            var compilation = PolicyCompiler.compile(List.of(new SourceText("p.yaml", text)));
            var story = "seed " + seed + ", round " + round + "\n" + text
                    + DiagnosticPrinter.print(compilation.diagnostics());

            assertEquals(
                    List.of(policy),
                    compilation
                            .snapshot()
                            .orElseThrow(() -> new AssertionError(story))
                            .policies(),
                    story);
            var demands =
                    compilation.snapshot().get().compiled().getFirst().kernel().orElseThrow();
            assertEquals(policy.mode(), demands.mode(), story);
            assertEquals(
                    demands.demands().size(),
                    demands.demands().stream()
                            .map(KernelPlan.Demand::rule)
                            .distinct()
                            .count(),
                    story);
        }
    }

    /// One character more or less, one bit, one port: the schema's pattern lets through all that the reader takes.
    @Test
    void what_is_printed_of_an_endpoint_is_read_as_it_was_and_passes_the_schema() {
        var pattern = Pattern.compile(JsonMapper.shared()
                .readTree(PolicySchema.text())
                .at("/$defs/endpoint/pattern")
                .asString());
        for (int round = 0; round < 20_000; round++) {
            var endpoint = endpoint();
            var text = EndpointText.print(endpoint);
            assertEquals(new EndpointText.Outcome.Read(endpoint), EndpointText.read(text), text + ", seed " + seed);
            var twisted = twisted(text);
            if (EndpointText.read(twisted) instanceof EndpointText.Outcome.Read(var read)) {
                assertTrue(pattern.matcher(twisted).find(), twisted + ", seed " + seed);
                assertEquals(
                        new EndpointText.Outcome.Read(read),
                        EndpointText.read(EndpointText.print(read)),
                        twisted + ", seed " + seed);
            }
        }
    }

    @Test
    void every_example_of_the_schema_compiles() {
        var examples = new ArrayList<String>();
        var definitions = JsonMapper.shared().readTree(PolicySchema.text()).path("$defs");
        collect("", definitions.path("runtime"), definitions, examples);

        assertTrue(examples.size() >= 10, examples.toString());
        for (var section : examples) {
            var text = heading(Mode.AUDIT) + "  runtime: " + section + "\n";
            var problems = PolicyCompiler.compile(List.of(new SourceText("p.yaml", text)))
                    .diagnostics();
            assertEquals(
                    List.of(),
                    problems.stream()
                            .filter(d -> d.severity() == Severity.ERROR)
                            .toList(),
                    () -> text + DiagnosticPrinter.print(problems));
        }
    }

    /// A section for each example, with the field of it alone and what that needs beside it.
    private static void collect(String path, JsonNode schema, JsonNode definitions, List<String> into) {
        if (schema.has("$ref")) {
            collect(
                    path,
                    definitions.path(schema.path("$ref").asString().substring("#/$defs/".length())),
                    definitions,
                    into);
        }
        for (var example : schema.path("examples")) {
            var value = example.toString();
            var keys = path.substring(1).split("\\.");
            for (int i = keys.length - 1; i >= 0; i--) {
                var beside = switch (keys[i]) {
                    case "jit" -> ", executable: deny";
                    case "programs" -> ", fromImageOnly: true";
                    case "allow" -> i > 0 && keys[i - 1].equals("writes") ? ", rootFilesystem: deny" : "";
                    default -> "";
                };
                value = "{" + keys[i] + ": " + value + beside + "}";
            }
            into.add(value);
        }
        for (var field : schema.path("properties").propertyNames()) {
            collect(path + "." + field, schema.path("properties").path(field), definitions, into);
        }
    }

    // ---- making

    private RuntimeSection runtime() {
        while (true) {
            named = 0;
            var bans = new EnumMap<Ban, Action>(Ban.class);
            for (var ban : Ban.values()) {
                if (random.nextInt(4) == 0) {
                    bans.put(ban, any(Action.values()));
                }
            }
            var runtime = new RuntimeSection(
                    maybe(this::processes),
                    maybe(() -> new Memory(true, list(this::file), any(Action.values()))),
                    maybe(this::writes),
                    maybe(() -> new Reads(some(this::file), any(Action.values()))),
                    maybe(this::network),
                    bans);
            if (!Planner.demands(runtime).isEmpty()) {
                return runtime;
            }
        }
    }

    private Processes processes() {
        return new Processes(
                list(this::file),
                list(this::file),
                random.nextBoolean(),
                random.nextBoolean(),
                true,
                maybe(() -> new Interpreters(true, list(this::file))),
                any(Action.values()));
    }

    private Writes writes() {
        boolean declared = random.nextBoolean(); // else 'allow' would contradict a read-only mount
        return new Writes(
                true,
                declared,
                declared && random.nextBoolean(),
                list(this::file),
                list(this::file),
                any(Action.values()));
    }

    private Network network() {
        return new Network(
                maybe(() -> list(_ -> endpoint())),
                List.of(),
                Optional.of(list(_ -> endpoint())),
                maybe(() -> list(_ -> endpoint())),
                any(Action.values()));
    }

    private Endpoint endpoint() {
        int first = random.nextInt(Endpoint.MAX_PORT);
        int last = Math.min(Endpoint.MAX_PORT, first + random.nextInt(EndpointText.MAX_PORTS));
        boolean anyPort = random.nextInt(3) == 0;
        if (!anyPort && random.nextInt(4) == 0) {
            return new Endpoint("", 0, 1 + first, Math.max(1 + first, last));
        }
        var bytes = new byte[random.nextBoolean() ? 4 : 16];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] = 0;
        }
        if (bytes.length > 4) {
            bytes[0] |= 0x20; // never IPv4 in disguise
        }
        int prefix = random.nextInt(8 * bytes.length + 1);
        var text = new StringBuilder();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(prefix - 8L * i, 0, 8);
            text.append((char) (bytes[i] & (0xff00 >> kept & 0xff)));
        }
        return new Endpoint(
                io.gatehouse.engine.format.Address.print(text.toString()),
                prefix,
                anyPort ? 0 : 1 + first,
                anyPort ? Endpoint.MAX_PORT : Math.max(1 + first, last));
    }

    private String twisted(String text) {
        var out = new StringBuilder(text);
        int at = random.nextInt(out.length());
        var spice = "0123456789abcdef.:/[]-% *".charAt(random.nextInt(25));
        switch (random.nextInt(3)) {
            case 0 -> out.deleteCharAt(at);
            case 1 -> out.insert(at, spice);
            default -> out.setCharAt(at, spice);
        }
        return out.toString();
    }

    /// No two the same, none below another: those are told of.
    private String file(int number) {
        return "/f/" + named++ + "x" + number + random.nextInt(100);
    }

    private <T> Optional<T> maybe(java.util.function.Supplier<T> make) {
        return random.nextInt(3) > 0 ? Optional.of(make.get()) : Optional.empty();
    }

    private <T> List<T> list(IntFunction<T> make) {
        return IntStream.range(0, random.nextInt(4)).mapToObj(make).toList();
    }

    private <T> List<T> some(IntFunction<T> make) {
        return IntStream.range(0, 1 + random.nextInt(3)).mapToObj(make).toList();
    }

    private <T> T any(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    // ---- writing

    private static String heading(Mode mode) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p}
                spec:
                  mode: %s
                """.formatted(mode.text());
    }

    private static String yaml(WorkloadPolicy policy) {
        var out = new StringBuilder(heading(policy.mode())).append("  runtime:\n");
        var runtime = policy.runtime().orElseThrow();
        runtime.processes()
                .ifPresent(p -> section(
                        out,
                        "processes",
                        p.action(),
                        fields(
                                entry("allow", p.allow(), false),
                                entry("forbid", p.forbid(), false),
                                "fromImageOnly: " + p.fromImageOnly(),
                                "shells: " + (p.denyShells() ? "deny" : "allow"),
                                "packageManagers: " + (p.denyPackageManagers() ? "deny" : "allow"),
                                p.interpreters()
                                        .map(i -> "interpreters: {"
                                                + fields(
                                                        "fromImageOnly: " + i.fromImageOnly(),
                                                        entry("programs", i.programs(), false))
                                                + "}")
                                        .orElse(""))));
        runtime.memory()
                .ifPresent(m -> section(
                        out,
                        "memory",
                        m.action(),
                        fields(
                                "executable: " + (m.denyExecutable() ? "deny" : "allow"),
                                entry("jit", m.jit(), false))));
        runtime.writes()
                .ifPresent(w -> section(
                        out,
                        "writes",
                        w.action(),
                        fields(
                                "rootFilesystem: " + (w.denyRootFilesystem() ? "deny" : "allow"),
                                "volumes: " + (w.declaredVolumesOnly() ? "declared" : "any"),
                                "rootMount: " + (w.readOnlyRootMount() ? "readOnly" : "unchanged"),
                                entry("allow", w.allow(), false),
                                entry("forbid", w.forbid(), false))));
        runtime.reads().ifPresent(r -> section(out, "reads", r.action(), entry("forbid", r.forbid(), false)));
        runtime.network()
                .ifPresent(n -> section(
                        out,
                        "network",
                        n.action(),
                        fields(way("connect", n.connect()), way("bind", n.bind()), way("listen", n.listen()))));
        runtime.bans()
                .forEach((ban, action) -> out.append("    ")
                        .append(ban.field())
                        .append(": ")
                        .append(action.text())
                        .append('\n'));
        return out.toString();
    }

    private static void section(StringBuilder out, String name, Action action, String fields) {
        out.append("    ")
                .append(name)
                .append(": {")
                .append(fields)
                .append(", action: ")
                .append(action.text())
                .append("}\n");
    }

    private static String way(String name, Optional<List<Endpoint>> endpoints) {
        return endpoints
                .map(list -> name + ": {"
                        + entry("allow", list.stream().map(EndpointText::print).toList(), true) + "}")
                .orElse("");
    }

    /// @param whenEmpty whether an empty list is written at all
    private static String entry(String name, List<String> values, boolean whenEmpty) {
        return values.isEmpty() && !whenEmpty
                ? ""
                : name
                        + values.stream()
                                .collect(Collectors.joining(
                                        "\", \"", values.isEmpty() ? ": [" : ": [\"", values.isEmpty() ? "]" : "\"]"));
    }

    private static String fields(String... fields) {
        return java.util.stream.Stream.of(fields)
                .filter(field -> !field.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
