// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.program.KnownPrograms;
import io.gatehouse.schemas.program.ProgramKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What contradicts itself in a `runtime` section, and what in it has no effect. A policy that is stricter than it
/// reads is an error where somebody would be stopped by surprise; one that is weaker than it reads is at least told.
final class RuntimeChecks {
    /// Programs that cannot run without making code.
    private static final Set<String> COMPILERS =
            Set.of("java", "node", "nodejs", "dotnet", "deno", "bun", "luajit", "pypy3", "beam.smp");

    private static final Set<ProgramKind> TAKE_COMMANDS = Set.of(ProgramKind.SHELL, ProgramKind.MULTI_CALL);

    private final Node.Mapping document;
    private final RuntimeSection runtime;
    private final List<Diagnostic> problems = new ArrayList<>();

    private RuntimeChecks(Node.Mapping document, RuntimeSection runtime) {
        this.document = document;
        this.runtime = runtime;
    }

    static List<Diagnostic> check(Node.Mapping document, RuntimeSection runtime) {
        var checks = new RuntimeChecks(document, runtime);
        runtime.processes().ifPresent(checks::processes);
        runtime.memory().ifPresent(checks::memory);
        runtime.writes().ifPresent(checks::writes);
        runtime.reads().ifPresent(_ -> checks.reads());
        runtime.network().ifPresent(checks::network);
        checks.actionsAnswerSomething();
        return checks.problems;
    }

    // ---- processes

    private void processes(RuntimeSection.Processes processes) {
        saysOnce("processes", "allow");
        saysOnce("processes", "forbid");
        bothWays("processes");
        for (var item : items("processes", "allow")) {
            var kind = KnownPrograms.kind(lastPart(item.value()));
            if (processes.denyShells() && kind.filter(TAKE_COMMANDS::contains).isPresent()) {
                forbiddenByKind(item, "shells");
            } else if (processes.denyPackageManagers()
                    && kind.filter(ProgramKind.PACKAGE_MANAGER::equals).isPresent()) {
                forbiddenByKind(item, "packageManagers");
            }
        }
        processes.interpreters().ifPresent(this::interpreters);
    }

    private void forbiddenByKind(Node.Text item, String field) {
        problems.add(Code.CONTRADICTION.at(
                item.span(),
                Kinds.quoted(item) + " is allowed to run, and '" + field + ": deny' forbids it",
                "remove it from 'allow', or write '" + field + ": allow' and name the others in 'forbid'"));
    }

    private void interpreters(RuntimeSection.Interpreters interpreters) {
        saysOnce("processes", "interpreters", "programs");
        if (interpreters.fromImageOnly()) {
            return;
        }
        if (interpreters.programs().isEmpty()) {
            noEffect(
                    place("processes", "interpreters", "fromImageOnly"),
                    "asks nothing of interpreters: it is false",
                    "write 'fromImageOnly: true', or remove the section");
        } else {
            noEffect(
                    place("processes", "interpreters", "programs"),
                    "has no effect: without 'fromImageOnly: true' interpreters may read anything",
                    "add 'fromImageOnly: true', or remove it");
        }
    }

    // ---- memory

    private void memory(RuntimeSection.Memory memory) {
        saysOnce("memory", "jit");
        if (!memory.denyExecutable()) {
            if (!memory.jit().isEmpty()) {
                noEffect(
                        place("memory", "jit"),
                        "has no effect: without 'executable: deny' every program may make code",
                        "write 'executable: deny', or remove it");
            }
            return;
        }
        var allowed = Set.copyOf(runtime.processes().map(p -> p.allow()).orElse(List.of()));
        var forbidden = Set.copyOf(runtime.processes().map(p -> p.forbid()).orElse(List.of()));
        for (var item : items("memory", "jit")) {
            if (forbidden.contains(item.value())) {
                neverRuns(item, "'processes.forbid' keeps it from running");
            } else if (!allowed.isEmpty() && !allowed.contains(item.value())) {
                neverRuns(item, "'processes.allow' does not name it, unless by another name of the same file");
            }
        }
        for (var item : items("processes", "allow")) {
            if (COMPILERS.contains(lastPart(item.value())) && memory.jit().isEmpty()) {
                problems.add(Code.OWN_CODE_FORBIDDEN.at(
                        item.span(),
                        Kinds.quoted(item) + " makes code of its own, which 'memory.executable: deny' forbids",
                        "add 'jit: [" + item.value() + "]' to 'memory'"));
            }
        }
    }

