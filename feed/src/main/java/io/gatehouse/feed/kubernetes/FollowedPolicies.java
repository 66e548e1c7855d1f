// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.feed.PolicyObjects;
import io.gatehouse.schemas.policy.PolicyResource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The policy objects of a cluster, followed by watches. A lost connection is made again by the library; what was known
/// stays known meanwhile, so that an API server that is away changes nothing.
///
/// Any thread may ask.
public final class FollowedPolicies implements PolicyObjects, AutoCloseable {
    /// So that a `kubectl apply` of many is taken as one change.
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration FIRST_ANSWER = Duration.ofSeconds(60);

    /// What of a cluster's definitions must be there.
    public enum Definitions {
        /// At least one, else there is nothing to follow.
        NEEDED,
        /// Those that come later are followed from then on.
        AS_THEY_COME
    }

    private static final int REVISION_BYTES = 16;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final Map<PolicyResource, SharedIndexInformer<GenericKubernetesResource>> informers =
            new ConcurrentHashMap<>();
    private final ApiServer server;
    private final Consumer<String> notices;
    /// Texts by object, kept while the object's spec stays, so that a change of one does not write all anew.
    private final Map<String, Written> written = new TreeMap<>();
    private final Semaphore changes = new Semaphore(0);
    private final Thread feeding;
    /// For definitions that are not there yet.
    private final Thread looking;
    /// Set before the thread starts.
    private Runnable changed = () -> {};
    /// Hears what became of them; written once, before the first change is fed.
    private volatile Consumer<Settlement> settlements = _ -> {};

    private volatile String revision = "";
    private volatile Settlement last = new Settlement("", List.of(), List.of());

    private record Written(String version, SourceText text) {}

    private FollowedPolicies(ApiServer server, Consumer<String> notices) {
        this.server = server;
        this.notices = notices;
        this.looking =
                Thread.ofPlatform().daemon().name("gatehouse-definitions").unstarted(this::lookAgain);
        this.feeding =
                Thread.ofPlatform().daemon().name("gatehouse-followed-policies").unstarted(this::feed);
    }

    /// As below, where a definition is needed.
    public static FollowedPolicies start(ApiServer server, Consumer<String> notices) throws IOException {
        return start(server, Definitions.NEEDED, notices);
    }

    /// Returns once all there are have been told.
    ///
    /// @throws IOException no definition is there, or the API server does not answer in time
    public static FollowedPolicies start(ApiServer server, Definitions definitions, Consumer<String> notices)
            throws IOException {
        var followed = new FollowedPolicies(server, notices);
        try {
            followed.begin(definitions);
            return followed;
        } catch (IOException e) {
            followed.close();
            throw e;
        }
    }

    private void begin(Definitions definitions) throws IOException {
        followServed();
        var missing = missing();
        if (informers.isEmpty() && definitions == Definitions.NEEDED) {
            throw new IOException(
                    "the cluster holds none of the definitions " + missing + "; apply those in deploy/crd");
        }
        if (!missing.isEmpty()) {
            notices.accept("not followed, since the cluster does not define them: " + missing
                    + "; they are as soon as it does");
            looking.start();
        }
    }

    private String missing() {
        return Stream.of(PolicyResource.values())
                .filter(resource -> !informers.containsKey(resource))
                .map(PolicyResource::definition)
                .collect(Collectors.joining(", "));
    }

