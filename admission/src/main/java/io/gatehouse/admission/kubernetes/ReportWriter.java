// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.Apply;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Keeps one report a namespace: written when what it says changed, and then at most once in a while; taken away when
/// there is nothing more to say. Reports of others are never touched. Used by the leader's thread.
final class ReportWriter {
    private static final String NAME = "gatehouse";
    private static final String LABEL = "app.kubernetes.io/managed-by";
    private static final String UNLISTED = "gatehouse.io/unlisted-findings";

    /// The kinds of reports, the one that is preferred first.
    private enum Kind {
        OPEN("openreports.io", "v1alpha1", "Report", "reports"),
        POLICY_REPORT("wgpolicyk8s.io", "v1alpha2", "PolicyReport", "policyreports");

        private final String group;
        private final String version;
        private final String kind;
        private final String plural;

        Kind(String group, String version, String kind, String plural) {
            this.group = group;
            this.version = version;
            this.kind = kind;
            this.plural = plural;
        }

        private ResourceDefinitionContext context() {
            return new ResourceDefinitionContext.Builder()
                    .withGroup(group)
                    .withVersion(version)
                    .withKind(kind)
                    .withPlural(plural)
                    .withNamespaced(true)
                    .build();
        }
    }

    /// @param writes reports written or taken away
    /// @param unchanged reports that said the same already
    /// @param postponed reports that were written too short a time ago
    /// @param failures reports that could not be written
    record Counts(long writes, long unchanged, long postponed, long failures) {
        private Counts plus(int written, int same, int later, int failed) {
            return new Counts(writes + written, unchanged + same, postponed + later, failures + failed);
        }
    }

    private final ApiServer server;
    private final Duration atMostEvery;
    private final Consumer<String> notices;
    /// What our reports say, by namespace; read from the cluster once, so that a new leader writes nothing twice.
    private Map<String, Object> said;

    private final Map<String, Instant> writtenAt = new HashMap<>();
    private Optional<Kind> kind = Optional.empty();
    private boolean toldThatNone;
    private volatile Counts counts = new Counts(0, 0, 0, 0);

    ReportWriter(ApiServer server, Duration atMostEvery, Consumer<String> notices) {
        this.server = server;
        this.atMostEvery = atMostEvery;
        this.notices = notices;
    }

    Counts counts() {
        return counts;
    }

    void write(Scan.Result result, Instant now, Leadership.Term term) {
        if (kind.isEmpty()) {
            kind = served();
        }
        if (kind.isEmpty()) {
            if (!toldThatNone) {
                notices.accept("no report is written: the cluster defines neither openreports.io nor wgpolicyk8s.io");
                toldThatNone = true;
            }
            return;
        }
        if (said == null) {
            said = ours(kind.get());
        }
        var namespaces = new TreeSet<>(result.found().keySet());
        if (result.unjudged() == 0) { // else what was not found may only not have been seen
            namespaces.addAll(said.keySet());
        }
        for (var namespace : namespaces) {
            if (!term.holds()) {
                return;
            }
            keep(kind.get(), namespace, result.found().getOrDefault(namespace, List.of()), now);
        }
    }

    private void keep(Kind of, String namespace, List<Scan.Found> found, Instant now) {
        var text = ReportText.of(found, of == Kind.OPEN);
        if (comparable(text).equals(said.get(namespace))) {
            counts = counts.plus(0, 1, 0, 0);
            return;
        }
        var last = writtenAt.get(namespace);
        if (last != null && now.isBefore(last.plus(atMostEvery))) {
            counts = counts.plus(0, 0, 1, 0);
            return;
        }
        try {
            if (found.isEmpty()) {
                server.client()
                        .genericKubernetesResources(of.context())
                        .inNamespace(namespace)
                        .withName(NAME)
                        .delete();
                said.remove(namespace);
            } else {
                Apply.whole(server, of.context(), report(of, namespace, text, ReportText.unlisted(found)));
                said.put(namespace, comparable(text));
            }
            writtenAt.put(namespace, now);
            counts = counts.plus(1, 0, 0, 0);
        } catch (KubernetesClientException e) {
            counts = counts.plus(0, 0, 0, 1);
            if (e.getCode() != 404) { // the namespace went meanwhile
                notices.accept("the report of " + namespace + " cannot be written: " + ApiServer.reason(e));
            }
        }
    }

    private static GenericKubernetesResource report(Kind of, String namespace, Map<String, Object> text, int unlisted) {
        var report = new GenericKubernetesResource();
        report.setApiVersion(of.group + "/" + of.version);
        report.setKind(of.kind);
        report.setMetadata(new ObjectMetaBuilder()
                .withName(NAME)
                .withNamespace(namespace)
                .addToLabels(LABEL, NAME)
                .addToAnnotations(UNLISTED, Integer.toString(unlisted))
                .build());
        text.forEach(report::setAdditionalProperty);
        return report;
    }

    private Optional<Kind> served() {
        for (var candidate : Kind.values()) {
            try {
                if (server.client()
                                .raw("/apis/" + candidate.group + "/" + candidate.version + "/" + candidate.plural
                                        + "?limit=1")
                        != null) {
                    return Optional.of(candidate);
                }
            } catch (KubernetesClientException _) {
                // not there, or not for us: the other kind may be
            }
        }
        return Optional.empty();
    }

    private Map<String, Object> ours(Kind of) {
        var found = new TreeMap<String, Object>();
        server
                .client()
                .genericKubernetesResources(of.context())
                .inAnyNamespace()
                .withLabel(LABEL, NAME)
                .list()
                .getItems()
                .stream()
                .filter(report -> report.getMetadata().getName().equals(NAME))
                .forEach(report -> {
                    var text = new TreeMap<>(report.getAdditionalProperties());
                    text.remove("metadata");
                    found.put(report.getMetadata().getNamespace(), comparable(text));
                });
        return found;
    }

    /// As it is read back.
    private Object comparable(Map<String, Object> text) {
        var serialization = server.client().getKubernetesSerialization();
        return serialization.unmarshal(serialization.asJson(new TreeMap<>(text)), TreeMap.class);
    }
}
