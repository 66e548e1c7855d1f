// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.agent.detect.DetectCounts;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.agent.watch.WatchCounter.Sort;
import io.gatehouse.outputs.AlertRouter;
import io.gatehouse.outputs.Entry.LossCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A status for people.
final class StatusText {
    private final StringBuilder out = new StringBuilder();

    private StatusText() {}

    static String of(Status status) {
        var text = new StatusText();
        text.line("version", status.version());
        text.line("up", words(status.uptime()));
        text.inForce(status);
        status.detection().ifPresent(counts -> text.detection(counts, status.eventsPerSecond()));
        status.guard().ifPresent(text::guard);
        status.gate()
                .ifPresent(gate -> text.line(
                        "gate",
                        "%d reviews, %d denied, %d warned, %d to be asked again; %d malformed, %d failed, %d sent away, %d late, %d alerts lost"
                                .formatted(
                                        gate.reviews(),
                                        gate.denied(),
                                        gate.warned(),
                                        gate.waited(),
                                        gate.malformed(),
                                        gate.errors(),
                                        gate.overloaded(),
                                        gate.late(),
                                        gate.alertsLost())));
        status.audit()
                .ifPresent(audit -> text.line(
                        "audit events",
                        "%d, %d matches of rules; %d sent twice, %d broken, %d failed, %d sent away; %d let through without the gate, %d of them not told; %d without the request that rules ask for"
                                .formatted(
                                        audit.events(),
                                        audit.matches(),
                                        audit.repeated(),
                                        audit.broken(),
                                        audit.failed(),
                                        audit.sentAway(),
                                        audit.failedOpen(),
                                        audit.unjudged(),
                                        audit.unseen())));
        status.follower()
                .ifPresent(node -> text.line(
                        "node",
                        (node.told() ? "told by the API server" : "remembered; the API server has not told yet") + ", "
                                + node.pods() + " pods of this node"));
        status.cluster().ifPresent(text::cluster);
        text.alerts(status.alerts());
        return text.out.toString();
    }

    private void line(String what, String value) {
        out.append("%-12s %s".formatted(what, value)).append('\n');
    }

    private void more(String value) {
        line("", value);
    }

    private void inForce(Status status) {
        var snapshot = status.snapshot();
        var today = status.today();
        snapshot.brakes().told(today).ifPresent(brake -> line("BRAKE", brake));
        line("policies", snapshot.policies().size() + ", " + snapshot.digest());
        for (var policy : snapshot.policies()) {
            var modes = snapshot.modes(policy, today);
            boolean asWritten = modes.startsWith(policy.mode().text());
            more(policy.name() + " " + (asWritten ? modes : policy.mode().text() + ", counts as " + modes));
        }
        for (var exemption : snapshot.exemptions()) {
            line(
                    "exempt",
                    exemption.name() + " of " + exemption.owner() + " from "
                            + String.join(", ", exemption.policies())
                            + (exemption.holds(today) ? " until " : ", ended with ") + exemption.expires());
        }
        var rules = snapshot.rules();
        line(
                "rules",
                rules.rules().stream().filter(rule -> rule.enabled()).count() + " of "
                        + rules.rules().size() + ", " + rules.digest());
        var feed = status.feed();
        line(
                "loads",
                "%d after the first, %d refused, %d failed"
                        .formatted(feed.reloads(), feed.refusals(), feed.failures()));
        if (status.unannouncedFolders() > 0) {
            more(status.unannouncedFolders() + " folders are looked at once a second: no inotify watch is left");
        }
    }

    private void detection(DetectCounts counts, double perSecond) {
        line("kernel", counts.carrier());
        counts.gaps().forEach(gap -> more("not heard: " + gap));
        line("events", String.format(Locale.ROOT, "%d, %.1f a second", counts.events(), perSecond));
        kernel(counts, Sort.KEPT);
        more(counts.keysWritten() + " kinds of events given to the sieve");
        line("lost", words(sum(counts, Sort.LOST)));
        kernel(counts, Sort.LOST);
        line("not whole", words(sum(counts, Sort.PARTIAL)));
        kernel(counts, Sort.PARTIAL);
        line("ring", counts.ringBytes() / 1024 + " KiB");
        line("state", counts.state().tasks() + " tasks");
        counts.state().lost().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(lost -> more(lost.getValue() + " " + lost.getKey() + " found no room"));
        line(
                "matched",
                words(counts.matches().values().stream().mapToLong(n -> n).sum()));
        counts.matches().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(match -> more("%8d  %s".formatted(match.getValue(), match.getKey())));
        var latency = counts.latency();
        if (latency.count() > 0) {
            line(
                    "latency",
                    "p50 below %d us, p99 below %d us, from the act to its alert"
                            .formatted(latency.quantileMicros(0.5), latency.quantileMicros(0.99)));
        }
        var answers = counts.answers();
        line(
                "responses",
                "%d killed, %d held back, %d failed, %d only audited"
                        .formatted(answers.killed(), answers.heldBack(), answers.failed(), answers.audited()));
        if (counts.failures() > 0) {
            line("failures", counts.failures() + " events were not judged, for a fault of ours");
        }
    }