    private void neverRuns(Node.Text item, String why) {
        noEffect(item, " in 'memory.jit' has no effect: " + why);
    }

    // ---- writes and reads

    private void writes(RuntimeSection.Writes writes) {
        saysOnce("writes", "allow");
        saysOnce("writes", "forbid");
        noneBelowAnother("writes", "allow");
        noneBelowAnother("writes", "forbid");
        bothWays("writes");
        if (writes.readOnlyRootMount()) {
            rootMount(writes);
        }
        var allow = place("writes", "allow");
        if (allow.isEmpty()) {
            return;
        }
        boolean root = writes.denyRootFilesystem();
        boolean volumes = writes.declaredVolumesOnly();
        if (!root && !volumes) {
            noEffect(
                    allow,
                    "has no effect: "
                            + (place("writes", "rootFilesystem").isPresent()
                                    ? "'rootFilesystem: allow' forbids no write"
                                    : "neither 'rootFilesystem: deny' nor 'volumes: declared' is asked, and nothing is an exception from 'forbid'"),
                    Code.NO_EFFECT.fix());
        } else if (writes.allow().contains("/")) {
            var asked = root && volumes
                    ? "'rootFilesystem: deny' and 'volumes: declared' forbid"
                    : (root ? "'rootFilesystem: deny'" : "'volumes: declared'") + " forbids";
            noEffect(allow, "names '/', so " + asked + " no write", Code.NO_EFFECT.fix());
        } else {
            var forbidden = directories(writes.forbid());
            for (var item : items("writes", "allow")) {
                above(item.value(), forbidden)
                        .ifPresent(over -> noEffect(
                                item,
                                " in 'writes.allow' has no effect: 'forbid' names " + Kinds.quoted(over)
                                        + " above it, and counts first"));
            }
        }
    }

    /// A read-only mount is read-only for all of it and for everybody.
    private void rootMount(RuntimeSection.Writes writes) {
        if (!writes.denyRootFilesystem()) {
            place("writes", "rootMount")
                    .ifPresent(at -> problems.add(Code.CONTRADICTION.at(
                            at.name(),
                            "'rootMount: readOnly' forbids every write of the root file system, and nothing else here"
                                    + " forbids one",
                            "add 'rootFilesystem: deny', or remove 'rootMount'")));
            return;
        }
        if (writes.action() == Action.REPORT) {
            noEffect(
                    place("writes", "rootMount"),
                    "has no effect: 'action: report' refuses nothing",
                    "write 'action: deny' or 'kill', or remove 'rootMount'");
            return;
        }
        for (var item : items("writes", "allow")) {
            if (writes.declaredVolumesOnly()) {
                noEffect(
                        item,
                        " in 'writes.allow' is an exception from 'volumes: declared' only: on the root file system"
                                + " 'rootMount: readOnly' knows none");
            } else {
                problems.add(Code.CONTRADICTION.at(
                        item.span(),
                        Kinds.quoted(item) + " is to stay writable, and 'rootMount: readOnly' knows no exceptions",
                        "have a volume mounted there, which stays writable, and remove it from 'allow'; or remove"
                                + " 'rootMount'"));
            }
        }
    }

    private void reads() {
        saysOnce("reads", "forbid");
        noneBelowAnother("reads", "forbid");
    }

    // ---- network

    private void network(RuntimeSection.Network network) {
        var connect = entries("connect", "allow", network.connect().orElse(List.of()));
        var forbidden = entries("connect", "forbid", network.forbidConnect());
        var bind = entries("bind", "allow", network.bind().orElse(List.of()));
        var listen = entries("listen", "allow", network.listen().orElse(List.of()));
        List.of(connect, forbidden, bind, listen).forEach(this::saidOnce);
        allowedAndForbidden(connect, forbidden);
        if (network.connect().isPresent()) {
            reachedBy(connect, forbidden, " in 'connect.forbid' has no effect: 'allow' names nothing of it");
        }
        if (network.bind().isPresent()) {
            reachedBy(bind, listen, " in 'listen.allow' has no effect: 'bind.allow' lets no socket be bound there");
        }
    }

    /// An endpoint and where it is written.
    private record Entry(Node.Text item, Reach reach) {}

