// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The chart says what the manifests say. It is rendered by [HelmChart], not by Helm: what the templates use of Helm's
/// language is all that this knows, and more of it fails.
class HelmChartTest {
    private static final Path DEPLOY = Path.of(System.getProperty("gatehouse.root"), "deploy");
    private static final Path CHART = DEPLOY.resolve("chart");

    @Test
    void the_committed_chart_is_the_one_the_manifests_give() throws IOException {
        var files = HelmChart.files(DEPLOY);
        for (var file : files.entrySet()) {
            var path = CHART.resolve(file.getKey());
            if ("write".equals(System.getProperty("gatehouse.golden"))) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
            assertEquals(file.getValue(), Files.readString(path), "-Dgatehouse.golden=write makes it anew");
        }
        try (var found = Files.walk(CHART)) {
            assertEquals(
                    files.keySet().stream().sorted().toList(),
                    found.filter(Files::isRegularFile)
                            .map(file -> CHART.relativize(file).toString())
                            .sorted()
                            .toList());
        }
    }

    @Test
    void with_its_defaults_it_renders_to_the_manifests() throws IOException {
        var rendered =
                rendered("gatehouse-system", Map.of("registration.enabled", "true", "registration.caBundle", "QQ=="));
        for (var source : rendered.entrySet()) {
            var manifest = Files.readString(DEPLOY.resolve(source.getKey()))
                    .replace("image: gatehouse/gatehouse\n", "image: gatehouse/gatehouse:0.1.0\n");
            assertEquals(manifest, source.getValue().replaceAll(" +caBundle: QQ==\n", ""), source::getKey);
        }
        assertEquals(6, rendered.size());
        assertTrue(rendered.get("webhook/registration.yaml").contains("      caBundle: QQ==\n"));
    }

    @Test
    void every_value_changes_something_and_nothing_else_names_the_namespace() throws IOException {
        var usual = rendered("elsewhere", Map.of("registration.enabled", "true"));
        assertFalse(usual.values().stream().anyMatch(text -> text.contains("gatehouse-system")));
        for (var value : HelmChart.defaults(Files.readString(CHART.resolve("values.yaml")))
                .entrySet()) {
            var other = switch (value.getValue()) {
                case "true" -> "false";
                case "false" -> "true";
                default -> "another";
            };
            var changes = new HashMap<>(Map.of("registration.enabled", "true"));
            changes.put(value.getKey(), value.getKey().equals("registration.enabled") ? "false" : other);
            assertFalse(usual.equals(rendered("elsewhere", changes)), value.getKey() + " changes nothing");
        }
    }

    @Test
    void what_it_renders_is_yaml() throws IOException {
        for (var text : rendered("gatehouse-system", Map.of()).values()) {
            assertEquals(
                    List.of(), YamlReader.read(new SourceText("rendered", text)).diagnostics());
        }
    }

    /// By the manifest each was made from; what is switched off is empty.
    /// Nothing is kept: the API server looks at each object, to the last field, as if it were to be stored.
    @Test
    @Tag("cluster")
    void an_api_server_takes_what_it_renders() throws IOException {
        var kubeconfig = System.getenv("KUBECONFIG");
        assumeTrue(kubeconfig != null && !kubeconfig.isBlank(), "KUBECONFIG is not set");
        int taken = 0;
        try (var server = ApiServer.connect(Optional.of(Path.of(kubeconfig)))) {
            for (var text :
                    rendered("default", Map.of("registration.enabled", "true")).values()) {
                for (var object : text.split("(?m)^---\n")) {
                    server.client()
                            .resource(object)
                            .dryRun(true)
                            .fieldValidation(Validation.STRICT)
                            .create();
                    taken++;
                }
            }
        }
        assertTrue(taken >= 10, taken + " objects");
    }

    private static Map<String, String> rendered(String namespace, Map<String, String> changes) throws IOException {
        var values = HelmChart.defaults(Files.readString(CHART.resolve("values.yaml")));
        values.putAll(changes);
        var rendered = new HashMap<String, String>();
        var names = new ArrayList<String>();
        try (var templates = Files.list(CHART.resolve("templates"))) {
            templates.forEach(file -> names.add(file.getFileName().toString()));
        }
        for (var name : names) {
            rendered.put(
                    name.replaceFirst("-", "/"),
                    HelmChart.render(Files.readString(CHART.resolve("templates").resolve(name)), namespace, values));
        }
        return rendered;
    }
}
