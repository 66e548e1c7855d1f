// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The pods of one node, followed by a watch on that node alone: with 5,000 nodes the API server
/// still tells each pod to one of us. A lost connection is made again by the library; what was
/// known stays known meanwhile. Of each pod only a few words are kept.
///
/// Any thread may ask.
public final class NodePods implements AutoCloseable {
    /// A pod of a file of the kubelet's is told by a double of it, which has another uid; this says
    /// whose.
    private static final String MIRROR = "kubernetes.io/config.mirror";

    private final SharedIndexInformer<Pod> informer;
    private final Map<String, NodePod> byUid = new ConcurrentHashMap<>();
    private final Map<String, NodePod> byContainer = new ConcurrentHashMap<>();
    private final Runnable changed;

    /// What an answer needs of a pod.
    ///
    /// @param uid as the node knows it
    /// @param labels as the API server has them now
    /// @param containers ids of those that it has told of
    public record NodePod(
            String namespace, String name, String uid, Map<String, String> labels, Set<String> containers) {
        public NodePod {
            labels = Map.copyOf(labels);
            containers = Set.copyOf(containers);
        }
    }

    /// Returns at once: pods come to be known.
    ///
    /// @param node as the API server names it
    /// @param before known of old; as long as those there are have not been told of, they count
    /// @param changed called on a thread of the library when something of what is kept came,
    ///     changed or went
    NodePods(ApiServer server, String node, Collection<NodePod> before, Runnable changed, Consumer<String> notices) {
        this.changed = changed;
        before.forEach(this::keep);
        this.informer = server.client()
                .pods()
                .inAnyNamespace()
                .withField("spec.nodeName", node)
                .runnableInformer(0);
        informer.itemStore(new FewWords());
        informer.addEventHandler(new Keeper());
        informer.exceptionHandler((started, cause) -> {
            notices.accept("the API server does not tell of this node's pods: " + cause.getMessage());
            return true; // try again, whatever it was: the labels known so far stay in use
        });
        informer.start().thenRun(() -> forgetGone(before));
    }

    /// What was known of old and is not there any more.
    private void forgetGone(Collection<NodePod> before) {
        var there = new HashSet<String>();
        informer.getStore().list().forEach(pod -> there.add(uid(pod)));
        for (var old : before) {
            if (!there.contains(old.uid())) {
                forget(old.uid());
            }
        }
    }

    public Optional<NodePod> byUid(String uid) {
        return Optional.ofNullable(byUid.get(uid));
    }

    public Optional<NodePod> byContainer(String id) {
        return Optional.ofNullable(byContainer.get(id));
    }

    public int count() {
        return byUid.size();
    }

    Collection<NodePod> all() {
        return List.copyOf(byUid.values());
    }

    /// Whether all pods there are have been told of at least once.
    public boolean complete() {
        return informer.hasSynced();
    }

    @Override
    public void close() {
        informer.stop();
    }

    private void keep(NodePod now) {
        var before = byUid.put(now.uid(), now);
        if (before != null) {
            before.containers().stream()
                    .filter(id -> !now.containers().contains(id))
                    .forEach(byContainer::remove);
        }
        now.containers().forEach(id -> byContainer.put(id, now));
        if (!now.equals(before)) {
            changed.run();
        }
    }

    private void forget(String uid) {
        var gone = byUid.remove(uid);
        if (gone != null) {
            gone.containers().forEach(byContainer::remove);
            changed.run();
        }
    }

    private static NodePod read(Pod pod) {
        var metadata = pod.getMetadata();
        var labels = metadata.getLabels() == null ? Map.<String, String>of() : metadata.getLabels();
        return new NodePod(metadata.getNamespace(), metadata.getName(), uid(pod), labels, containers(pod));
    }

    private static String uid(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        return annotations == null
                ? pod.getMetadata().getUid()
                : annotations.getOrDefault(MIRROR, pod.getMetadata().getUid());
    }

    /// `containerd://4f2c…` without what stands before.
    private static Set<String> containers(Pod pod) {
        var ids = new HashSet<String>();
        var status = pod.getStatus();
        if (status != null) {
            Stream.of(
                            status.getInitContainerStatuses(),
                            status.getContainerStatuses(),
                            status.getEphemeralContainerStatuses())
                    .flatMap(List::stream)
                    .map(ContainerStatus::getContainerID)
                    .filter(id -> id != null && id.contains("://"))
                    .forEach(id -> ids.add(id.substring(id.indexOf("://") + 3)));
        }
        return ids;
    }

    private final class Keeper implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            keep(read(pod));
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            keep(read(pod));
        }

        @Override
        public void onDelete(Pod pod, boolean stateUnknown) {
            forget(uid(pod));
        }
    }

    /// What is looked at of a pod, and what the library needs to tell its versions apart; the rest
    /// of it is let go.
    private static final class FewWords extends BasicItemStore<Pod> {
        FewWords() {
            super(Cache::metaUidKeyFunc);
        }

        @Override
        public Pod put(String key, Pod pod) {
            return super.put(key, few(pod));
        }

        private static Pod few(Pod pod) {
            var metadata = pod.getMetadata();
            var annotations = metadata.getAnnotations() == null ? Map.<String, String>of() : metadata.getAnnotations();
            var few = new ObjectMetaBuilder()
                    .withName(metadata.getName())
                    .withNamespace(metadata.getNamespace())
                    .withUid(metadata.getUid())
                    .withResourceVersion(metadata.getResourceVersion())
                    .withLabels(metadata.getLabels());
            if (annotations.containsKey(MIRROR)) {
                few.addToAnnotations(MIRROR, annotations.get(MIRROR));
            }
            var statuses = containers(pod).stream()
                    .map(id -> new ContainerStatusBuilder()
                            .withContainerID("://" + id)
                            .build())
                    .toList();
            return new PodBuilder()
                    .withMetadata(few.build())
                    .withNewStatus()
                    .withContainerStatuses(statuses)
                    .endStatus()
                    .build();
        }
    }
}
