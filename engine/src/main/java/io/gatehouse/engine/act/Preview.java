// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import io.gatehouse.engine.act.ActJudge.Found;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What policies would have denied of what was recorded. Their mode does not count: asked is what enforcing them does.
///
/// @param rows in the order of rule, program, object, container
/// @param unknown what the recordings cannot tell, one sentence each
public record Preview(List<Row> rows, List<String> unknown) {
    public Preview {
        rows = List.copyOf(rows);
        unknown = List.copyOf(unknown);
    }

    /// Acts that one rule of one policy judges alike.
    ///
    /// @param object the path, or the address and port, or what else is known
    /// @param guess whether something that decides it is not in the recording
    public record Row(
            PolicyName policy,
            String rule,
            Action action,
            String act,
            String program,
            String object,
            String container,
            long count,
            Instant first,
            Instant last,
            boolean guess) {
        public boolean denies() {
            return action != Action.REPORT;
        }

        private Kind kind() {
            return new Kind(policy, rule, action, act, program, object, container);
        }

        private Row and(Row other) {
            return new Row(
                    policy,
                    rule,
                    action,
                    act,
                    program,
                    object,
                    container,
                    count + other.count,
                    first.isBefore(other.first) ? first : other.first,
                    last.isAfter(other.last) ? last : other.last,
                    guess || other.guess);
        }
    }

    private record Kind(
            PolicyName policy,
            String rule,
            Action action,
            String act,
            String program,
            String object,
            String container) {}

    private static final Comparator<Row> ORDER = Comparator.comparing(Row::rule)
            .thenComparing(Row::program)
            .thenComparing(Row::object)
            .thenComparing(Row::container)
            .thenComparing(row -> row.policy().toString())
            .thenComparing(Row::act)
            .thenComparing(Row::action);

    /// Acts that the first set of policies denied and the second lets pass, or the other way round.
    ///
    /// @param added denied now and not before
    /// @param removed denied before and not now
    public record Change(List<Row> added, List<Row> removed, List<String> unknown) {
        public Change {
            added = List.copyOf(added);
            removed = List.copyOf(removed);
            unknown = List.copyOf(unknown);
        }
    }

    /// Whether anything would have been denied.
    public boolean denies() {
        return rows.stream().anyMatch(Row::denies);
    }

    /// @param today for exemptions that end (UTC)
    public static Preview of(Snapshot snapshot, Recording recording, LocalDate today) {
        var judging = new Judging(snapshot, recording, today);
        var rows = new ArrayList<Row>();
        recording.acts().forEach(act -> rows.addAll(judging.rows(act)));
        return new Preview(joined(rows), judging.unknown());
    }

    /// What another set of policies changes.
    public static Change between(Snapshot before, Snapshot after, Recording recording, LocalDate today) {
        var old = new Judging(before, recording, today);
        var next = new Judging(after, recording, today);
        var added = new ArrayList<Row>();
        var removed = new ArrayList<Row>();
        for (var act : recording.acts()) {
            var denied = old.denying(act);
            var denies = next.denying(act);
            if (denied.isEmpty()) {
                added.addAll(denies);
            } else if (denies.isEmpty()) {
                removed.addAll(denied);
            }
        }
        return new Change(joined(added), joined(removed), next.unknown());
    }

    private static List<Row> joined(List<Row> rows) {
        var joined = new LinkedHashMap<Kind, Row>();
        rows.forEach(row -> joined.merge(row.kind(), row, Row::and));
        return joined.values().stream().sorted(ORDER).toList();
    }

    /// One snapshot against one recording.
    private static final class Judging {
        private final Snapshot snapshot;
        private final Recording recording;
        private final LocalDate today;
        private final Map<String, List<WorkloadPolicy>> byContainer = new HashMap<>();
        private final Map<String, Names> names = new HashMap<>();

        Judging(Snapshot snapshot, Recording recording, LocalDate today) {
            this.snapshot = snapshot;
            this.recording = recording;
            this.today = today;
        }

        List<Row> rows(RecordedAct act) {
            var rows = new ArrayList<Row>();
            for (var policy : policies(act)) {
                for (var found : ActJudge.judge(policy.runtime().orElseThrow(), act, names(act))) {
                    rows.add(row(policy, found, act));
                }
            }
            return rows;
        }

        List<Row> denying(RecordedAct act) {
            return rows(act).stream().filter(Row::denies).toList();
        }

        private Names names(RecordedAct act) {
            return names.computeIfAbsent(act.container().id(), _ -> recording.names(act));
        }

        private List<WorkloadPolicy> policies(RecordedAct act) {
            return byContainer.computeIfAbsent(act.container().id(), id -> {
                var known = recording.containers().get(id);
                var workload = new Workload(
                        act.pod().map(PodFacts::namespace),
                        known == null ? java.util.Optional.empty() : known.labels(),
                        act.container().image(),
                        act.container().name());
                return snapshot.select(workload, today).stream()
                        .filter(policy -> policy.runtime().isPresent())
                        .toList();
            });
        }

