// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cluster.ClusterStory;
import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Story;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The API server asks about images alone, without any registration.
@ClusterStory
class ImagePolicyStoryTest {
    private static final String POLICIES = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: registries}
            spec:
              mode: enforce
              match: {namespaces: [%s]}
              admission: {images: {allow: [registry.example.com]}, imageReviews: {breakGlass: allow}}
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, annotations: {%s}}
            spec: {containers: [{name: web, image: %s/web}]}
            """;

    @RegisterExtension
    static final Story STORY = Story.of("images", ImagePolicyStoryTest::begin);

    private static Gate gate;

    static void begin(Story story) throws Exception {
        if (Callbacks.given().isPresent()) {
            gate = Callbacks.needed().gate(story, POLICIES.formatted(story.namespace()));
        }
    }

    private static String create(String name, String annotations, String registry) throws Exception {
        return Callbacks.needed()
                .kubectl(STORY)
                .with(POD.formatted(name, annotations, registry), "-n", STORY.namespace(), "create", "-f", "-")
                .text();
    }

    @Test
    void an_image_from_elsewhere_is_refused_with_the_policy() throws Exception {
        assertEquals("pod/good created\n", create("good", "", "registry.example.com"));
        var said = create("bad", "", "registry.invalid");
        assertTrue(said.contains("pods \"bad\" is forbidden: "), said);
        assertTrue(said.contains("registry.invalid/web, which is not on the list"), said);
        assertTrue(said.contains("(policy registries, admission.images.allow"), said);
    }

    @Test
    void whoever_breaks_the_glass_is_let_in_and_told_of() throws Exception {
        assertEquals(
                "pod/broken-glass created\n",
                create(
                        "broken-glass",
                        "gatehouse.image-policy.k8s.io/break-glass: 'TICKET-7: the shop is down'",
                        "registry.invalid"));
        gate.awaitAlert("TICKET-7");
    }

    @Test
    void while_nobody_answers_the_plug_in_refuses_as_it_was_told() throws Exception {
        gate.kill();
        try {
            var said = create("unanswered", "", "registry.example.com");
            assertTrue(said.contains("connection refused"), said);
        } finally {
            gate = Callbacks.needed().gate(STORY, POLICIES.formatted(STORY.namespace()));
        }
        Story.await(
                "it answers again",
                () -> create("answered-" + System.nanoTime(), "", "registry.example.com")
                        .contains("created"));
    }
}
