// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.gatehouse.engine.policy.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// What namespaces chose by the label [Workload#MODE_LABEL], followed by a watch of those that carry it
/// and no others: of thousands of namespaces that come and go on a cluster, a node hears of the few that
/// matter to it.
///
/// Any thread may ask, and none waits; until all have been told of, what a namespace chose is not known.
public final class NamespaceLabels implements AutoCloseable {
    private final SharedIndexInformer<Namespace> informer;

    /// @param changed called on a thread of the library when a choice came, changed or went
    public NamespaceLabels(ApiServer server, Runnable changed, Consumer<String> notices) {
        informer = server.client().namespaces().withLabel(Workload.MODE_LABEL).runnableInformer(0);
        informer.addEventHandler(new Bell(changed));
        informer.exceptionHandler((started, cause) -> {
            notices.accept("the API server does not tell of namespaces: " + cause.getMessage());
            return true; // try again, whatever it was: the labels known so far stay in use
        });
        informer.start();
    }

    /// The labels of a namespace, none of those that chose nothing; absent while not all have been told of.
    public Optional<Map<String, String>> of(String namespace) {
        var known = informer.getStore().getByKey(namespace);
        if (known == null) {
            return complete() ? Optional.of(Map.of()) : Optional.empty();
        }
        return Optional.of(labels(known));
    }

    /// The labels of all that chose.
    public Map<String, Map<String, String>> all() {
        return informer.getStore().list().stream()
                .collect(Collectors.toMap(
                        each -> each.getMetadata().getName(),
                        NamespaceLabels::labels,
                        (first, _) -> first,
                        TreeMap::new));
    }

    /// Whether all there are have been told of at least once.
    public boolean complete() {
        return informer.hasSynced();
    }

    private static Map<String, String> labels(Namespace namespace) {
        var labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : Map.copyOf(labels);
    }

    @Override
    public void close() {
        informer.stop();
    }

    private record Bell(Runnable changed) implements ResourceEventHandler<Namespace> {
        @Override
        public void onAdd(Namespace namespace) {
            changed.run();
        }

        @Override
        public void onUpdate(Namespace before, Namespace now) {
            if (!labels(before).equals(labels(now))) {
                changed.run();
            }
        }

        @Override
        public void onDelete(Namespace namespace, boolean stateUnknown) {
            changed.run();
        }
    }
}
