// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.agent.detect.DetectCounts;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A status for programs. Keys are added, never renamed or removed.
final class StatusJson {
    private StatusJson() {}

    static String of(Status status) {
        var out = new StringWriter();
        try (var json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("version", status.version());
            json.writeStringField("started", status.started().toString());
            json.writeStringField("taken", status.taken().toString());
            inForce(status, json);
            detection(status, json);
            guard(status, json);
            gate(status, json);
            audit(status, json);
            cluster(status, json);
            alerts(status, json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing into memory", e);
        }
        return out.append('\n').toString();
    }

    private static void inForce(Status status, JsonGenerator json) throws IOException {
        json.writeStringField("digest", status.snapshot().digest());
        json.writeArrayFieldStart("policies");
        for (var policy : status.snapshot().policies()) {
            json.writeStartObject();
            json.writeStringField("name", policy.name().toString());
            json.writeStringField("mode", policy.mode().text());
            var counts = status.snapshot().stage(policy, "", status.today());
            json.writeStringField("counts_as", counts.mode().text());
            json.writeStringField(
                    "enforced_from",
                    counts.enforcedFrom().map(LocalDate::toString).orElse(""));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("exemptions");
        for (var exemption : status.snapshot().exemptions()) {
            json.writeStartObject();
            json.writeStringField("name", exemption.name().toString());
            json.writeStringField("owner", exemption.owner());
            json.writeStringField("reason", exemption.reason());
            json.writeStringField("expires", exemption.expires().toString());
            json.writeBooleanField("holds", exemption.holds(status.today()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("brakes");
        for (var brake : status.snapshot().brakes().all()) {
            json.writeStartObject();
            json.writeStringField("name", brake.name().toString());
            json.writeStringField("reason", brake.reason());
            json.writeStringField("owner", brake.owner().orElse(""));
            json.writeStringField(
                    "expires", brake.expires().map(LocalDate::toString).orElse(""));
            json.writeBooleanField("holds", brake.holds(status.today()));
            json.writeEndObject();
        }
        json.writeEndArray();
        var rules = status.snapshot().rules();
        json.writeObjectFieldStart("rules");
        json.writeStringField("digest", rules.digest());
        json.writeNumberField("count", rules.rules().size());
        json.writeNumberField(
                "enabled", rules.rules().stream().filter(rule -> rule.enabled()).count());
        json.writeEndObject();
        json.writeObjectFieldStart("loads");
        json.writeNumberField("reloads", status.feed().reloads());
        json.writeNumberField("refused", status.feed().refusals());
        json.writeNumberField("failed", status.feed().failures());
        json.writeNumberField("unannounced_folders", status.unannouncedFolders());
        json.writeEndObject();
    }

    private static void detection(Status status, JsonGenerator json) throws IOException {
        if (status.detection().isEmpty()) {
            return;
        }
        DetectCounts counts = status.detection().get();
        json.writeObjectFieldStart("detection");
        json.writeStringField("carrier", counts.carrier());
        json.writeArrayFieldStart("gaps");
        for (var gap : counts.gaps()) {
            json.writeString(gap);
        }
        json.writeEndArray();
        json.writeStringField("rules_digest", counts.rulesDigest());
        json.writeNumberField("rules", counts.rules());
        json.writeNumberField("events", counts.events());
        json.writeNumberField("events_per_second", status.eventsPerSecond());
        numbers("kernel", byName(counts.kernel()), json);
        json.writeNumberField("sieve_keys", counts.keysWritten());
        json.writeNumberField("ring_bytes", counts.ringBytes());
        json.writeNumberField("tasks", counts.state().tasks());
        numbers("state_lost", counts.state().lost(), json);
        numbers("matches", counts.matches(), json);
        json.writeNumberField("alerts", counts.alerts());
        json.writeNumberField("failures", counts.failures());
        json.writeObjectFieldStart("latency_us");
        json.writeNumberField("p50", counts.latency().quantileMicros(0.5));
        json.writeNumberField("p99", counts.latency().quantileMicros(0.99));
        json.writeEndObject();
        json.writeObjectFieldStart("responses");
        json.writeNumberField("killed", counts.answers().killed());
        json.writeNumberField("held_back", counts.answers().heldBack());
        json.writeNumberField("failed", counts.answers().failed());
        json.writeNumberField("audited", counts.answers().audited());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void guard(Status status, JsonGenerator json) throws IOException {
        if (status.guard().isEmpty()) {
            return;
        }
        var guard = status.guard().get();
        json.writeObjectFieldStart("guard");
        json.writeStringField("backend", guard.backend());
        if (guard.brake().isPresent()) {
            json.writeStringField("brake", guard.brake().get());
        }
        json.writeArrayFieldStart("gaps");
        for (var gap : guard.gaps()) {
            json.writeString(gap);
        }
        json.writeEndArray();
        json.writeNumberField("containers", guard.containers());
        json.writeNumberField("governed", guard.governed());
        json.writeObjectFieldStart("readOnlyRoots");
        json.writeNumberField("containers", guard.roots().readOnly());
        json.writeArrayFieldStart("others");
        for (var other : guard.roots().others()) {
            json.writeString(other);
        }
        json.writeEndArray();
        json.writeEndObject();
        numbers("kernel", byName(guard.counts()), json);
        json.writeEndObject();
    }

    private static void gate(Status status, JsonGenerator json) throws IOException {
        if (status.gate().isEmpty()) {
            return;
        }
        var gate = status.gate().get();
        numbers(
                "gate",
                Map.of(
                        "reviews", gate.reviews(),
                        "denied", gate.denied(),
                        "warned", gate.warned(),
                        "waited", gate.waited(),
                        "malformed", gate.malformed(),
                        "errors", gate.errors(),
                        "overloaded", gate.overloaded(),
                        "late", gate.late(),
                        "alerts_lost", gate.alertsLost()),
                json);
    }

    private static void audit(Status status, JsonGenerator json) throws IOException {
        if (status.audit().isPresent()) {
            numbers("audit_events", Metrics.audit(status.audit().get()), json);
        }
    }

    private static void cluster(Status status, JsonGenerator json) throws IOException {
        if (status.cluster().isPresent()) {
            numbers("cluster", Metrics.cluster(status.cluster().get()), json);
        }
        if (status.follower().isPresent()) {
            numbers("node", Metrics.follower(status.follower().get()), json);
        }
    }

    private static void alerts(Status status, JsonGenerator json) throws IOException {
        var alerts = status.alerts();
        json.writeObjectFieldStart("alerts");
        json.writeNumberField("count", alerts.alerts());
        json.writeNumberField("suppressed", alerts.suppressed());
        json.writeArrayFieldStart("outputs");
        for (var output : alerts.outputs()) {
            json.writeStartObject();
            json.writeStringField("name", output.name());
            json.writeNumberField("accepted", output.accepted());
            json.writeNumberField("written", output.written());
            json.writeNumberField("queued", output.queued());
            json.writeNumberField("failures", output.failures());
            numbers("lost", byName(output.lost()), json);
            json.writeStringField("problem", output.problem());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static Map<String, Long> byName(Map<? extends Enum<?>, Long> counts) {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(each -> each.getKey().name().toLowerCase(Locale.ROOT), Map.Entry::getValue));
    }

    private static void numbers(String name, Map<String, Long> numbers, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        for (var each : new TreeMap<>(numbers).entrySet()) {
            json.writeNumberField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
    }
}
