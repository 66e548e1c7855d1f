// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.admission.control.Breach;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.Namespaces;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.admission.review.Subject;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One walk over everything in a cluster that carries a pod, judged as the gate would judge it now.
///
/// What an object has from the one that made it is counted there: a Deployment, its ReplicaSets and their pods are one
/// finding, unless one of them has something more, such as an ephemeral container or what another webhook put in.
/// Rules over audit events are not asked: they are about requests, and nobody has made one.
final class Scan {
    /// Of one request. A page of pods of 20 KiB each stays far below [#PAGE].
    private static final int PAGE_ITEMS = 250;

    /// Rules over audit events have names of their own.
    private static final String OF_POLICIES = "admission.";

    private static final JsonReader.Limits PAGE = new JsonReader.Limits(64 * 1024 * 1024, 100, 2 * 1024 * 1024);

    /// What one finding of one object is.
    ///
    /// @param uid of the object
    record Found(Subject subject, String apiVersion, String uid, Finding finding) {}

    /// @param found by namespace, in the order in which objects came
    /// @param objects how many were judged
    /// @param unjudged objects of a shape that cannot be judged, and pages that could not be read
    /// @param unlisted kinds that could not be listed, each with the reason
    record Result(Map<String, List<Found>> found, int objects, int unjudged, List<String> unlisted) {}

    /// One thing that is wrong, of the object it began with.
    private record Key(String policy, String rule, String container, String seen) {}

    private final ApiServer server;
    private final Set<String> excluded;
    private final Snapshot snapshot;
    private final Images images;
    private final Namespaces namespaces;
    private final LocalDate today;
    private final Leadership.Term term;

    private final Map<String, List<Found>> found = new HashMap<>();
    /// By uid, what is wrong with it or with what made it; the same set all the way down.
    private final Map<String, Set<Key>> known = new HashMap<>();
    private int objects;
    private int unjudged;
    private final List<String> unlisted = new ArrayList<>();

    private Scan(
            ApiServer server,
            Set<String> excluded,
            Snapshot snapshot,
            Images images,
            Namespaces namespaces,
            LocalDate today,
            Leadership.Term term) {
        this.server = server;
        this.excluded = excluded;
        this.snapshot = snapshot;
        this.images = images;
        this.namespaces = namespaces;
        this.today = today;
        this.term = term;
    }

    /// @param excluded namespaces that the gate is not asked about either
    /// @throws InterruptedException the term ended, and what was found so far is worth nothing
    static Result walk(
            ApiServer server,
            Set<String> excluded,
            Snapshot snapshot,
            Images images,
            Namespaces namespaces,
            LocalDate today,
            Leadership.Term term)
            throws InterruptedException {
        var scan = new Scan(server, excluded, snapshot, images, namespaces, today, term);
        for (var bearer : makersFirst(Bearer.named(snapshot.workloads()))) {
            scan.list(bearer);
        }
        return new Result(scan.found, scan.objects, scan.unjudged, List.copyOf(scan.unlisted));
    }

    /// Whoever makes others comes before them: controllers of kinds that policies name make
    /// built-in ones.
    private static List<Bearer> makersFirst(List<Bearer> named) {
        var last = List.of("ReplicaSet", "Job", "Pod");
        var ordered = new ArrayList<>(named);
        ordered.addAll(
                Bearer.ALL.stream().filter(one -> !last.contains(one.kind())).toList());
        for (var kind : last) {
            Bearer.ALL.stream().filter(one -> one.kind().equals(kind)).forEach(ordered::add);
        }
        return ordered;
    }

    /// Of a kind that a policy names the version is the API server's to say, and that it is there
    /// at all.
    private void list(Bearer bearer) throws InterruptedException {
        if (!bearer.builtIn()) {
            var served = served(bearer);
            if (served.isPresent()) {
                listServed(bearer.in(served.get()));
            }
            return;
        }
        listServed(bearer);
    }

    private Optional<String> served(Bearer bearer) {
        try {
            return Optional.ofNullable(server.client().raw("/apis/" + bearer.group()))
                    .flatMap(Scan::mapping)
                    .flatMap(group -> Fields.mapping(group, "preferredVersion"))
                    .flatMap(preferred -> Fields.text(preferred, "version"));
        } catch (KubernetesClientException e) {
            if (e.getCode() != 404) {
                refused(bearer, e);
            }
            return Optional.empty();
        }
    }

    private void refused(Bearer bearer, KubernetesClientException e) {
        unjudged++;
        unlisted.add(bearer.resource() + (bearer.group().isEmpty() ? "" : "." + bearer.group()) + ": "
                + ApiServer.reason(e));
    }

