// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.kernel.PidFd;
import io.gatehouse.engine.policy.Response;
import io.gatehouse.engine.policy.Responses;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert.Answer;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Does what a response asks when a rule matched, and says what that was worth. Kills by a held process whose start was
/// compared, so that no other is hit that has its number since. Belongs to the detector's thread.
final class Responder {
    private static final double SECONDS_PER_MINUTE = 60;
    /// Processes remembered as killed: what they did before still comes in.
    private static final int MOST_KILLED = 256;
    private static final int MOST_BUCKETS = 4096;

    private final Spared spared;
    private final Path proc;
    private final int perMinute;
    private final Map<String, TokenBucket> buckets = new HashMap<>();
    private final Map<Process, Boolean> killed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Process, Boolean> eldest) {
            return size() > MOST_KILLED;
        }
    };

    // Written by this thread, read by any.
    private volatile long done;
    private volatile long heldBack;
    private volatile long failed;
    private volatile long audited;

    private record Process(int pid, long startNanos) {}

    /// @param proc the file system that tells of processes
    Responder(Path proc, long self, int perMinute) {
        this.proc = proc;
        this.spared = new Spared(proc, self);
        this.perMinute = perMinute;
    }

    /// @param responses to the rule, strongest first
    /// @param nowNanos of any clock, always the same
    /// @return nothing where only the alert is asked for
    Optional<Answer> answer(List<Response> responses, Optional<Culprit> culprit, LocalDate today, long nowNanos) {
        if (responses.isEmpty()) {
            return Optional.empty();
        }
        var namespace = culprit.map(Culprit::namespace).filter(name -> !name.isEmpty());
        boolean ofHost = culprit.filter(this::isOfHost).isPresent();
        var meant = ofHost ? responses.stream().filter(Responder::concernsHost).toList() : responses;
        return Responses.strongest(meant, namespace, today)
                .or(() -> Responses.strongest(responses, namespace, today))
                .flatMap(response -> answer(response, culprit, nowNanos));
    }

    /// A control group may look like a container's and be none, as where the node is a container itself.
    private boolean isOfHost(Culprit culprit) {
        return culprit.isOfHost() || spared.isOutsideContainers(culprit.pid());
    }

    private static boolean concernsHost(Response response) {
        return response.action() != Action.KILL || response.document().host();
    }

    private Optional<Answer> answer(Response response, Optional<Culprit> culprit, long nowNanos) {
        if (response.action() != Action.KILL) {
            return response.weaker().map(why -> answer(response, Verdict.REPORT, Guarantee.REPORTED, why));
        }
        if (culprit.isEmpty()) {
            failed++;
            return Optional.of(notKilled(response, "no process is known that did it"));
        }
        var who = culprit.get();
        if (!concernsHost(response) && isOfHost(who)) {
            return Optional.of(notKilled(response, "it is in no container, and the response does not name the host"));
        }
        if (response.mode() == Mode.AUDIT) {
            audited++;
            return Optional.of(notKilled(
                    response, spared.why(who).map(why -> "audit: " + why).orElse("audit: would be killed")));
        }
        return Optional.of(kill(response, who, nowNanos));
    }

    private Answer kill(Response response, Culprit who, long nowNanos) {
        var process = new Process(who.pid(), who.startNanos());
        if (killed.containsKey(process)) {
            return answer(response, Verdict.KILL, Guarantee.KILLED, "killed for an earlier match");
        }
        try (var held = PidFd.open(who.pid()).orElse(null)) {
            boolean isSame = held != null
                    && ProcStat.read(proc, who.pid())
                            .filter(stat -> stat.startTicks() == who.startNanos() / ProcStat.NANOS_PER_TICK)
                            .isPresent();
            if (!isSame) {
                failed++;
                return notKilled(response, "the process was gone");
            }
            var why = spared.why(who);
            if (why.isPresent()) {
                return notKilled(response, why.get());
            }
            if (!bucket(response, nowNanos).take(nowNanos)) {
                heldBack++;
                return notKilled(response, "held back: it killed " + perMinute + " in a minute already");
            }
            if (!held.kill()) {
                failed++;
                return notKilled(response, "the process was gone");
            }
        }
        done++;
        killed.put(process, true);
        return answer(response, Verdict.KILL, Guarantee.KILLED, "");
    }

    private TokenBucket bucket(Response response, long nowNanos) {
        if (buckets.size() > MOST_BUCKETS) {
            buckets.clear(); // of responses that are long gone
        }
        return buckets.computeIfAbsent(
                response.document().name().toString(),
                _ -> new TokenBucket(perMinute / SECONDS_PER_MINUTE, perMinute, nowNanos));
    }

    private static Answer notKilled(Response response, String why) {
        return answer(response, Verdict.KILL, Guarantee.REPORTED, why);
    }

    private static Answer answer(Response response, Verdict verdict, Guarantee guarantee, String note) {
        return new Answer(response.document().name().toString(), verdict, guarantee, note);
    }

    DetectCounts.Answers counts() {
        return new DetectCounts.Answers(done, heldBack, failed, audited);
    }
}
