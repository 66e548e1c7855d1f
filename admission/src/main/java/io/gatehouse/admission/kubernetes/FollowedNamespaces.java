// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.gatehouse.admission.review.Namespaces;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The labels of a cluster's namespaces. Until the API server has told of them, and where it does not, none is known and
/// policies count as they are written.
final class FollowedNamespaces implements Namespaces, AutoCloseable {
    private final SharedIndexInformer<Namespace> informer;

    private FollowedNamespaces(SharedIndexInformer<Namespace> informer) {
        this.informer = informer;
    }

    /// Waits for nothing: a gate that cannot see namespaces answers all the same.
    static FollowedNamespaces start(ApiServer server, Consumer<String> notices) {
        var informer = server.client().namespaces().runnableInformer(0);
        informer.exceptionHandler((started, cause) -> {
            notices.accept("the API server does not tell of namespaces, so none chooses its mode: " + cause.getMessage());
            return true; // try again, whatever it was
        });
        informer.start();
        return new FollowedNamespaces(informer);
    }

    @Override
    public Optional<Map<String, String>> labels(String namespace) {
        return Optional.ofNullable(informer.getStore().getByKey(namespace))
                .map(found -> Optional.ofNullable(found.getMetadata().getLabels()).orElse(Map.of()));
    }

    @Override
    public void close() {
        informer.stop();
    }
}
