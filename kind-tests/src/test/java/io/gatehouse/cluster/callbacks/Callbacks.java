// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster.callbacks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.cluster.Gate;
import io.gatehouse.cluster.Kubectl;
import io.gatehouse.cluster.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The API server that calls back, as the folder says that `GATEHOUSE_CALLBACKS` names.
record Callbacks(Path folder) {
    static Optional<Callbacks> given() {
        return Optional.ofNullable(System.getenv("GATEHOUSE_CALLBACKS"))
                .filter(name -> !name.isBlank())
                .map(name -> new Callbacks(Path.of(name)));
    }

    /// Skips the test where there is none.
    static Callbacks needed() {
        assumeTrue(given().isPresent(), "GATEHOUSE_CALLBACKS names no API server that calls back");
        return given().orElseThrow();
    }

    /// A gate where it calls. Nobody else is answered.
    Gate gate(Story story, String policies, String... more) throws IOException, InterruptedException {
        var listen = Files.readString(folder.resolve("listen")).strip();
        var words = new ArrayList<>(List.of(
                "--certificate=" + folder.resolve("serving.pem"),
                "--key=" + folder.resolve("serving.pem"),
                "--client-ca=" + folder.resolve("client-ca.pem")));
        words.addAll(List.of(more));
        int port = Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1));
        return Gate.start(
                story, Gate.Start.of("gate", words.toArray(String[]::new)).at(port), policies);
    }

    /// Of both sides' certificates, as a registration writes it.
    String authority() throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("client-ca.pem")));
    }

    Kubectl kubectl(Story story) {
        return story.kubectl().as(folder.resolve("kubeconfig"));
    }
}
