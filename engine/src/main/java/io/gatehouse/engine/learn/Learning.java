// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import static io.gatehouse.engine.act.ActJudge.BIND;
import static io.gatehouse.engine.act.ActJudge.CONNECT;
import static io.gatehouse.engine.act.ActJudge.INTERPRETERS;
import static io.gatehouse.engine.act.ActJudge.LISTEN;
import static io.gatehouse.engine.act.ActJudge.MEMORY;
import static io.gatehouse.engine.act.ActJudge.PROCESS_ALLOW;
import static io.gatehouse.engine.act.ActJudge.PROCESS_FORBID;
import static io.gatehouse.engine.act.ActJudge.PROCESS_FROM_IMAGE;
import static io.gatehouse.engine.act.ActJudge.READ_FORBID;
import static io.gatehouse.engine.act.ActJudge.WRITE_ROOT;
import static io.gatehouse.engine.act.ActJudge.WRITE_VOLUMES;

import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.engine.act.Peers;
import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.learn.Learned.Entry;
import io.gatehouse.engine.learn.Learned.LeftOut;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Finds the smallest policy that would have allowed what a recording holds.
public final class Learning {
    /// Why a rule is left out of which no breach would have been seen.
    static final String NOT_TOLD = "nothing that was recorded from tells of a breach";

    /// Hidden behind an empty volume, what the image has there would be missing.
    private static final Set<String> OF_THE_IMAGE = Set.of(
            "/etc/", "/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/root/", "/home/", "/var/", "/srv/");

    private final Recording recording;
    private final Width width;
    private final Siblings siblings;
    private final Set<String> asked;
    private final Map<Entry, Evidence> evidence = new LinkedHashMap<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final List<String> volumes = new ArrayList<>();

    /// What becomes of directories that are written beside each other.
    public enum Siblings {
        EACH,
        /// Three of one directory, or more, become that directory.
        TOGETHER
    }

    private Learning(Recording recording, Width width, Siblings siblings) {
        this.recording = recording;
        this.width = width;
        this.siblings = siblings;
        this.asked = asked(recording);
    }

    /// @param width how far addresses may be widened
    public static Learned learn(Recording recording, Width width, Siblings siblings) {
        return new Learning(recording, width, siblings).learned();
    }

    /// The rules of which every part of the recording would tell a breach.
    private static Set<String> asked(Recording recording) {
        var asked = new LinkedHashSet<String>();
        recording.begun().forEach(begun -> asked.addAll(begun.asked()));
        recording.begun().forEach(begun -> asked.retainAll(begun.asked()));
        return asked;
    }

    private Learned learned() {
        var section = new RuntimeSection(processes(), memory(), writes(), reads(), network(), bans());
        var notSeen = new LinkedHashSet<String>();
        recording.begun().forEach(begun -> notSeen.addAll(begun.gaps()));
        return new Learned(recording, namespace(), match(), section, evidence, leftOut, volumes, List.copyOf(notSeen));
    }

    // ---- whom it is about

    private List<ContainerFacts> containers() {
        var found = new LinkedHashMap<String, ContainerFacts>();
        recording.acts().forEach(act -> found.put(act.container().id(), act.container()));
        recording.containers().values().forEach(each -> found.put(each.facts().id(), each.facts()));
        return List.copyOf(found.values());
    }

    private Optional<String> namespace() {
        var namespaces = new TreeSet<String>();
        int pods = 0;
        for (var container : recording.containers().values()) {
            if (container.pod().isPresent()) {
                pods++;
                namespaces.add(container.pod().map(PodFacts::namespace).orElseThrow());
            }
        }
        return namespaces.size() == 1 && pods == recording.containers().size()
                ? Optional.of(namespaces.first())
                : Optional.empty();
    }

    /// By image where all have one: containers come and go under other names.
    private Match match() {
        var images = new TreeSet<String>();
        var names = new TreeSet<String>();
        boolean everyImage = true;
        for (var container : containers()) {
            names.add(container.name());
            everyImage &= container.image().isPresent();
            container.image().ifPresent(images::add);
        }
        if (everyImage && !images.isEmpty()) {
            return new Match(List.of(), Map.of(), List.copyOf(images), List.of());
        }
        return names.isEmpty() ? Match.ALL : new Match(List.of(), Map.of(), List.of(), List.copyOf(names));
    }

    // ---- programs