    /// Follows what is served and not followed yet; returns once all of it has been told.
    private void followServed() throws IOException {
        var starting = new ArrayList<CompletionStage<Void>>();
        for (var resource : PolicyResource.values()) {
            if (!informers.containsKey(resource) && isServed(resource)) {
                var informer = informer(resource);
                informers.put(resource, informer);
                starting.add(informer.start());
            }
        }
        for (var one : starting) {
            try {
                one.toCompletableFuture().get(FIRST_ANSWER.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new IOException("the API server did not tell of the policies within " + FIRST_ANSWER, e);
            } catch (ExecutionException e) {
                throw new IOException(
                        "the policies cannot be followed: " + e.getCause().getMessage(), e);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while policies were first told");
            }
        }
    }

    private SharedIndexInformer<GenericKubernetesResource> informer(PolicyResource resource) {
        var informer = server.client()
                .genericKubernetesResources(context(resource))
                .inAnyNamespace()
                .runnableInformer(0);
        informer.addEventHandler(new Bell());
        informer.exceptionHandler((started, cause) -> {
            notices.accept("the API server does not tell of " + resource.plural() + ": " + cause.getMessage());
            return true; // try again, whatever it was: what is known so far stays in force
        });
        return informer;
    }

    private void lookAgain() {
        try {
            while (!missing().isEmpty()) {
                Thread.sleep(LOOK_AGAIN.plusMillis(ThreadLocalRandom.current().nextLong(LOOK_AGAIN.toMillis())));
                try {
                    var before = missing();
                    followServed();
                    if (!missing().equals(before)) {
                        notices.accept("followed from now on, of what the cluster did not define before: " + before);
                        changes.release();
                    }
                } catch (IOException _) {
                    // an API server that is away defines nothing new either
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private boolean isServed(PolicyResource resource) throws IOException {
        try {
            return server.client()
                            .raw("/apis/" + PolicyResource.GROUP + "/" + PolicyResource.VERSION + "/"
                                    + resource.plural() + "?limit=1")
                    != null;
        } catch (KubernetesClientException e) {
            if (e.getCode() == 404) {
                return false;
            }
            throw new IOException("the policies cannot be listed: " + ApiServer.reason(e), e);
        }
    }

    public static ResourceDefinitionContext context(PolicyResource resource) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(PolicyResource.GROUP)
                .withVersion(PolicyResource.VERSION)
                .withKind(resource.kind())
                .withPlural(resource.plural())
                .withNamespaced(resource.namespaced())
                .build();
    }

    /// @param feed loads the policies anew
    /// @param heard hears after each load what became of each
    public void feed(Runnable feed, Consumer<Settlement> heard) {
        changed = feed;
        settlements = heard;
        heard.accept(last);
        feeding.start();
    }

    private void feed() {
        try {
            while (true) {
                changes.acquire();
                do {
                    Thread.sleep(QUIET);
                } while (changes.drainPermits() > 0 && !Thread.currentThread().isInterrupted());
                changed.run();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /// By kind, namespace and name.
    @Override
    public synchronized List<SourceText> texts() {
        var now = new TreeMap<String, Written>();
        informers.forEach((resource, informer) -> informer.getStore().list().forEach(object -> {
            var name = name(resource, object);
            var version =
                    object.getMetadata().getUid() + "/" + object.getMetadata().getGeneration();
            var kept = written.get(name);
            boolean same = kept != null
                    && kept.version().equals(version)
                    && object.getMetadata().getGeneration() != null;
            now.put(name, same ? kept : new Written(version, new SourceText(name, text(object))));
        }));
        written.clear();
        written.putAll(now);
        revision = sum(now);
        return now.values().stream().map(Written::text).toList();
    }

    /// Of what [#texts] told last: who follows the same objects in the same versions has the same.
    public String revision() {
        return revision;
    }

    private static String sum(Map<String, Written> all) {
        try {
            var sum = MessageDigest.getInstance("SHA-256");
            all.forEach(
                    (name, one) -> sum.update((name + " " + one.version() + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sum.digest(), 0, REVISION_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// `WorkloadPolicy shop/nginx`, unique among all kinds.
    static String name(PolicyResource resource, GenericKubernetesResource object) {
        var namespace = object.getMetadata().getNamespace();
        return resource.kind() + " " + (namespace == null || namespace.isEmpty() ? "" : namespace + "/")
                + object.getMetadata().getName();
    }

    /// What a file would hold. Status and what the API server added are no part of it.
    private String text(GenericKubernetesResource object) {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("name", object.getMetadata().getName());
        if (object.getMetadata().getNamespace() != null) {
            metadata.put("namespace", object.getMetadata().getNamespace());
        }
        var whole = new LinkedHashMap<String, Object>();
        whole.put("apiVersion", object.getApiVersion());
        whole.put("kind", object.getKind());
        whole.put("metadata", metadata);
        whole.put("spec", object.getAdditionalProperties().get("spec"));
        return server.client().getKubernetesSerialization().asYaml(whole);
    }

    @Override
    public void settled(Settlement settlement) {
        last = settlement;
        settlements.accept(settlement);
    }

    public Settlement last() {
        return last;
    }

    /// The object as it was last told, by its name in [#texts].
    public Optional<Told> object(String name) {
        for (var informer : informers.entrySet()) {
            for (var object : informer.getValue().getStore().list()) {
                if (name(informer.getKey(), object).equals(name)) {
                    return Optional.of(new Told(informer.getKey(), object));
                }
            }
        }
        return Optional.empty();
    }

    public record Told(PolicyResource resource, GenericKubernetesResource object) {}

    @Override
    public void close() {
        feeding.interrupt();
        looking.interrupt();
        informers.values().forEach(SharedIndexInformer::stop);
    }

    /// A change of status alone is no change.
    private final class Bell implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource object) {
            changes.release();
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource now) {
            var spec = before.getAdditionalProperties().get("spec");
            if (spec == null || !spec.equals(now.getAdditionalProperties().get("spec"))) {
                changes.release();
            }
        }

        @Override
        public void onDelete(GenericKubernetesResource object, boolean stateUnknown) {
            changes.release();
        }
    }
}
