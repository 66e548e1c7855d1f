// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/// A connection to an API server: by the pod's service account, or by a kubeconfig. Any thread may use it.
public final class ApiServer implements AutoCloseable {
    private static final int CONNECTION_TIMEOUT_MILLIS = 5_000;
    private static final int REQUEST_TIMEOUT_MILLIS = 20_000;
    /// The first wait after a lost watch; each further one is twice as long, up to 32 times. Every process takes a wait
    /// of its own between these two, so that thousands of agents do not come back at one moment.
    private static final int LEAST_RECONNECT_MILLIS = 1_000;

    private static final int MOST_RECONNECT_MILLIS = 4_000;

    private static final String FALLBACK_NAMESPACE = "gatehouse-system";

    private final KubernetesClient client;
    private final String namespace;

    private ApiServer(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /// As in a pod, else as `KUBECONFIG` or `~/.kube/config` says. Asks nothing yet.
    ///
    /// @param kubeconfig names another file
    /// @throws IOException that file cannot be read, or is none
    public static ApiServer connect(Optional<Path> kubeconfig) throws IOException {
        if (kubeconfig.isEmpty()) {
            return connect(spread(Config.autoConfigure(null), ThreadLocalRandom.current()));
        }
        Config config;
        try {
            config = Config.fromKubeconfig(Files.readString(kubeconfig.get()));
        } catch (RuntimeException e) { // whatever the library makes of what is no kubeconfig
            throw new IOException("not a kubeconfig: " + kubeconfig.get(), e);
        }
        return connect(spread(config, ThreadLocalRandom.current()));
    }

    static Config spread(Config config, RandomGenerator random) {
        return new ConfigBuilder(config)
                .withWatchReconnectInterval(random.nextInt(LEAST_RECONNECT_MILLIS, MOST_RECONNECT_MILLIS))
                .build();
    }

    /// As a configuration says.
    public static ApiServer connect(Config config) {
        ClientKey.algorithm(config).ifPresent(config::setClientKeyAlgo);
        var bounded = new ConfigBuilder(config)
                .withConnectionTimeout(CONNECTION_TIMEOUT_MILLIS)
                .withRequestTimeout(REQUEST_TIMEOUT_MILLIS)
                .build();
        return new ApiServer(new KubernetesClientBuilder().withConfig(bounded).build(), namespace(config));
    }

    /// Of the pod this runs in, else as the kubeconfig says.
    private static String namespace(Config config) {
        try {
            return Files.readString(Path.of(Config.KUBERNETES_NAMESPACE_PATH)).strip();
        } catch (IOException _) {
            return Optional.ofNullable(config.getCurrentContext())
                    .map(context -> context.getContext().getNamespace())
                    .filter(named -> !named.isBlank())
                    .orElse(FALLBACK_NAMESPACE);
        }
    }

    /// Where it is, for people.
    public String address() {
        return client.getMasterUrl().toString();
    }

    /// Of the pod this runs in, else the one that the kubeconfig names, else the usual one.
    public String namespace() {
        return namespace;
    }

    public KubernetesClient client() {
        return client;
    }

    /// What a failed request means to a reader of a log.
    public static String reason(KubernetesClientException failure) {
        if (answered(failure)) {
            return failure.getCode() + " " + failure.getMessage();
        }
        var cause = failure.getCause() == null ? failure : failure.getCause();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /// Whether there was an answer at all.
    public static boolean answered(KubernetesClientException failure) {
        return failure.getCode() > 0;
    }

    @Override
    public void close() {
        client.close();
    }
}