    private Optional<Processes> processes() {
        var allow = programs();
        boolean fromImage = keeps(PROCESS_FROM_IMAGE, "a program or library that is no file of the image was used");
        boolean shells = keeps(
                PROCESS_FORBID + ".shells",
                "a shell was run",
                concerns(PROCESS_FORBID).and(act -> ActJudge.isKind(act, ActJudge.SHELL)));
        boolean managers = keeps(
                PROCESS_FORBID + ".packageManagers",
                "a package manager was run",
                concerns(PROCESS_FORBID).and(act -> ActJudge.isKind(act, ActJudge.PACKAGE_MANAGER)));
        boolean interpreters = keeps(INTERPRETERS, "an interpreter read a file that is not of the image");
        if (allow.isEmpty() && !fromImage && !shells && !managers && !interpreters) {
            return Optional.empty();
        }
        return Optional.of(new Processes(
                allow,
                List.of(),
                fromImage,
                shells,
                managers,
                interpreters ? Optional.of(new Interpreters(true, List.of())) : Optional.empty(),
                Action.DENY));
    }

    private List<String> programs() {
        var acts = acts(concerns(PROCESS_ALLOW));
        if (!asks(PROCESS_ALLOW)) {
            return List.of();
        }
        if (acts.isEmpty()) {
            leaveOut(PROCESS_ALLOW, "no program was started", List.of());
            return List.of();
        }
        var unnamed = acts.stream()
                .filter(act -> act.file().filter(ActJudge::mayBeNamed).isEmpty() || !Paths.file(act))
                .toList();
        if (!unnamed.isEmpty()) {
            leaveOut(PROCESS_ALLOW, "a program ran that a list of the image's files cannot name", unnamed);
            return List.of();
        }
        return named(PROCESS_ALLOW, acts, RecordedAct::path);
    }

    /// One path for each file, the first of those it was called by.
    private List<String> named(
            String rule, List<RecordedAct> acts, java.util.function.Function<RecordedAct, String> path) {
        var byFile = new TreeMap<String, List<RecordedAct>>();
        for (var act : acts) {
            byFile.computeIfAbsent(recording.names(act).file(path.apply(act)), _ -> new ArrayList<>())
                    .add(act);
        }
        var paths = new TreeMap<String, List<RecordedAct>>();
        for (var same : byFile.values()) {
            var names = new TreeSet<String>();
            same.forEach(act -> names.add(path.apply(act)));
            paths.put(names.first(), same);
            var others = names.tailSet(names.first(), false);
            evidence.put(
                    new Entry(rule, names.first()),
                    Evidence.of(same).with(others.isEmpty() ? "" : "also called " + String.join(", ", others)));
        }
        return List.copyOf(paths.keySet());
    }

    private Optional<Memory> memory() {
        if (!asks(MEMORY)) {
            return Optional.empty();
        }
        var acts = acts(concerns(MEMORY));
        var unnamed = acts.stream()
                .filter(act -> !Paths.file(act.process().exe()) || !ofImage(act))
                .toList();
        if (!unnamed.isEmpty()) {
            leaveOut(MEMORY, "a program that is no file of the image made memory executable", unnamed);
            return Optional.empty();
        }
        return Optional.of(
                new Memory(true, named(MEMORY, acts, act -> act.process().exe()), Action.DENY));
    }

    /// Whether the acting program was started from the image, as far as it was seen to start.
    private boolean ofImage(RecordedAct act) {
        return recording.acts().stream()
                .filter(concerns(PROCESS_ALLOW))
                .filter(started ->
                        started.container().id().equals(act.container().id())
                                && started.path().equals(act.process().exe()))
                .allMatch(started -> started.file().filter(ActJudge::mayBeNamed).isPresent());
    }

    // ---- files

    private Optional<Writes> writes() {
        var allow = List.<String>of();
        boolean root = asks(WRITE_ROOT);
        if (root) {
            var acts = acts(concerns(WRITE_ROOT));
            var places = new WrittenPlaces(recording, acts, siblings);
            root = places.unnamed().isEmpty();
            if (root) {
                places.byEntry().forEach((path, of) -> evidence.put(new Entry(WRITE_ROOT, path), Evidence.of(of)));
                allow = List.copyOf(places.byEntry().keySet());
                places.byEntry().forEach((path, of) -> {
                    if (path.endsWith("/")
                            && !OF_THE_IMAGE.contains(path)
                            && of.stream().anyMatch(ActJudge::changesEntry)) {
                        volumes.add(path);
                    }
                });
            } else {
                leaveOut(
                        WRITE_ROOT,
                        "the root directory itself, or what no path can name, was changed",
                        places.unnamed());
            }
        }
        boolean declared =
                keeps(WRITE_VOLUMES, "a file system was written that the container's author did not declare");
        if (!root && !declared) {
            return Optional.empty();
        }
        return Optional.of(new Writes(root, declared, allow, List.of(), Action.DENY));
    }

