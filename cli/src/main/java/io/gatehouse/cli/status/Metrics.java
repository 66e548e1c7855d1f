// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import io.gatehouse.admission.audit.AuditCounts;
import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.agent.detect.DetectCounts;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.agent.watch.WatchCounter.Sort;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A status in the text format of Prometheus. Where a number means what one of Falco's means it has
/// Falco's name, so that dashboards and alerts go on working; our own begin with `gatehouse_`.
final class Metrics {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder();

    private Metrics() {}

    static String of(Status status) {
        var metrics = new Metrics();
        metrics.process(status);
        metrics.rules(status);
        status.detection().ifPresent(metrics::detection);
        status.guard().ifPresent(metrics::guard);
        metrics.gate(status);
        status.audit().ifPresent(metrics::auditEvents);
        status.cluster().ifPresent(metrics::clusterSide);
        status.follower().ifPresent(metrics::followed);
        metrics.alerts(status);
        return metrics.out.toString();
    }

    private enum Type {
        COUNTER,
        GAUGE
    }

    private void head(String name, Type type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ")
                .append(name)
                .append(' ')
                .append(type.name().toLowerCase(Locale.ROOT))
                .append('\n');
    }

    private void sample(String name, Map<String, String> labels, Object value) {
        out.append(name);
        if (!labels.isEmpty()) {
            char before = '{';
            for (var label : labels.entrySet()) {
                out.append(before)
                        .append(label.getKey())
                        .append("=\"")
                        .append(escaped(label.getValue()))
                        .append('"');
                before = ',';
            }
            out.append('}');
        }
        out.append(' ').append(value).append('\n');
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private void single(String name, Type type, String help, Object value) {
        head(name, type, help);
        sample(name, Map.of(), value);
    }

    private void process(Status status) {
        head("falcosecurity_falco_version_info", Type.GAUGE, "What runs.");
        sample("falcosecurity_falco_version_info", Map.of("version", status.version()), 1);
        single(
                "falcosecurity_falco_start_timestamp_nanoseconds",
                Type.GAUGE,
                "When it was started.",
                status.started().getEpochSecond() * 1_000_000_000
                        + status.started().getNano());
        single(
                "falcosecurity_falco_duration_seconds_total",
                Type.COUNTER,
                "How long it runs.",
                status.uptime().toSeconds());
        head("gatehouse_snapshot_info", Type.GAUGE, "The digest of policies and rules in force.");
        sample("gatehouse_snapshot_info", Map.of("digest", status.snapshot().digest()), 1);
        single(
                "gatehouse_policies",
                Type.GAUGE,
                "Policies in force.",
                status.snapshot().policies().size());
        single(
                "gatehouse_emergency_brake",
                Type.GAUGE,
                "1 while an emergency brake is pulled and every policy counts as audit.",
                status.snapshot().brakes().hold(status.today()) ? 1 : 0);
        single(
                "gatehouse_reloads_total",
                Type.COUNTER,
                "Loads of policies and rules.",
                status.feed().reloads());
        single(
                "gatehouse_reloads_refused_total",
                Type.COUNTER,
                "Loads that were refused.",
                status.feed().refusals());
        single(
                "gatehouse_reloads_failed_total",
                Type.COUNTER,
                "Loads that failed.",
                status.feed().failures());
    }

    /// A rule that never matched is not there, as with Falco: a set of 90 rules would be 90 series.
    private void rules(Status status) {
        var rules = status.snapshot().rules();
        single(
                "gatehouse_rules",
                Type.GAUGE,
                "Rules in force.",
                rules.rules().stream().filter(rule -> rule.enabled()).count());
        var matches = status.detection().map(DetectCounts::matches).orElse(Map.of());
        if (matches.isEmpty()) {
            return;
        }
        var name = "falcosecurity_falco_rules_matches_total";
        head(name, Type.COUNTER, "Matches by rule.");
        new TreeMap<>(matches).forEach((rule, count) -> {
            var labels = new TreeMap<String, String>();
            labels.put("rule_name", rule);
            rules.rule(rule).ifPresent(found -> {
                labels.put("priority", Integer.toString(found.priority().ordinal()));
                labels.put("source", found.source().name().toLowerCase(Locale.ROOT));
                found.tags().forEach(tag -> labels.put("tag_" + tag.replaceAll("[^a-zA-Z0-9_]", "_"), "true"));
            });
            sample(name, labels, count);
        });
    }

    private void detection(DetectCounts counts) {
        head("falcosecurity_scap_engine_name_info", Type.GAUGE, "How the kernel is heard.");
        sample("falcosecurity_scap_engine_name_info", Map.of("engine_name", counts.carrier()), 1);
        long lost = sum(counts, Sort.LOST);
        single(
                "falcosecurity_scap_n_evts_total",
                Type.COUNTER,
                "Events that the kernel told, or would have told.",
                counts.events() + lost);
        single("falcosecurity_scap_n_drops_total", Type.COUNTER, "Events that were lost.", lost);
        head("falcosecurity_scap_n_drops_buffer_total", Type.COUNTER, "Events that found no room in the buffer.");
        DROPS.forEach((counter, drop) ->
                sample("falcosecurity_scap_n_drops_buffer_total", Map.of("drop", drop), of(counts, counter)));
        single(
                "falcosecurity_scap_n_drops_scratch_map_total",
                Type.COUNTER,
                "Events without memory to be written in.",
                of(counts, WatchCounter.LOST_SCRATCH));
        single(
                "falcosecurity_scap_n_threads",
                Type.GAUGE,
                "Tasks that are known.",
                counts.state().tasks());
        head("gatehouse_kernel_events_total", Type.COUNTER, "What became of events in the kernel.");
        for (var counter : WatchCounter.values()) {
            sample(
                    "gatehouse_kernel_events_total",
                    Map.of("what", counter.name().toLowerCase(Locale.ROOT)),
                    of(counts, counter));
        }
        single("gatehouse_ring_bytes", Type.GAUGE, "Size of the buffer.", counts.ringBytes());
        single("gatehouse_sieve_keys_total", Type.COUNTER, "Kinds of events given to the sieve.", counts.keysWritten());
        single("gatehouse_unjudged_total", Type.COUNTER, "Events not judged for a fault of ours.", counts.failures());
        head("gatehouse_state_lost_total", Type.COUNTER, "What found no room in the state.");
        new TreeMap<>(counts.state().lost())
                .forEach((what, count) -> sample("gatehouse_state_lost_total", Map.of("what", what), count));
        head("gatehouse_responses_total", Type.COUNTER, "What responses to rules did.");
        var answers = new LinkedHashMap<String, Long>();
        answers.put("killed", counts.answers().killed());
        answers.put("held_back", counts.answers().heldBack());
        answers.put("failed", counts.answers().failed());
        answers.put("audited", counts.answers().audited());
        answers.forEach((what, count) -> sample("gatehouse_responses_total", Map.of("outcome", what), count));
        latency(counts);
    }

    /// Falco's words for what was lost.
    private static final Map<WatchCounter, String> DROPS = drops();

    private static Map<WatchCounter, String> drops() {
        var drops = new LinkedHashMap<WatchCounter, String>();
        drops.put(WatchCounter.LOST_FORK, "clone_fork");
        drops.put(WatchCounter.LOST_EXEC, "execve");
        drops.put(WatchCounter.LOST_CONNECT, "connect");
        drops.put(WatchCounter.LOST_OPEN, "open");
        drops.put(WatchCounter.LOST_DIR_FILE, "dir_file");
        drops.put(WatchCounter.LOST_OTHER, "other_interest");
        drops.put(WatchCounter.LOST_EXIT, "proc");
        return drops;
    }

    private void latency(DetectCounts counts) {
        var name = "gatehouse_alert_latency_microseconds";
        out.append("# HELP ")
                .append(name)
                .append(" From an act to its alert.\n# TYPE ")
                .append(name)
                .append(" histogram\n");
        long seen = 0;
        for (int i = 0; i < counts.latency().buckets().size(); i++) {
            seen += counts.latency().buckets().get(i);
            boolean last = i == counts.latency().buckets().size() - 1;
            if (!last) {
                sample(name + "_bucket", Map.of("le", Long.toString(1L << i)), seen);
            }
        }
        sample(name + "_bucket", Map.of("le", "+Inf"), seen);
        sample(name + "_count", Map.of(), seen);
    }

    private static long of(DetectCounts counts, WatchCounter counter) {
        return counts.kernel().getOrDefault(counter, 0L);
    }

    private static long sum(DetectCounts counts, Sort sort) {
        return counts.kernel().entrySet().stream()
                .filter(each -> each.getKey().sort() == sort)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void guard(Status.Guard guard) {
        single("gatehouse_containers", Type.GAUGE, "Containers that run.", guard.containers());
        single("gatehouse_containers_governed", Type.GAUGE, "Containers that policies govern.", guard.governed());
        single(
                "gatehouse_root_mounts_read_only",
                Type.GAUGE,
                "Containers whose root is mounted read-only as a policy asks.",
                guard.roots().readOnly());
        single(
                "gatehouse_root_mounts_writable",
                Type.GAUGE,
                "Containers whose root should be mounted read-only and is not.",
                guard.roots().others().size());
        single(
                "gatehouse_braked",
                Type.GAUGE,
                "1 while the node's brake is on.",
                guard.brake().isPresent() ? 1 : 0);
        head("gatehouse_guard_total", Type.COUNTER, "What the deciding programs count.");
        new TreeMap<>(guard.counts())
                .forEach((counter, count) -> sample(
                        "gatehouse_guard_total", Map.of("what", counter.name().toLowerCase(Locale.ROOT)), count));
    }

    private void auditEvents(AuditCounts counts) {
        head("gatehouse_audit_events_total", Type.COUNTER, "Audit events of the API server by what became of them.");
        audit(counts).forEach((what, count) -> sample("gatehouse_audit_events_total", Map.of("what", what), count));
    }

    /// In one order, for whoever prints them.
    static Map<String, Long> audit(AuditCounts counts) {
        var numbers = new LinkedHashMap<String, Long>();
        numbers.put("handled", counts.events());
        numbers.put("matched", counts.matches());
        numbers.put("repeated", counts.repeated());
        numbers.put("broken", counts.broken());
        numbers.put("failed", counts.failed());
        numbers.put("sent_away", counts.sentAway());
        numbers.put("failed_open", counts.failedOpen());
        numbers.put("failed_open_unjudged", counts.unjudged());
        numbers.put("request_not_logged", counts.unseen());
        return numbers;
    }

    /// What only grows is a counter; the rest is as it is now, and nothing where another replica leads.
    private void clusterSide(ClusterSide.Counts counts) {
        cluster(counts).forEach((what, count) -> {
            boolean grows = what.endsWith("_total");
            single("gatehouse_cluster_" + what, grows ? Type.COUNTER : Type.GAUGE, CLUSTER_HELP.get(what), count);
        });
    }

    private void followed(Status.Follower node) {
        single(
                "gatehouse_node_cluster_told",
                Type.GAUGE,
                "1 once the API server told all that the agent follows, 0 while what is remembered counts.",
                node.told() ? 1 : 0);
        single("gatehouse_node_pods", Type.GAUGE, "Pods of this node that are known.", node.pods());
    }

    private static final Map<String, String> CLUSTER_HELP = Map.ofEntries(
            Map.entry("leads", "1 on the replica that writes status, scans and reports."),
            Map.entry("nodes", "Nodes whose agent tells of itself."),
            Map.entry("nodes_silent", "Nodes whose agent is late with it."),
            Map.entry("nodes_behind", "Nodes that keep policies as they were before the last change."),
            Map.entry("status_writes_total", "Written status of policies."),
            Map.entry("status_failures_total", "Status of policies that could not be written."),
            Map.entry("scans_total", "Scans of what runs."),
            Map.entry("scanned_objects", "Objects judged by the last scan."),
            Map.entry("scan_findings", "Findings of the last scan."),
            Map.entry("scan_unjudged", "Objects and pages that the last scan could not judge."),
            Map.entry("report_writes_total", "Written reports."),
            Map.entry("report_failures_total", "Reports that could not be written."),
            Map.entry("events_told_total", "Events that tell of a denial."),
            Map.entry("events_repeated_total", "Denials that were told a short time before."),
            Map.entry("events_cut_total", "Denials that found no room among the events."),
            Map.entry("events_failed_total", "Events that the API server did not take."));

    /// In one order, for whoever prints them.
    static Map<String, Long> cluster(ClusterSide.Counts counts) {
        var numbers = new LinkedHashMap<String, Long>();
        numbers.put("leads", counts.leads() ? 1L : 0L);
        numbers.put("nodes", (long) counts.nodes());
        numbers.put("nodes_silent", (long) counts.silentNodes());
        numbers.put("nodes_behind", (long) counts.nodesBehind());
        numbers.put("status_writes_total", counts.statusWrites());
        numbers.put("status_failures_total", counts.statusFailures());
        numbers.put("scans_total", counts.scans());
        numbers.put("scanned_objects", counts.scanned());
        numbers.put("scan_findings", counts.findings());
        numbers.put("scan_unjudged", counts.unjudged());
        numbers.put("report_writes_total", counts.reportWrites());
        numbers.put("report_failures_total", counts.reportFailures());
        var told = counts.tellings();
        numbers.put("events_told_total", told.told());
        numbers.put("events_repeated_total", told.repeated());
        numbers.put("events_cut_total", told.cut());
        numbers.put("events_failed_total", told.failed());
        return numbers;
    }

    static Map<String, Long> follower(Status.Follower node) {
        return Map.of("told", node.told() ? 1L : 0L, "pods", (long) node.pods());
    }

    private void gate(Status status) {
        status.gate().ifPresent(gate -> {
            head("gatehouse_reviews_total", Type.COUNTER, "Admission reviews by what became of them.");
            var outcomes = new LinkedHashMap<String, Long>();
            outcomes.put("allowed", gate.reviews() - gate.denied() - gate.warned());
            outcomes.put("denied", gate.denied());
            outcomes.put("warned", gate.warned());
            outcomes.put("waited", gate.waited());
            outcomes.put("malformed", gate.malformed());
            outcomes.put("error", gate.errors());
            outcomes.put("overloaded", gate.overloaded());
            outcomes.put("late", gate.late());
            outcomes.forEach((what, count) -> sample("gatehouse_reviews_total", Map.of("outcome", what), count));
            single(
                    "gatehouse_gate_alerts_lost_total",
                    Type.COUNTER,
                    "Alerts of the gate that nobody took.",
                    gate.alertsLost());
        });
    }

    private void alerts(Status status) {
        var alerts = status.alerts();
        single("gatehouse_alerts_total", Type.COUNTER, "Alerts raised.", alerts.alerts());
        single(
                "gatehouse_alerts_suppressed_total",
                Type.COUNTER,
                "Alerts left out as repetitions.",
                alerts.suppressed());
        long lost = alerts.outputs().stream()
                .flatMap(output -> output.lost().values().stream())
                .mapToLong(n -> n)
                .sum();
        single("falcosecurity_falco_outputs_queue_num_drops_total", Type.COUNTER, "Alerts that outputs lost.", lost);
        head("gatehouse_output_written_total", Type.COUNTER, "Alerts written, by output.");
        alerts.outputs()
                .forEach(output ->
                        sample("gatehouse_output_written_total", Map.of("output", output.name()), output.written()));
        head("gatehouse_output_queued", Type.GAUGE, "Alerts that wait, by output.");
        alerts.outputs()
                .forEach(output -> sample("gatehouse_output_queued", Map.of("output", output.name()), output.queued()));
        head("gatehouse_output_lost_total", Type.COUNTER, "Alerts lost, by output and cause.");
        for (var output : alerts.outputs()) {
            new TreeMap<>(output.lost()).forEach((cause, count) -> {
                var labels = new TreeMap<>(Map.of("output", output.name(), "cause", cause.text()));
                sample("gatehouse_output_lost_total", labels, count);
            });
        }
    }
}
