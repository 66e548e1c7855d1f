// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.CompiledPolicy;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.PolicyObjects.Outcome;
import io.gatehouse.feed.PolicyObjects.Settlement;
import io.gatehouse.feed.PolicyObjects.Standing;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.Apply;
import io.gatehouse.feed.kubernetes.FollowedPolicies;
import io.gatehouse.schemas.policy.PolicyResource;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Writes into each policy object what became of it, and only where that changed: a tool that compares the cluster with
/// git sees `status` alone move, and only when something happened. Used by the leader's thread.
final class StatusWriter {
    private static final int MAX_MESSAGE_CHARS = 1024;

    private final ApiServer server;
    private final FollowedPolicies policies;
    private final InstantSource clock;
    private final Consumer<String> notices;
    /// What was last written, by the object's uid, for as long as the API server has not told of it.
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    /// @param over the version that was written over
    private record Sent(String over, Map<String, Object> status) {}

    StatusWriter(ApiServer server, FollowedPolicies policies, InstantSource clock, Consumer<String> notices) {
        this.server = server;
        this.policies = policies;
        this.clock = clock;
        this.notices = notices;
    }

    long writes() {
        return writes.get();
    }

    long failures() {
        return failures.get();
    }

    /// Whether all that was wanted is written.
    ///
    /// @param snapshot in force, for what policies ask of nodes
    boolean write(Settlement settlement, Optional<Snapshot> snapshot, NodeSum nodes, Leadership.Term term) {
        boolean all = true;
        var compiled = new HashMap<String, CompiledPolicy>();
        snapshot.stream().flatMap(one -> one.compiled().stream()).forEach(one -> compiled.put(name(one), one));
        var there = new HashSet<String>();
        for (var outcome : settlement.outcomes()) {
            if (!term.holds()) {
                return false;
            }
            var told = policies.object(outcome.text().name());
            if (told.isPresent()) {
                there.add(told.get().object().getMetadata().getUid());
                var worth =
                        Optional.ofNullable(compiled.get(outcome.text().name())).flatMap(nodes::of);
                all &= write(told.get(), outcome, settlement.digest(), worth);
            }
        }
        sent.keySet().retainAll(there);
        return all;
    }

    /// As [FollowedPolicies] names it.
    private static String name(CompiledPolicy policy) {
        var name = policy.policy().name();
        var kind =
                name.namespace().isPresent() ? PolicyResource.WORKLOAD_POLICY : PolicyResource.CLUSTER_WORKLOAD_POLICY;
        return kind.kind() + " " + name;
    }

