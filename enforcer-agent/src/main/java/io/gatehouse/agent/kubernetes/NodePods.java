// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The pods of one node, followed by a watch on that node alone: with 5,000 nodes the API server still tells each pod
/// to one of us. A lost connection is made again by the library; what was known stays known meanwhile.
///
/// Any thread may ask.
public final class NodePods implements AutoCloseable {
    private static final int CONNECTION_TIMEOUT_MILLIS = 5_000;

    private final KubernetesClient client;
    private final SharedIndexInformer<Pod> informer;
    private final Map<String, NodePod> byUid = new ConcurrentHashMap<>();
    private final Runnable changed;

    /// What an answer needs of a pod. Labels as the API server has them now.
    public record NodePod(String namespace, String name, String uid, Map<String, String> labels) {
        public NodePod {
            labels = Map.copyOf(labels);
        }
    }

    private NodePods(KubernetesClient client, String node, Runnable changed, Consumer<String> notices) {
        this.client = client;
        this.changed = changed;
        this.informer =
                client.pods().inAnyNamespace().withField("spec.nodeName", node).runnableInformer(0);
        informer.addEventHandler(new Keeper());
        informer.exceptionHandler((started, cause) -> {
            notices.accept("the API server does not tell of this node's pods: " + cause.getMessage());
            return true; // try again, whatever it was: the labels known so far stay in use
        });
        informer.start();
    }

    /// In a pod, by its service account; nothing elsewhere. Returns at once: pods come to be known.
    ///
    /// @param node as the API server names it
    /// @param changed called on a thread of the library when labels came, changed or went
    public static Optional<NodePods> inCluster(String node, Runnable changed, Consumer<String> notices) {
        if (System.getenv("KUBERNETES_SERVICE_HOST") == null
                || !Files.isReadable(Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH))) {
            return Optional.empty();
        }
        return Optional.of(connect(Config.autoConfigure(null), node, changed, notices));
    }

    static NodePods connect(Config config, String node, Runnable changed, Consumer<String> notices) {
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        var client = new KubernetesClientBuilder().withConfig(config).build();
        return new NodePods(client, node, changed, notices);
    }

    public Optional<NodePod> byUid(String uid) {
        return Optional.ofNullable(byUid.get(uid));
    }

    /// Whether all pods there are have been told of at least once.
    public boolean complete() {
        return informer.hasSynced();
    }

    @Override
    public void close() {
        informer.stop();
        client.close();
    }

    private final class Keeper implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            keep(pod);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            keep(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean stateUnknown) {
            if (byUid.remove(pod.getMetadata().getUid()) != null) {
                changed.run();
            }
        }

        private void keep(Pod pod) {
            var metadata = pod.getMetadata();
            var labels = metadata.getLabels() == null ? Map.<String, String>of() : metadata.getLabels();
            var now = new NodePod(metadata.getNamespace(), metadata.getName(), metadata.getUid(), labels);
            if (!now.equals(byUid.put(now.uid(), now))) {
                changed.run();
            }
        }
    }
}