    /// What was told of and never read.
    private Optional<Reads> reads() {
        if (!asks(READ_FORBID)) {
            return Optional.empty();
        }
        var watched = new TreeSet<String>();
        recording.begun().forEach(begun -> watched.addAll(begun.reads()));
        recording.begun().forEach(begun -> watched.retainAll(begun.reads()));
        if (!recording.containers().isEmpty()) {
            watched.removeIf(path -> recording.containers().values().stream()
                    .allMatch(container -> container.absent().contains(path)));
        }
        var acts = acts(concerns(READ_FORBID));
        var forbid = new ArrayList<String>();
        for (var path : watched) {
            var section = new RuntimeSection(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new Reads(List.of(path), Action.DENY)),
                    Optional.empty(),
                    Map.of());
            var reading = acts.stream()
                    .filter(act ->
                            !ActJudge.judge(section, act, recording.names(act)).isEmpty())
                    .toList();
            if (reading.isEmpty()) {
                forbid.add(path);
            } else {
                leaveOut(READ_FORBID, path + " was read", reading);
            }
        }
        return forbid.isEmpty() ? Optional.empty() : Optional.of(new Reads(forbid, Action.DENY));
    }

    // ---- the network

    private Optional<Network> network() {
        var connect = peers(CONNECT);
        var bind = peers(BIND);
        var listen = peers(LISTEN);
        return connect.isEmpty() && bind.isEmpty() && listen.isEmpty()
                ? Optional.empty()
                : Optional.of(new Network(connect, List.of(), bind, listen, Action.DENY));
    }

    private Optional<List<Endpoint>> peers(String rule) {
        if (!asks(rule)) {
            return Optional.empty();
        }
        var acts = acts(concerns(rule));
        var unnamed = acts.stream().filter(act -> act.endpoint().isEmpty()).toList();
        if (!unnamed.isEmpty()) {
            leaveOut(rule, "a socket was used that no address and port can name", unnamed);
            return Optional.empty();
        }
        var seen = new ArrayList<RecordedAct.Endpoint>();
        acts.forEach(act -> seen.add(act.endpoint().orElseThrow()));
        var cover = Peers.cover(seen, width);
        for (var endpoint : cover) {
            evidence.put(
                    new Entry(rule, Peers.text(endpoint)),
                    Evidence.of(acts.stream()
                            .filter(act -> Peers.names(endpoint, act.endpoint().orElseThrow()))
                            .toList()));
        }
        return Optional.of(cover);
    }

    // ---- sections of one word

    private Map<Ban, Action> bans() {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        for (var ban : Ban.values()) {
            if (keeps(ban.field(), "it was breached, and cannot be asked in part")) {
                bans.put(ban, Action.DENY);
            }
        }
        return bans;
    }

    // ---- one rule

    private boolean keeps(String rule, String whyNot) {
        return keeps(rule, whyNot, concerns(rule));
    }

    private boolean keeps(String rule, String whyNot, Predicate<RecordedAct> breaching) {
        if (!asks(rule)) {
            return false;
        }
        var acts = acts(breaching);
        if (!acts.isEmpty()) {
            leaveOut(rule, whyNot, acts);
        }
        return acts.isEmpty();
    }

    private boolean asks(String rule) {
        boolean is = asked.contains(rule) || rule.startsWith(PROCESS_FORBID) && asked.contains(PROCESS_FORBID);
        if (!is) {
            leaveOut(rule, NOT_TOLD, List.of());
        }
        return is;
    }

    private void leaveOut(String rule, String why, List<RecordedAct> acts) {
        leftOut.add(new LeftOut(
                rule,
                why,
                acts.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Evidence.of(acts).with(words(acts.getFirst())))));
    }

    /// As an example.
    static String words(RecordedAct act) {
        var object = act.endpoint()
                .map(endpoint -> endpoint.protocol() + " " + endpoint.address() + " port " + endpoint.port())
                .orElse(act.path());
        return act.act()
                + (object.isEmpty() ? "" : " " + object)
                + (act.detail().isEmpty() ? "" : " (" + act.detail() + ")");
    }

    private static Predicate<RecordedAct> concerns(String rule) {
        return act -> act.rules().contains(rule);
    }

    private List<RecordedAct> acts(Predicate<RecordedAct> wanted) {
        return recording.acts().stream().filter(wanted).toList();
    }
}
