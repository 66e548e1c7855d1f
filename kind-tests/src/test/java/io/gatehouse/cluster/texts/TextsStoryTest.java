// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.texts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Kubectl;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every denial and every warning as kubectl prints it. The texts lie beside this class's resources; after a change
/// that is meant, `-Dgatehouse.golden=write` writes them anew.
@ClusterStory
class TextsStoryTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root"), "kind-tests/src/test/resources/io/gatehouse/cluster/texts");

    @RegisterExtension
    static final Story STORY = Story.of("texts", TextsStoryTest::begin);

    private static Gate gate;

    static void begin(Story story) throws Exception {
        gate = Gate.withPolicies(story, "");
        gate.register();
    }

    static Stream<Path> scenes() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void kubectl_prints(Path file) throws Exception {
        var scene = Scene.read(Files.readString(file));
        var played = play(scene);
        if ("write".equals(System.getProperty("gatehouse.golden"))) {
            Files.writeString(file, played.text());
            return;
        }
        assertEquals(scene.text(), played.text());
    }

    private static Scene play(Scene scene) throws IOException, InterruptedException {
        gate.policies(scene.policies());
        var kubectl = STORY.kubectl();
        try {
            return scene.played(step -> said(kubectl, step));
        } finally {
            kubectl.run("-n", STORY.namespace(), "delete", "all", "--all", "--grace-period=0", "--force");
        }
    }

    private static String said(Kubectl kubectl, Scene.Step step) throws IOException, InterruptedException {
        var ended = kubectl.with(step.input(), step.words("-n", STORY.namespace()));
        assertTrue(ended.err().isEmpty(), "both streams are read as one");
        return ended.text()
                .replace(STORY.namespace(), "shop")
                .replace(gate.address(), "https://gate")
                .replaceAll("f-[0-9a-f]{8}", "f-0a1b2c3d")
                .replaceAll("debugger-[a-z0-9]{5}", "debugger-abcde");
    }
}
