// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// What the tests of one class share: the cluster, a namespace of its own in it, a folder, and what is undone at the
/// end. Without a cluster nothing is begun and every test is skipped with the reason.
public final class Story implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    /// What stands before the first test.
    @FunctionalInterface
    public interface Beginning {
        void begin(Story story) throws Exception;
    }

    private final String namespace;
    private final Beginning beginning;
    private final Deque<AutoCloseable> toUndo = new ArrayDeque<>();
    private Cluster.Search search = new Cluster.Search.None("not begun");
    private Path folder;

    private Story(String name, Beginning beginning) {
        this.namespace =
                "gatehouse-" + name + "-" + UUID.randomUUID().toString().substring(0, 8);
        this.beginning = beginning;
    }

    /// @param name of the story, in the name of its namespace
    public static Story of(String name, Beginning beginning) {
        return new Story(name, beginning);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        search = Cluster.ofThisRun(context);
        if (search instanceof Cluster.Search.Found) {
            folder = Files.createTempDirectory("gatehouse-story");
            atEnd(() -> remove(folder));
            namespace(namespace, Map.of());
            beginning.begin(this);
        }
    }

    /// For each test, since a class that is given up whole is not reported as skipped.
    @Override
    public void beforeEach(ExtensionContext context) {
        if (search instanceof Cluster.Search.None(var reason)) {
            abort(reason);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Exception first = null;
        while (!toUndo.isEmpty()) {
            try {
                toUndo.pop().close();
            } catch (Exception e) { // the rest is undone all the same
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /// Undone after the last test, the last first.
    public <T extends AutoCloseable> T atEnd(T undoing) {
        toUndo.push(undoing);
        return undoing;
    }

    public Cluster cluster() {
        return switch (search) {
            case Cluster.Search.Found(var found) -> found;
            case Cluster.Search.None(var reason) -> throw new IllegalStateException(reason);
        };
    }

    public KubernetesClient client() {
        return cluster().client();
    }

    /// Of this story alone.
    public String namespace() {
        return namespace;
    }

    public Path folder() {
        return folder;
    }

    /// Skips the test where there is none.
    public Kubectl kubectl() {
        return Kubectl.of(cluster().kubeconfig()).orElseGet(() -> abort("no kubectl: neither KUBECTL nor PATH has it"));
    }

    /// Makes a namespace that goes with the story.
    public void namespace(String name, Map<String, String> labels) {
        atEnd(() -> client().namespaces().withName(name).delete());
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create();
        await(
                "the namespace has its account",
                () -> client().serviceAccounts()
                                .inNamespace(name)
                                .withName("default")
                                .get()
                        != null);
    }

    /// Makes what a manifest describes, to the last field, and takes it away with the story.
    public void make(String manifest) {
        client().resource(manifest).fieldValidation(Validation.STRICT).create();
        atEnd(() -> client().resource(manifest).delete());
    }

    /// The same for several.
    public void makeAll(String manifests) {
        for (var one : manifests.split("(?m)^---\\s*$")) {
            if (one.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
                make(one);
            }
        }
    }

    /// The definitions of policies as they are here, whoever applied others before. They stay: others may use them.
    public void definitions() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("gatehouse.root"), "deploy", "crd"))) {
            for (var file :
                    files.filter(one -> !one.endsWith("kustomization.yaml")).toList()) {
                client().resource(Files.readString(file)).forceConflicts().serverSideApply();
            }
        }
        await(
                "the definitions are served",
                () -> client().raw("/apis/gatehouse.io/v1alpha1/workloadpolicies") != null
                        && client().raw("/apis/gatehouse.io/v1alpha1/clusterpolicyexemptions") != null);
    }

    /// Looks again and again.
    public static void await(String what, Callable<Boolean> condition) {
        await(what, PATIENCE, condition);
    }

    /// With as much patience as this takes.
    public static void await(String what, Duration patience, Callable<Boolean> condition) {
        long until = System.nanoTime() + patience.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > until) {
                    fail("not within " + patience.toSeconds() + " s: " + what);
                }
                Thread.sleep(BETWEEN_LOOKS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            fail("interrupted while waiting: " + what);
        } catch (Exception e) { // whatever the question was
            fail("while waiting: " + what, e);
        }
    }

    private static void remove(Path folder) {
        try (var all = Files.walk(folder)) {
            for (var one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