        private static Row row(WorkloadPolicy policy, Found found, RecordedAct act) {
            boolean layered = found.rule().startsWith("writes.") || found.rule().equals(ActJudge.PROCESS_FROM_IMAGE);
            return new Row(
                    policy.name(),
                    found.rule(),
                    found.action(),
                    act.act(),
                    act.by(),
                    object(act),
                    act.container().name(),
                    act.count(),
                    act.first(),
                    act.last(),
                    layered && act.file().isEmpty());
        }

        private static String object(RecordedAct act) {
            return act.endpoint()
                    .map(endpoint -> endpoint.protocol() + " "
                            + (endpoint.address().contains(":") ? "[" + endpoint.address() + "]" : endpoint.address())
                            + ":" + endpoint.port())
                    .orElse(act.path().isEmpty() ? act.detail() : act.path());
        }

        // ---- what cannot be said

        List<String> unknown() {
            var unknown = new LinkedHashSet<String>();
            if (recording.acts().isEmpty()) {
                unknown.add("the recordings hold no act");
            }
            if (recording.lost() > 0) {
                unknown.add(recording.lost() + " acts were lost while recording and cannot be judged");
            }
            var judged = new LinkedHashSet<WorkloadPolicy>();
            recording.acts().forEach(act -> judged.addAll(policies(act)));
            for (var policy : snapshot.policies()) {
                if (policy.runtime().isPresent() && !judged.contains(policy)) {
                    unknown.add("policy " + policy.name() + " is about no container of the recordings");
                }
            }
            judged.forEach(policy -> notRecorded(policy, unknown));
            for (var begun : recording.begun()) {
                begun.gaps().forEach(gap -> unknown.add("not recorded: " + gap));
            }
            return List.copyOf(unknown);
        }

        /// What a policy asks and some part of the recordings would not hold a breach of.
        private void notRecorded(WorkloadPolicy policy, Set<String> unknown) {
            for (var rule : askedBy(policy)) {
                if (recording.begun().isEmpty()
                        || recording.begun().stream()
                                .anyMatch(begun -> !begun.asked().contains(rule))) {
                    unknown.add("policy " + policy.name() + " asks " + rule
                            + "; not all the recordings were made where its breaches are told");
                }
            }
            policy.runtime()
                    .flatMap(section -> section.reads())
                    .map(Reads::forbid)
                    .orElse(List.of())
                    .forEach(path -> {
                        if (recording.begun().stream()
                                .anyMatch(begun -> begun.reads().stream()
                                        .noneMatch(watched -> Names.within(plain(path), plain(watched))))) {
                            unknown.add("policy " + policy.name() + " forbids to read " + path
                                    + "; not all the recordings were made where that is told");
                        }
                    });
            if (policy.runtime()
                    .flatMap(section -> section.writes())
                    .filter(writes -> !writes.forbid().isEmpty())
                    .isPresent()) {
                unknown.add("policy " + policy.name()
                        + " forbids to write some paths; writes to declared volumes are not in a recording");
            }
        }

        private static String plain(String path) {
            return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        }

        /// The rules of a policy that are told as such; the others follow from acts that these tell.
        private static Set<String> askedBy(WorkloadPolicy policy) {
            var section = policy.runtime().orElseThrow();
            var asked = new TreeMap<String, Boolean>();
            section.processes().ifPresent(processes -> {
                asked.put(ActJudge.PROCESS_ALLOW, !processes.allow().isEmpty());
                asked.put(ActJudge.PROCESS_FROM_IMAGE, processes.fromImageOnly());
                asked.put(
                        ActJudge.PROCESS_FORBID,
                        !processes.forbid().isEmpty() || processes.denyShells() || processes.denyPackageManagers());
                asked.put(ActJudge.INTERPRETERS, processes.interpreters().isPresent());
            });
            section.memory().ifPresent(memory -> asked.put(ActJudge.MEMORY, memory.denyExecutable()));
            section.writes().ifPresent(writes -> {
                asked.put(ActJudge.WRITE_ROOT, writes.denyRootFilesystem());
                asked.put(ActJudge.WRITE_VOLUMES, writes.declaredVolumesOnly());
            });
            section.network().ifPresent(network -> {
                asked.put(
                        ActJudge.CONNECT,
                        network.connect().isPresent()
                                || !network.forbidConnect().isEmpty());
                asked.put(ActJudge.BIND, network.bind().isPresent());
                asked.put(ActJudge.LISTEN, network.listen().isPresent());
            });
            for (var ban : Ban.values()) {
                asked.put(ban.field(), section.bans().containsKey(ban));
            }
            asked.values().removeIf(is -> !is);
            return asked.keySet();
        }
    }
}