    private static long sum(DetectCounts counts, Sort sort) {
        return counts.kernel().entrySet().stream()
                .filter(each -> each.getKey().sort() == sort)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// Only what came up.
    private void kernel(DetectCounts counts, Sort sort) {
        for (var counter : WatchCounter.values()) {
            long count = counts.kernel().getOrDefault(counter, 0L);
            if (counter.sort() == sort && count > 0) {
                more(count + " " + counter.text());
            }
        }
    }

    private void guard(Status.Guard guard) {
        line("guard", guard.backend());
        guard.brake().ifPresent(this::more);
        guard.gaps().forEach(this::more);
        line("governed", guard.governed() + " of " + guard.containers() + " containers");
        if (guard.roots().readOnly() > 0) {
            more("root mounted read-only, so that writes of it are prevented: "
                    + guard.roots().readOnly() + " containers");
        }
        guard.roots().others().forEach(this::more);
        for (var counter : KernelCounter.values()) {
            long count = guard.counts().getOrDefault(counter, 0L);
            if (count > 0) {
                more(count + " " + counter.text());
            }
        }
    }

    private void alerts(AlertRouter.Counts alerts) {
        line("alerts", "%d, %d of them repetitions".formatted(alerts.alerts(), alerts.suppressed()));
        for (var output : alerts.outputs()) {
            more("%s: %d written, %d queued, %s"
                    .formatted(output.name(), output.written(), output.queued(), lost(output)));
            if (!output.problem().isEmpty()) {
                more("  does not work: " + output.problem());
            }
        }
    }

    private static String lost(AlertRouter.OutputCounts output) {
        var causes = new ArrayList<String>();
        for (var cause : LossCause.values()) {
            if (output.lost().containsKey(cause)) {
                causes.add(output.lost().get(cause) + " " + cause.text());
            }
        }
        return causes.isEmpty() ? "none lost" : "lost: " + String.join(", ", causes);
    }

    private static String words(long count) {
        return count == 0 ? "nothing" : Long.toString(count);
    }

    /// `2 d 3 h 4 min`, `12 s`: the two largest parts that are not zero.
    static String words(Duration time) {
        var parts = new ArrayList<String>();
        var values = List.of(
                time.toDaysPart(), (long) time.toHoursPart(), (long) time.toMinutesPart(), (long) time.toSecondsPart());
        var units = List.of("d", "h", "min", "s");
        for (int i = 0; i < units.size(); i++) {
            if (values.get(i) > 0 && parts.size() < 2) {
                parts.add(values.get(i) + " " + units.get(i));
            }
        }
        return parts.isEmpty() ? "0 s" : String.join(" ", parts).toLowerCase(Locale.ROOT);
    }

    private void cluster(ClusterSide.Counts counts) {
        line(
                "cluster",
                counts.leads()
                        ? "leads: %d nodes tell, %d silent, %d behind; %d status written, %d failed; %d scans, the last of %d objects with %d findings and %d unjudged; %d reports written, %d failed"
                                .formatted(
                                        counts.nodes(),
                                        counts.silentNodes(),
                                        counts.nodesBehind(),
                                        counts.statusWrites(),
                                        counts.statusFailures(),
                                        counts.scans(),
                                        counts.scanned(),
                                        counts.findings(),
                                        counts.unjudged(),
                                        counts.reportWrites(),
                                        counts.reportFailures())
                        : "another replica leads");
        var told = counts.tellings();
        line(
                "denials told",
                "%d told, %d repetitions, %d cut, %d failed"
                        .formatted(told.told(), told.repeated(), told.cut(), told.failed()));
    }
}