    private void listServed(Bearer bearer) throws InterruptedException {
        var group = bearer.group().isEmpty() ? "/api/" : "/apis/" + bearer.group() + "/";
        var path = group + bearer.version() + "/" + bearer.resource() + "?limit=" + PAGE_ITEMS;
        var token = "";
        do {
            if (!term.holds() || Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("the lease is gone");
            }
            var body = page(
                    bearer,
                    path + (token.isEmpty() ? "" : "&continue=" + URLEncoder.encode(token, StandardCharsets.UTF_8)));
            if (body.isEmpty()) {
                return;
            }
            var list = mapping(body.get());
            if (list.isEmpty()) {
                unjudged++;
                return;
            }
            if (Fields.value(list.get(), "items").orElse(null) instanceof Node.Sequence items) {
                for (var item : items.items()) {
                    if (item instanceof Node.Mapping object) {
                        judge(bearer, object);
                    }
                }
            }
            token = Fields.mapping(list.get(), "metadata")
                    .flatMap(metadata -> Fields.text(metadata, "continue"))
                    .orElse("");
        } while (!token.isEmpty());
    }

    /// Empty where the API server does not answer, or where the list changed so much that it wants to begin anew: the
    /// next walk will.
    private Optional<String> page(Bearer bearer, String path) {
        try {
            var body = Optional.ofNullable(server.client().raw(path));
            if (body.isEmpty() && bearer.builtIn()) {
                unjudged++;
            }
            return body;
        } catch (KubernetesClientException e) {
            refused(bearer, e);
            return Optional.empty();
        }
    }

    private static Optional<Node.Mapping> mapping(String body) {
        var reading = JsonReader.read("list", body.getBytes(StandardCharsets.UTF_8), PAGE);
        return reading.documents().stream()
                .filter(Node.Mapping.class::isInstance)
                .map(Node.Mapping.class::cast)
                .findFirst();
    }

    private void judge(Bearer bearer, Node.Mapping object) {
        var metadata = Fields.mapping(object, "metadata");
        var namespace = metadata.flatMap(m -> Fields.text(m, "namespace"));
        if (namespace.isEmpty() || excluded.contains(namespace.get())) {
            return;
        }
        var uid = metadata.flatMap(m -> Fields.text(m, "uid")).orElse("");
        var maker = metadata.flatMap(Scan::maker);
        if (runsNothing(bearer, object, maker)) {
            return;
        }
        var subject = new Subject(
                bearer.group(),
                bearer.kind(),
                namespace,
                ReviewReader.nameOf(object),
                ReviewReader.generatedName(object));
        var request = new ReviewRequest(
                uid, subject, bearer.resource(), Operation.CREATE, Optional.of(object), Optional.empty(), true, "");
        switch (Judge.decide(request, snapshot, images, namespaces, today)) {
            case Judge.Outcome.Malformed _ -> unjudged++;
            case Judge.Outcome.Judged(var decision) -> {
                objects++;
                var keys = maker.map(of -> known.computeIfAbsent(of, _ -> new HashSet<>()))
                        .orElseGet(HashSet::new);
                known.put(uid, keys);
                var version = bearer.group().isEmpty() ? bearer.version() : bearer.group() + "/" + bearer.version();
                for (var finding : decision.findings()) {
                    if (counts(finding) && keys.add(key(finding))) {
                        found.computeIfAbsent(namespace.get(), _ -> new ArrayList<>())
                                .add(new Found(subject, version, uid, finding));
                    }
                }
            }
        }
    }

    /// What is not known yet is found by a later scan.
    private static boolean counts(Finding finding) {
        return finding.breach().rule().startsWith(OF_POLICIES)
                && !(finding.breach().weight() instanceof Breach.Weight.Wait);
    }

    private static Key key(Finding finding) {
        var breach = finding.breach();
        return new Key(
                finding.policy().toString(),
                breach.rule(),
                breach.container().map(Container::words).orElse(breach.field().replaceFirst("^.*spec\\.", "")),
                breach.seen());
    }

    /// The uid of what controls it.
    private static Optional<String> maker(Node.Mapping metadata) {
        if (Fields.value(metadata, "ownerReferences").orElse(null) instanceof Node.Sequence owners) {
            for (var owner : owners.items()) {
                if (owner instanceof Node.Mapping reference && Fields.isTrue(Fields.value(reference, "controller"))) {
                    return Fields.text(reference, "uid");
                }
            }
        }
        return Optional.empty();
    }

    /// An old revision that a Deployment keeps, and a pod that has ended.
    private static boolean runsNothing(Bearer bearer, Node.Mapping object, Optional<String> maker) {
        if (bearer.isPod()) {
            var phase = Fields.mapping(object, "status").flatMap(status -> Fields.text(status, "phase"));
            return phase.filter(word -> word.equals("Succeeded") || word.equals("Failed"))
                    .isPresent();
        }
        return maker.isPresent()
                && Fields.mapping(object, "spec")
                        .flatMap(spec -> Fields.value(spec, "replicas"))
                        .filter(node -> node instanceof Node.Number number
                                && number.literal().equals("0"))
                        .isPresent();
    }
}