    private boolean write(
            FollowedPolicies.Told told, Outcome outcome, String digest, Optional<Map<String, Object>> worth) {
        var object = told.object();
        var before = before(object);
        var wanted = status(outcome, digest, object.getMetadata().getGeneration(), before, mode(object));
        worth.ifPresent(nodes -> wanted.put("nodes", nodes));
        if (without(wanted).equals(without(before))) {
            return true;
        }
        var patch = new GenericKubernetesResource();
        patch.setApiVersion(object.getApiVersion());
        patch.setKind(object.getKind());
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(object.getMetadata().getName())
                .withNamespace(object.getMetadata().getNamespace())
                .build());
        patch.setAdditionalProperty("status", wanted);
        try {
            Apply.status(server, FollowedPolicies.context(told.resource()), patch);
            sent.put(
                    object.getMetadata().getUid(), new Sent(object.getMetadata().getResourceVersion(), wanted));
            writes.incrementAndGet();
            return true;
        } catch (KubernetesClientException e) {
            failures.incrementAndGet();
            if (e.getCode() != 404) { // gone meanwhile
                notices.accept("the status of " + outcome.text().name() + " cannot be written: " + ApiServer.reason(e));
            }
            return e.getCode() == 404;
        }
    }

    /// The status that the object has: a watch may be late, and what was just written is not written again for that.
    private Map<String, Object> before(GenericKubernetesResource object) {
        var last = sent.get(object.getMetadata().getUid());
        if (last != null && last.over().equals(object.getMetadata().getResourceVersion())) {
            return last.status();
        }
        sent.remove(object.getMetadata().getUid());
        return mapping(object.getAdditionalProperties().get("status"));
    }

    private Map<String, Object> status(
            Outcome outcome, String digest, Long generation, Map<String, Object> before, Optional<String> mode) {
        var status = new LinkedHashMap<String, Object>();
        if (generation != null) {
            status.put("observedGeneration", generation.intValue());
        }
        boolean compiled = outcome.refusal().isEmpty();
        var why = outcome.refusal().map(StatusWriter::words).orElse("");
        var conditions = new ArrayList<Object>();
        conditions.add(condition(
                "Compiled",
                compiled,
                compiled ? "Compiled" : "Refused",
                compiled ? "nothing is wrong with it" : why,
                generation,
                before));
        conditions.add(condition(
                "Ready",
                outcome.standing() == Standing.IN_FORCE,
                switch (outcome.standing()) {
                    case IN_FORCE -> "InForce";
                    case OLDER_IN_FORCE -> "OlderInForce";
                    case NOT_IN_FORCE -> "NotInForce";
                },
                switch (outcome.standing()) {
                    case IN_FORCE -> "compiled and in force";
                    case OLDER_IN_FORCE -> "what it said when it was last right is in force";
                    case NOT_IN_FORCE -> "it is not in force";
                },
                generation,
                before));
        status.put("conditions", conditions);
        if (!digest.isEmpty() && outcome.standing() != Standing.NOT_IN_FORCE) {
            status.put("digest", digest);
        }
        mode.ifPresent(word -> status.put("mode", word));
        outcome.refusal().ifPresent(diagnostic -> status.put("lastError", error(diagnostic)));
        return status;
    }

    private static Optional<String> mode(GenericKubernetesResource object) {
        return Optional.ofNullable(
                        mapping(object.getAdditionalProperties().get("spec")).get("mode"))
                .map(Object::toString);
    }

    private Map<String, Object> condition(
            String type, boolean holds, String reason, String message, Long generation, Map<String, Object> before) {
        var condition = new LinkedHashMap<String, Object>();
        var status = holds ? "True" : "False";
        condition.put("type", type);
        condition.put("status", status);
        if (generation != null) {
            condition.put("observedGeneration", generation.intValue());
        }
        condition.put("lastTransitionTime", since(type, status, before));
        condition.put("reason", reason);
        condition.put("message", message);
        return condition;
    }

    /// When it last changed: as it was written, where it is the same.
    private String since(String type, String status, Map<String, Object> before) {
        if (before.get("conditions") instanceof List<?> conditions) {
            for (var one : conditions) {
                var condition = mapping(one);
                if (type.equals(condition.get("type"))
                        && status.equals(condition.get("status"))
                        && condition.get("lastTransitionTime") != null) {
                    return condition.get("lastTransitionTime").toString();
                }
            }
        }
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, Object> error(Diagnostic diagnostic) {
        var span = diagnostic.span();
        var error = new LinkedHashMap<String, Object>();
        error.put("code", diagnostic.code());
        error.put("place", span.source().name() + ":" + span.line() + ":" + span.column());
        error.put("message", cut(diagnostic.message()));
        error.put("fix", cut(diagnostic.fix()));
        return error;
    }

    private static String words(Diagnostic diagnostic) {
        return cut(diagnostic.code() + ": " + diagnostic.message() + "; " + diagnostic.fix());
    }

    private static String cut(String text) {
        return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS - 1) + "…";
    }

    /// What is compared: numbers as they are read back, and no times.
    private static Object without(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((key, inner) -> {
                    if (!key.equals("lastTransitionTime")) {
                        copy.put(key.toString(), without(inner));
                    }
                });
                yield copy;
            }
            case List<?> list -> list.stream().map(StatusWriter::without).toList();
            case Number number -> number.longValue();
            case null -> "";
            default -> value;
        };
    }

    private static Map<String, Object> mapping(Object value) {
        var copy = new LinkedHashMap<String, Object>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, inner) -> copy.put(key.toString(), inner));
        }
        return copy;
    }
}