    private List<Entry> entries(String way, String list, List<Endpoint> endpoints) {
        var items = items("network", way, list);
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < items.size(); i++) {
            entries.add(new Entry(items.get(i), Reach.of(endpoints.get(i))));
        }
        return entries;
    }

    private void allowedAndForbidden(List<Entry> allow, List<Entry> forbid) {
        for (var allowed : allow) {
            for (var forbidden : forbid) {
                if (forbidden.reach().equals(allowed.reach())) {
                    problems.add(Code.CONTRADICTION.at(
                            allowed.item().span(), Kinds.quoted(allowed.item()) + " is both allowed and forbidden"));
                    break;
                }
                if (forbidden.reach().contains(allowed.reach())) {
                    noEffect(
                            allowed.item(),
                            " in 'connect.allow' has no effect: 'forbid' has " + Kinds.quoted(forbidden.item())
                                    + ", and counts first");
                    break;
                }
            }
        }
    }

    /// Of what is never reached, nothing need be said.
    private void reachedBy(List<Entry> ways, List<Entry> entries, String otherwise) {
        for (var entry : entries) {
            if (ways.stream().noneMatch(way -> way.reach().overlaps(entry.reach()))) {
                noEffect(entry.item(), otherwise);
            }
        }
    }

    private void saidOnce(List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            for (int other = 0; other < entries.size(); other++) {
                var over = entries.get(other);
                boolean same = over.reach().equals(entry.reach());
                if (same ? other < i : over.reach().contains(entry.reach())) {
                    noEffect(
                            entry.item(),
                            " has no effect: " + Kinds.quoted(over.item()) + (same ? " is the same" : " covers it"));
                    break;
                }
            }
        }
    }

    // ---- all sections

    /// `action` beside switches that are all off.
    private void actionsAnswerSomething() {
        var asked = Planner.demands(runtime);
        for (var section : List.of("processes", "memory", "writes")) {
            if (asked.stream().noneMatch(demand -> demand.rule().startsWith(section + "."))) {
                noEffect(
                        place(section, "action"),
                        "has no effect: every demand beside it is switched off",
                        Code.NO_EFFECT.fix());
            }
        }
    }

    private void bothWays(String section) {
        var forbidden = new HashMap<String, Node.Text>();
        items(section, "forbid").forEach(item -> forbidden.put(directory(item.value()), item));
        for (var item : items(section, "allow")) {
            var other = forbidden.get(directory(item.value()));
            if (other != null) {
                problems.add(Code.CONTRADICTION.at(
                        item.span(),
                        Kinds.quoted(item) + " is both allowed and forbidden: '" + section + ".forbid' has it in line "
                                + other.span().line()));
            }
        }
    }

    /// A path twice.
    private void saysOnce(String... path) {
        var seen = new HashMap<String, Node.Text>();
        for (var item : items(path)) {
            var first = seen.putIfAbsent(directory(item.value()), item);
            if (first != null) {
                noEffect(item, " has no effect: line " + first.span().line() + " has it already");
            }
        }
    }

    /// A path below another of the same list.
    private void noneBelowAnother(String... path) {
        var directories = directories(items(path).stream().map(Node.Text::value).toList());
        for (var item : items(path)) {
            above(item.value(), directories)
                    .ifPresent(over -> noEffect(item, " has no effect: " + Kinds.quoted(over) + " covers it"));
        }
    }

    private static Set<String> directories(List<String> paths) {
        return paths.stream().map(RuntimeChecks::directory).collect(Collectors.toSet());
    }

    /// The nearest of these above a path.
    private static Optional<String> above(String path, Set<String> directories) {
        var at = directory(path);
        while (at.length() > 1) {
            int slash = at.lastIndexOf('/');
            at = slash == 0 ? "/" : at.substring(0, slash);
            if (directories.contains(at)) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private static String directory(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void noEffect(Node.Text item, String what) {
        problems.add(Code.NO_EFFECT.at(item.span(), Kinds.quoted(item) + what));
    }

    private void noEffect(Optional<Place> place, String what, String fix) {
        place.ifPresent(at -> problems.add(Code.NO_EFFECT.at(at.name(), "'" + at.path() + "' " + what, fix)));
    }

    private Optional<Place> place(String... path) {
        var whole = new ArrayList<>(List.of("spec", "runtime"));
        whole.addAll(List.of(path));
        return Place.of(document, whole.toArray(String[]::new));
    }

    private List<Node.Text> items(String... path) {
        return place(path)
                .map(place -> ((Node.Sequence) place.node())
                        .items().stream().map(Node.Text.class::cast).toList())
                .orElse(List.of());
    }
}
