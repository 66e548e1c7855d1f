// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.AdmissionView;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.match.AskedEvent;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A pod and the request that brings it. Belongs to one thread.
///
/// As an event it is what the audit log would tell of the request, were it about the pod itself: of a Deployment the
/// pod of its template stands where the object would. Each event is made once, when it is first asked for.
public final class Arrival {
    private static final List<String> LISTS = List.of("containers", "initContainers", "ephemeralContainers");

    private final Pod pod;
    private final Node.Mapping request;
    private final Images images;
    private final Map<Container, Optional<AskedEvent<JsonEvent>>> alone = new IdentityHashMap<>();
    private Optional<JsonEvent> told;
    private Optional<AskedEvent<JsonEvent>> whole;

    /// @param request of an admission review, the part below `request`
    /// @param images what is known of them
    public Arrival(Pod pod, Node.Mapping request, Images images) {
        this.pod = pod;
        this.request = request;
        this.images = images;
    }

    /// Where nothing is known of images.
    public Arrival(Pod pod, Node.Mapping request) {
        this(pod, request, Images.NONE);
    }

    Images images() {
        return images;
    }

    public Pod pod() {
        return pod;
    }

    /// The pod as it is. Empty for a request that no log could tell.
    Optional<AskedEvent<JsonEvent>> whole() {
        if (whole == null) {
            whole = told().map(AskedEvent::new);
        }
        return whole;
    }

    /// The pod with one container alone, in `containers` whichever list it stands in.
    Optional<AskedEvent<JsonEvent>> alone(Container container) {
        var made = alone.get(container);
        if (made == null) {
            made = told().map(event -> new AskedEvent<>(about(event, with(pod.node(), "spec", only(container)))));
            alone.put(container, made);
        }
        return made;
    }

    /// What the log would tell.
    private Optional<JsonEvent> told() {
        if (told == null) {
            var asked = with(request, "object", pod.node());
            var review = new Node.Mapping(List.of(new Node.Entry("request", asked.span(), asked)), asked.span());
            told = AdmissionView.of(review, 1, 0); // the day is no matter to conditions at the gate
        }
        return told;
    }

    /// The same about another object.
    private static JsonEvent about(JsonEvent event, Node.Mapping object) {
        var document = with((Node.Mapping) event.document(), "requestObject", object);
        return new JsonEvent(event.source(), event.number(), event.timeNanos(), event.timeNanos(), document);
    }

    private Node.Mapping only(Container container) {
        var entries = new ArrayList<Node.Entry>();
        for (var entry : pod.spec().entries()) {
            if (!LISTS.contains(entry.key())) {
                entries.add(entry);
            }
        }
        var span = container.node().span();
        entries.add(new Node.Entry("containers", span, new Node.Sequence(List.of(container.node()), span)));
        return new Node.Mapping(entries, pod.spec().span());
    }

    private static Node.Mapping with(Node.Mapping mapping, String key, Node value) {
        var entries = new ArrayList<Node.Entry>();
        for (var entry : mapping.entries()) {
            if (!entry.key().equals(key)) {
                entries.add(entry);
            }
        }
        entries.add(new Node.Entry(key, value.span(), value));
        return new Node.Mapping(entries, mapping.span());
    }
}
