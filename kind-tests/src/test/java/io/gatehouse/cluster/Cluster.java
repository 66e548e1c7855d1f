// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.Testcontainers;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/// A cluster to test in: the one that `KUBECONFIG` names, or one of our own.
public final class Cluster implements AutoCloseable {
    private static final DockerImageName K3S = DockerImageName.parse("rancher/k3s:v1.34.1-k3s1");
    private static final String HOST_AS_SEEN_FROM_CONTAINERS = "host.testcontainers.internal";

    /// Whether there is one, and if not why.
    public sealed interface Search {
        record Found(Cluster cluster) implements Search {}

        record None(String reason) implements Search {}
    }

    private final ApiServer server;
    private final Path kubeconfig;
    private final List<AutoCloseable> owned;
    private final boolean own;

    private Cluster(Path kubeconfig, boolean own, List<AutoCloseable> owned) throws IOException {
        this.kubeconfig = kubeconfig;
        this.own = own;
        this.owned = List.copyOf(owned);
        this.server = ApiServer.connect(Optional.of(kubeconfig)); // as the product does
    }

    /// One for all the stories of a run, looked for once.
    static Search ofThisRun(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(Cluster.class))
                .computeIfAbsent(Kept.class, _ -> new Kept(search()), Kept.class)
                .search();
    }

    /// Until the run ends.
    private record Kept(Search search) implements AutoCloseable {
        @Override
        public void close() {
            if (search instanceof Search.Found(var cluster)) {
                cluster.close();
            }
        }
    }

    private static Search search() {
        try {
            return found();
        } catch (IOException e) {
            throw new UncheckedIOException("looking for a cluster", e);
        }
    }

    private static Search found() throws IOException {
        var named = System.getenv("KUBECONFIG");
        if (named != null && !named.isBlank()) {
            var cluster = new Cluster(Path.of(named), false, List.of());
            try {
                cluster.client().getKubernetesVersion();
                return new Search.Found(cluster);
            } catch (KubernetesClientException e) {
                cluster.close();
                return new Search.None("the cluster that KUBECONFIG names does not answer: " + e.getMessage());
            }
        }
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return new Search.None("KUBECONFIG is not set and no container engine answers");
        }
        return started();
    }

    private static Search started() throws IOException {
        var k3s = new K3sContainer(K3S);
        try {
            k3s.withAccessToHost(true).start();
        } catch (ContainerLaunchException e) {
            k3s.close();
            return new Search.None("KUBECONFIG is not set and " + K3S + " does not start here: " + e.getMessage());
        }
        var kubeconfig = Files.createTempFile("gatehouse-k3s", ".yaml");
        Files.writeString(kubeconfig, k3s.getKubeConfigYaml());
        return new Search.Found(new Cluster(kubeconfig, true, List.of(k3s, () -> Files.delete(kubeconfig))));
    }

    public KubernetesClient client() {
        return server.client();
    }

    /// For kubectl.
    public Path kubeconfig() {
        return kubeconfig;
    }

    /// A kubeconfig for somebody else.
    ///
    /// @param namespace of its context
    public Path kubeconfigFor(String token, String namespace, Path file) throws IOException {
        var configuration = client().getConfiguration();
        return Files.writeString(
                file, """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: u, user: {token: %s}}]
                contexts: [{name: x, context: {cluster: c, user: u, namespace: %s}}]
                current-context: x
                """.formatted(configuration.getMasterUrl(), authority(configuration), token, namespace));
    }

    private static String authority(Config configuration) throws IOException {
        return configuration.getCaCertData() != null
                ? configuration.getCaCertData()
                : Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(configuration.getCaCertFile())));
    }

    /// How the API server calls a server of this machine; also a name its certificate must bear.
    public String hostName() {
        var given = System.getenv("GATEHOUSE_WEBHOOK_HOST");
        if (given != null && !given.isBlank()) {
            return given;
        }
        return own ? HOST_AS_SEEN_FROM_CONTAINERS : "127.0.0.1";
    }

    /// Where that server has to listen.
    public String bindAddress() {
        return own ? "127.0.0.1" : hostName();
    }

    /// Lets the API server reach a port of this machine.
    public void expose(int port) {
        if (own) {
            Testcontainers.exposeHostPorts(port);
        }
    }

    @Override
    public void close() {
        server.close();
        for (var one : owned) {
            try {
                one.close();
            } catch (Exception e) { // the edge of the test: what is left behind must be told
                throw new IllegalStateException("clearing up after " + K3S, e);
            }
        }
    }
}
