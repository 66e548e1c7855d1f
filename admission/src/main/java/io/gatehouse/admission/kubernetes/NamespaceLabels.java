// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The labels of namespaces, followed by a watch. Any thread may ask, and none waits; until a namespace has been told
/// of, its labels are not known.
final class NamespaceLabels implements AutoCloseable {
    private final SharedIndexInformer<Namespace> informer;

    NamespaceLabels(ApiServer server, Consumer<String> notices) {
        informer = server.client().namespaces().runnableInformer(0);
        informer.exceptionHandler((started, cause) -> {
            notices.accept("the API server does not tell of namespaces: " + cause.getMessage());
            return true; // try again, whatever it was: the labels known so far stay in use
        });
        informer.start();
    }

    Optional<Map<String, String>> of(String namespace) {
        var known = informer.getStore().getByKey(namespace);
        if (known == null) {
            return Optional.empty();
        }
        var labels = known.getMetadata().getLabels();
        return Optional.of(labels == null ? Map.of() : Map.copyOf(labels));
    }

    @Override
    public void close() {
        informer.stop();
    }
}
