// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.act.RecordedContainer;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Recordings as the recorder writes them, made by hand. Each act comes a second after the one before.
public final class Acts {
    public static final List<String> EVERY_RULE = everyRule();

    private static final Instant START = Instant.parse("2026-11-20T08:00:00Z");
    private static final RecordedFile IMAGE = new RecordedFile(40, 0, 0, true, false, true, false);

    private final ContainerFacts container;
    private final Optional<PodFacts> pod;
    private final List<RecordedLine> lines = new ArrayList<>();
    private final AtomicLong seconds = new AtomicLong();

    private Acts(String name, Optional<String> image, Optional<PodFacts> pod) {
        this.container = new ContainerFacts("id-of-" + name, name, image, "containerd");
        this.pod = pod;
    }

    private static List<String> everyRule() {
        var rules = new ArrayList<>(List.of(
                ActJudge.PROCESS_ALLOW,
                ActJudge.PROCESS_FROM_IMAGE,
                ActJudge.WRITE_ROOT,
                ActJudge.WRITE_VOLUMES,
                ActJudge.READ_FORBID,
                ActJudge.PROCESS_FORBID,
                ActJudge.INTERPRETERS,
                ActJudge.MEMORY,
                ActJudge.CONNECT,
                ActJudge.BIND,
                ActJudge.LISTEN));
        for (var ban : Ban.values()) {
            rules.add(ban.field());
        }
        return List.copyOf(rules);
    }

    /// Of a container in a pod, every rule asked and the reading of some files told.
    public static Acts of(String name) {
        var acts = new Acts(
                name, Optional.of("docker.io/library/" + name + ":1"), Optional.of(new PodFacts("shop", name + "-0")));
        acts.lines.add(new RecordedLine.Begun(
                START, "learn", "lsm", EVERY_RULE, List.of("/etc/shadow", "/root/.ssh/"), List.of()));
        return acts;
    }

    /// Beside no other: it has neither an image nor a pod.
    public static Acts bare(String name) {
        var acts = new Acts(name, Optional.empty(), Optional.empty());
        acts.lines.add(new RecordedLine.Begun(START, "learn", "lsm", EVERY_RULE, List.of(), List.of()));
        return acts;
    }

    public Acts met(Map<String, String> links, List<List<String>> same) {
        lines.add(new RecordedLine.Met(
                START,
                new RecordedContainer(container, pod, Optional.empty(), true, List.of(), links, same, List.of())));
        return this;
    }

    public Acts runs(String path) {
        return act(
                "exec", List.of(ActJudge.PROCESS_ALLOW, ActJudge.PROCESS_FORBID), path, Optional.of(IMAGE), "sh", "");
    }

    public Acts runs(String path, String kind) {
        return act(
                "exec", List.of(ActJudge.PROCESS_ALLOW, ActJudge.PROCESS_FORBID), path, Optional.of(IMAGE), "sh", kind);
    }

    /// A program that was put there after the container was made.
    public Acts runsDropped(String path) {
        return act(
                "exec",
                List.of(ActJudge.PROCESS_ALLOW, ActJudge.PROCESS_FROM_IMAGE, ActJudge.PROCESS_FORBID),
                path,
                Optional.of(new RecordedFile(40, 0, 0, true, true, true, false)),
                "sh",
                "");
    }

    public Acts opens(String path) {
        return act("open_for_writing", writeRules(), path, Optional.of(IMAGE), "/bin/app", "");
    }

    public Acts creates(String path) {
        return act("create", writeRules(), path, Optional.of(IMAGE), "/bin/app", "");
    }

    public Acts makesDirectory(String path) {
        return act("make_directory", writeRules(), path, Optional.of(IMAGE), "/bin/app", "");
    }

    public Acts reads(String path) {
        return act("open_for_reading", List.of(ActJudge.READ_FORBID), path, Optional.of(IMAGE), "/bin/app", "");
    }

    public Acts compiles(String program) {
        return act("executable_memory", List.of(ActJudge.MEMORY), "", Optional.empty(), program, "");
    }

    public Acts connects(String address, int port) {
        return speaks("connect", ActJudge.CONNECT, address, port);
    }

    public Acts binds(String address, int port) {
        return speaks("bind", ActJudge.BIND, address, port);
    }

    public Acts listens(String address, int port) {
        return speaks("listen", ActJudge.LISTEN, address, port);
    }

    private Acts speaks(String act, String rule, String address, int port) {
        return add(
                act,
                List.of(rule),
                "",
                Optional.empty(),
                Optional.of(new Endpoint("tcp", address, port)),
                "/bin/app",
                "");
    }

    public Acts does(String act, Ban ban, String detail) {
        return act(act, List.of(ban.field()), "", Optional.empty(), "/bin/app", detail);
    }

    public Acts loses(long count) {
        lines.add(new RecordedLine.Lost(START, count, "ring full"));
        return this;
    }

    private static List<String> writeRules() {
        return List.of(ActJudge.WRITE_ROOT, ActJudge.WRITE_FORBID);
    }

    public Acts act(
            String act, List<String> rules, String path, Optional<RecordedFile> file, String by, String detail) {
        return add(act, rules, path, file, Optional.empty(), by, detail);
    }

    private Acts add(
            String act,
            List<String> rules,
            String path,
            Optional<RecordedFile> file,
            Optional<Endpoint> endpoint,
            String by,
            String detail) {
        var time = START.plusSeconds(seconds.incrementAndGet());
        lines.add(new RecordedLine.Acted(new RecordedAct(
                time,
                time,
                1,
                container,
                pod,
                act,
                rules,
                path,
                true,
                file,
                endpoint,
                by,
                new ProcessFacts(act.equals("exec") ? path : by, List.of(), true, 4711, 0, List.of()),
                detail,
                "lsm",
                List.of())));
        return this;
    }

    public List<RecordedLine> lines() {
        return List.copyOf(lines);
    }

    public Recording recording() {
        return Recording.of(lines);
    }
}
