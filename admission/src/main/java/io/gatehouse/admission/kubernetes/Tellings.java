// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gatehouse.admission.review.EventSink;
import io.gatehouse.admission.review.ObjectEvent;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// One Event for one denial, on the object or on what would have made it, so that whoever looks at a Deployment without
/// pods sees why. The same denial again is counted and told once in a while; a storm is cut; nothing here delays an
/// answer, since whoever judges only puts into a queue.
public final class Tellings implements EventSink, AutoCloseable {
    private static final int QUEUE = 1_000;
    /// Denials that are remembered, the least recently seen forgotten first.
    private static final int REMEMBERED = 1_000;

    private static final Duration SILENCE = Duration.ofMinutes(10);
    private static final int BURST = 25;
    private static final Duration REFILL = Duration.ofSeconds(1);
    private static final int MAX_NOTE_CHARS = 1000;
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final ResourceDefinitionContext EVENTS = new ResourceDefinitionContext.Builder()
            .withGroup("events.k8s.io")
            .withVersion("v1")
            .withKind("Event")
            .withPlural("events")
            .withNamespaced(true)
            .build();

    /// @param repeated denials that were told a short time ago
    /// @param cut denials that found no room, in the queue or in the rate
    /// @param failed events that the API server did not take
    public record Counts(long told, long repeated, long cut, long failed) {}

    private static final class Heard {
        private Instant told;
        private long since;
    }

    private final ApiServer server;
    private final String instance;
    private final InstantSource clock;
    private final Consumer<String> notices;
    private final ArrayBlockingQueue<ObjectEvent> queue = new ArrayBlockingQueue<>(QUEUE);
    private final LongAdder told = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder cut = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Thread thread;
    /// Of the telling thread.
    private final Map<String, Heard> heard = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Heard> eldest) {
            return size() > REMEMBERED;
        }
    };
    /// Of the telling thread.
    private double room = BURST;

    private Instant filled;
    private boolean saidThatItFails;
    private long number;

    Tellings(ApiServer server, String instance, InstantSource clock, Consumer<String> notices) {
        this.server = server;
        this.instance = instance;
        this.clock = clock;
        this.notices = notices;
        this.filled = clock.instant();
        this.thread = Thread.ofPlatform().daemon().name("gatehouse-tellings").start(this::run);
    }

    public Counts counts() {
        return new Counts(told.sum(), repeated.sum(), cut.sum(), failed.sum());
    }

    /// Never waits. What belongs to no namespace is not told: its events would lie in one that nobody looks at.
    @Override
    public void offer(ObjectEvent event) {
        if (event.about().namespace().isPresent() && !queue.offer(event)) {
            cut.increment();
        }
    }

    private void run() {
        try {
            while (true) {
                tell(queue.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void tell(ObjectEvent denial) throws InterruptedException {
        var now = clock.instant();
        var before = heard.computeIfAbsent(denial.key(), _ -> new Heard());
        if (before.told != null && now.isBefore(before.told.plus(SILENCE))) {
            before.since++;
            repeated.increment();
            return;
        }
        if (!takeRoom(now)) {
            cut.increment();
            return;
        }
        var note = denial.note() + (before.since > 0 ? " (" + before.since + " times since)" : "");
        before.told = now;
        before.since = 0;
        try {
            server.client()
                    .genericKubernetesResources(EVENTS)
                    .inNamespace(denial.about().namespace().orElseThrow())
                    .resource(event(denial, note, now))
                    .create();
            told.increment();
        } catch (KubernetesClientException e) {
            failed.increment();
            if (!saidThatItFails) {
                saidThatItFails = true;
                notices.accept("denials cannot be told as Events: " + ApiServer.reason(e));
            }
        }
    }

    private boolean takeRoom(Instant now) {
        room = Math.min(BURST, room + (double) Duration.between(filled, now).toNanos() / REFILL.toNanos());
        filled = now;
        if (room < 1) {
            return false;
        }
        room--;
        return true;
    }

    private GenericKubernetesResource event(ObjectEvent told, String note, Instant now) {
        var about = told.about();
        var event = new GenericKubernetesResource();
        event.setApiVersion("events.k8s.io/v1");
        event.setKind("Event");
        var name = about.name().replaceAll("[^a-z0-9.-]", "") + ".gatehouse." + Long.toHexString(now.toEpochMilli())
                + Long.toHexString(number++);
        event.setMetadata(new ObjectMetaBuilder()
                .withName(name.replaceFirst("^[.-]+", ""))
                .withNamespace(about.namespace().orElseThrow())
                .build());
        event.setAdditionalProperty("eventTime", MICRO_TIME.format(now));
        event.setAdditionalProperty("type", "Warning");
        event.setAdditionalProperty("reason", told.reason());
        event.setAdditionalProperty("action", "Admission");
        event.setAdditionalProperty("note", note.length() <= MAX_NOTE_CHARS ? note : note.substring(0, MAX_NOTE_CHARS));
        event.setAdditionalProperty("reportingController", "gatehouse.io/gate");
        event.setAdditionalProperty("reportingInstance", instance);
        var regarding = new LinkedHashMap<String, Object>();
        regarding.put("apiVersion", about.apiVersion());
        regarding.put("kind", about.kind());
        regarding.put("namespace", about.namespace().orElseThrow());
        regarding.put("name", about.name());
        about.uid().ifPresent(uid -> regarding.put("uid", uid));
        event.setAdditionalProperty("regarding", regarding);
        return event;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
