// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.gatehouse.admission.pod.PodFields.Judged;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.schemas.policy.PolicySchema;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every field of a pod's spec has somebody who judges it, or a reason why nobody does.
class PodFieldsTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final JsonReader.Limits LARGE = new JsonReader.Limits(64 << 20, 200, 1 << 20);

    @Test
    void every_field_of_the_types_of_kubernetes_is_in_the_table_and_no_other() {
        var missing = new TreeSet<String>();
        var met = new TreeSet<String>();
        walk(PodSpec.class, PodFields.ROOT, missing, met, new HashSet<>());
        assertEquals("", String.join("\n", missing), "fields that nobody judges and nobody explains");
        assertTrue(met.size() > 350, met.size() + " fields");
        assertEquals(
                "", inTable().filter(field -> !met.contains(field)).collect(Collectors.joining("\n")), "no such field");
    }

    /// A document of the API server itself is the better authority; none lies in the project. The one of the cluster
    /// that `KUBECONFIG` names is walked, else one beside the project.
    @Test
    @Tag("cluster")
    void every_field_of_an_open_api_document_is_in_the_table() throws IOException {
        var read = JsonReader.read("openapi.json", document(), LARGE);
        assertEquals(List.of(), read.diagnostics());
        var document = (Node.Mapping) read.documents().getFirst();
        var definitions = Fields.mapping(document, "definitions")
                .or(() -> Fields.mapping(document, "components")
                        .flatMap(components -> Fields.mapping(components, "schemas")))
                .orElseThrow();
        var missing = new ArrayList<String>();
        var met = new TreeSet<String>();
        PodFields.table()
                .forEach((type, fields) -> Fields.mapping(definitions, "io.k8s.api.core.v1." + type)
                        .flatMap(definition -> Fields.mapping(definition, "properties"))
                        .ifPresent(properties -> properties.entries().forEach(property -> {
                            met.add(type);
                            if (!fields.containsKey(property.key())) {
                                missing.add(type + "." + property.key());
                            }
                        })));
        assertEquals(List.of(), missing);
        assertTrue(met.size() > 50, met.size() + " types of the table are in the document");
    }

    private static byte[] document() throws IOException {
        var kubeconfig = System.getenv("KUBECONFIG");
        if (kubeconfig != null && !kubeconfig.isBlank()) {
            try (var server = ApiServer.connect(Optional.of(Path.of(kubeconfig)))) {
                return server.client().raw("/openapi/v2").getBytes(StandardCharsets.UTF_8);
            }
        }
        var beside = ROOT.resolve("../shared/kubernetes/openapi.json");
        assumeTrue(Files.isReadable(beside), "KUBECONFIG is not set, and no OpenAPI document lies beside the project");
        return Files.readAllBytes(beside);
    }

    @Test
    void every_control_that_is_named_is_one_that_a_policy_can_ask_for() {
        var schema =
                (Node.Mapping) JsonReader.read("schema", PolicySchema.text().getBytes(StandardCharsets.UTF_8), LARGE)
                        .documents()
                        .getFirst();
        var admission = Fields.mapping(schema, "$defs")
                .flatMap(definitions -> Fields.mapping(definitions, "admission"))
                .orElseThrow();
        var unknown = new TreeSet<String>();
        PodFields.table()
                .values()
                .forEach(fields -> fields.values().forEach(judged -> {
                    if (judged instanceof Judged.By(var controls)) {
                        controls.stream()
                                .filter(control -> !asks(admission, control))
                                .forEach(unknown::add);
                    }
                }));
        assertEquals(Set.of(), unknown);
    }

    @Test
    void a_field_that_is_newer_than_the_table_is_found_wherever_it_stands() {
        var pod = pod("""
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  hostTeleport: true
                  affinity: {whatever: comes}
                  containers:
                  - {name: a, image: i, securityContext: {mayFly: true}, env: [{name: A, valueFrom: {oracle: {}}}]}
                  volumes: [{name: v, wormhole: {to: /}}]
                """);
        assertEquals(
                List.of(
                        "spec.hostTeleport",
                        "spec.containers[0].securityContext.mayFly",
                        "spec.containers[0].env[0].valueFrom.oracle",
                        "spec.volumes[0].wormhole"),
                PodFields.unknown(pod).stream().map(PodFields.Unknown::path).toList());
    }

    @Test
    void the_page_of_fields_is_the_one_the_table_gives() throws IOException {
        var page = ROOT.resolve("docs/reference/pod-fields.md");
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(page, PodFieldsPage.page());
        }
        assertEquals(Files.readString(page), PodFieldsPage.page());
    }

    private static Pod pod(String yaml) {
        var object = (Node.Mapping)
                YamlReader.read(new SourceText("pod.yaml", yaml)).documents().getFirst();
        var read = PodReader.read(Bearer.of("", "Pod").orElseThrow(), object, "");
        return ((PodReader.Outcome.Found) read).pods().getFirst();
    }

    private static java.util.stream.Stream<String> inTable() {
        return PodFields.table().entrySet().stream()
                .flatMap(type -> type.getValue().keySet().stream().map(field -> type.getKey() + "." + field));
    }

    private static boolean asks(Node.Mapping section, String control) {
        var at = section;
        for (var part : control.split("\\.")) {
            var next = Fields.mapping(at, "properties").flatMap(properties -> Fields.mapping(properties, part));
            if (next.isEmpty()) {
                return false;
            }
            at = next.get();
        }
        return true;
    }

    private static void walk(Class<?> type, String name, Set<String> missing, Set<String> met, Set<String> walked) {
        if (!walked.add(name)) {
            return;
        }
        for (var field : type.getDeclaredFields()) {
            var property = field.getAnnotation(JsonProperty.class);
            if (property == null) {
                continue;
            }
            var full = name + "." + property.value();
            var judged =
                    PodFields.table().getOrDefault(name, java.util.Map.of()).get(property.value());
            if (judged == null) {
                missing.add(full);
                continue;
            }
            met.add(full);
            var inner = inner(field.getGenericType());
            boolean hasFields = Arrays.stream(inner.getDeclaredFields())
                    .anyMatch(one -> one.isAnnotationPresent(JsonProperty.class));
            switch (judged) {
                case Judged.Below(var below) -> {
                    assertEquals(inner.getSimpleName(), below, full);
                    walk(inner, below, missing, met, walked);
                }
                case Judged.NoneInIt _ -> {}
                case Judged.By _, Judged.NoEffect _ -> {
                    if (hasFields) {
                        missing.add(full + " holds fields of its own: '> " + inner.getSimpleName() + "' or 'whole'");
                    }
                }
            }
        }
    }

    /// What lists and maps hold.
    private static Class<?> inner(Type type) {
        var at = type;
        while (at instanceof ParameterizedType parameterized) {
            var arguments = parameterized.getActualTypeArguments();
            at = arguments[arguments.length - 1];
        }
        return (Class<?>) at;
    }
}
