// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.texts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The denial and the warning of every control, as the real kubectl prints them: the cases of `DenialTextsTest`, which
/// plays kubectl, put to both. What is said lies in `controls/`; `-Dgatehouse.golden=write` writes it anew.
@ClusterStory
@Timeout(600)
class ControlTextsStoryTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path CASES = ROOT.resolve("admission/src/test/resources/denials");
    private static final Path SAID = ROOT.resolve("kind-tests/src/test/resources/io/gatehouse/cluster/texts/controls");
    /// What a worker looks into ([DistrolessStoryTest]), and requests that are no manifests (the scenes of
    /// [TextsStoryTest]).
    private static final Set<String> LEFT_OUT = Set.of("Distroless.golden", "Connections.golden", "Interactive.golden");
    private static final Map<String, String> LABELS = Map.of("app", "web");
    private static final Pattern CASE = Pattern.compile("(?ms)^=== ([^\n]*)\n(.*?)\n---\n(.*?)\n=>\n");
    private static final String POLICY = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: immutable}
            spec:
              %s
              admission:
            %s""";

    @RegisterExtension
    static final Story STORY = Story.of("controls", ControlTextsStoryTest::begin);

    private static Gate gate;

    static void begin(Story story) throws Exception {
        gate = Gate.withPolicies(story, "");
        gate.register();
    }

    static Stream<String> files() throws IOException {
        try (var files = Files.list(CASES)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !LEFT_OUT.contains(name))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void kubectl_prints(String name) throws Exception {
        var said = new StringBuilder();
        var cases = CASE.matcher(Files.readString(CASES.resolve(name)));
        while (cases.find()) {
            if (!cases.group(3).contains("AdmissionReview")) {
                said.append("=== ").append(cases.group(1)).append('\n');
                said.append(says("mode: enforce", cases.group(2), cases.group(3)));
                said.append("-- in audit until 2099-12-01\n");
                said.append(says("mode: audit\n  enforceFrom: 2099-12-01", cases.group(2), cases.group(3)));
            }
        }
        var file = SAID.resolve(name.replace(".golden", ".txt"));
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.createDirectories(SAID);
            Files.writeString(file, said);
            return;
        }
        assertTrue(said.toString().contains("(policy immutable, "), said::toString);
        assertEquals(Files.readString(file), said.toString());
    }

    private static String says(String mode, String asked, String object) throws IOException, InterruptedException {
        gate.policies(POLICY.formatted(mode, asked.indent(4)));
        var manifest = complete(object.replace("namespace: shop", "namespace: " + STORY.namespace()));
        return STORY.kubectl()
                .with(manifest, "-n", STORY.namespace(), "create", "--dry-run=server", "--validate=false", "-f", "-")
                .text()
                .replace(STORY.namespace(), "shop")
                .replaceAll("f-[0-9a-f]{8}", "f-0a1b2c3d")
                .replaceAll("kube-api-access-[a-z0-9]{5}", "kube-api-access-abcde");
    }

    /// What the cases leave out since no control asks for it, and an API server does before it asks anybody.
    private static String complete(String object) {
        var serialization = STORY.client().getKubernetesSerialization();
        var whole = serialization.unmarshal(object, Map.class);
        if (mapping(whole.get("spec")).get("template") instanceof Map<?, ?> template) {
            mapping(whole.get("spec")).putIfAbsent("selector", Map.of("matchLabels", LABELS));
            mapping(mapping(template).computeIfAbsent("metadata", _ -> new HashMap<>()))
                    .putIfAbsent("labels", LABELS);
            images(mapping(template.get("spec")));
        } else {
            images(mapping(whole.get("spec")));
        }
        return serialization.asJson(whole);
    }

    private static void images(Map<String, Object> pod) {
        for (var list : List.of("initContainers", "containers")) {
            if (pod.get(list) instanceof List<?> containers) {
                containers.forEach(one -> mapping(one).putIfAbsent("image", "registry.invalid/any"));
            }
        }
    }

    @SuppressWarnings("unchecked") // a document's keys are texts
    private static Map<String, Object> mapping(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }
}
