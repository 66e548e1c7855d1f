// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which rules of a `runtime` section a recorded act breaches: what the kernel would find, found from the facts that it
/// told. `LearnedPolicyTest` puts what this class finds harmless to the kernel.
///
/// The recording says which rules an act concerns at all ([RecordedAct#rules]); here is decided whether the section
/// asks them and whether it allows this one. Paths are compared as the files they name ([Names]).
public final class ActJudge {
    public static final String PROCESS_ALLOW = "processes.allow";
    public static final String PROCESS_FROM_IMAGE = "processes.fromImageOnly";
    public static final String WRITE_ROOT = "writes.rootFilesystem";
    public static final String WRITE_VOLUMES = "writes.volumes";
    public static final String WRITE_FORBID = "writes.forbid";
    public static final String READ_FORBID = "reads.forbid";
    public static final String PROCESS_FORBID = "processes.forbid";
    public static final String INTERPRETERS = "processes.interpreters";
    public static final String MEMORY = "memory.executable";
    public static final String CONNECT = "network.connect";
    public static final String BIND = "network.bind";
    public static final String LISTEN = "network.listen";

    /// What [RecordedAct#detail] says of a program that runs, with a comma and a blank between where it is both.
    public static final String SHELL = "shell";

    public static final String PACKAGE_MANAGER = "package manager";

    /// Acts that change an entry of a directory, and so are judged by the directory.
    private static final Set<String> ENTRY_ACTS =
            Set.of("create", "make_directory", "remove", "remove_directory", "rename", "link", "symbolic_link");

    private ActJudge() {}

    /// A breach, and what is done about it once the policy is enforced.
    public record Found(String rule, Action action) {}

    /// In the order of the act's rules.
    public static List<Found> judge(RuntimeSection section, RecordedAct act, Names names) {
        var found = new ArrayList<Found>();
        for (var rule : act.rules()) {
            breached(rule, section, act, names).ifPresent(action -> found.add(new Found(rule, action)));
        }
        return found;
    }

    /// What is done about a breach of one rule by an act that the rule concerns; empty where there is none.
    private static Optional<Action> breached(String rule, RuntimeSection section, RecordedAct act, Names names) {
        return switch (rule) {
            case PROCESS_ALLOW ->
                processes(
                        section,
                        !section.processes()
                                        .map(Processes::allow)
                                        .orElse(List.of())
                                        .isEmpty()
                                && !runs(section.processes().get().allow(), act, names));
            case PROCESS_FROM_IMAGE ->
                processes(
                        section,
                        section.processes().filter(Processes::fromImageOnly).isPresent());
            case PROCESS_FORBID ->
                processes(
                        section,
                        section.processes().filter(p -> forbids(p, act, names)).isPresent());
            case INTERPRETERS ->
                processes(
                        section,
                        section.processes()
                                .flatMap(Processes::interpreters)
                                .filter(RuntimeSection.Interpreters::fromImageOnly)
                                .isPresent());
            case MEMORY ->
                section.memory()
                        .filter(memory -> memory.denyExecutable()
                                && !named(memory.jit(), act.process().exe(), names))
                        .map(RuntimeSection.Memory::action);
            case WRITE_ROOT ->
                section.writes()
                        .filter(writes -> writes.denyRootFilesystem()
                                && (writes.readOnlyRootMount() || !writable(writes.allow(), act, names)))
                        .map(Writes::action);
            case WRITE_VOLUMES ->
                section.writes()
                        .filter(writes -> writes.declaredVolumesOnly() && !writable(writes.allow(), act, names))
                        .map(Writes::action);
            case WRITE_FORBID ->
                section.writes()
                        .filter(writes -> below(writes.forbid(), act.path(), names))
                        .map(Writes::action);
            case READ_FORBID ->
                section.reads()
                        .filter(reads -> below(reads.forbid(), act.path(), names))
                        .map(RuntimeSection.Reads::action);
            case CONNECT ->
                network(
                        section,
                        section.network()
                                .filter(network -> refused(network.connect(), network.forbidConnect(), act))
                                .isPresent());
            case BIND ->
                network(
                        section,
                        section.network()
                                .filter(network -> refused(network.bind(), List.of(), act))
                                .isPresent());
            case LISTEN ->
                network(
                        section,
                        section.network()
                                .filter(network -> refused(network.listen(), List.of(), act))
                                .isPresent());
            default -> ban(rule, section);
        };
    }

    private static Optional<Action> processes(RuntimeSection section, boolean breached) {
        return section.processes().filter(_ -> breached).map(Processes::action);
    }

    private static Optional<Action> network(RuntimeSection section, boolean breached) {
        return section.network().filter(_ -> breached).map(Network::action);
    }

    private static Optional<Action> ban(String rule, RuntimeSection section) {
        for (var ban : Ban.values()) {
            if (ban.field().equals(rule)) {
                return Optional.ofNullable(section.bans().get(ban));
            }
        }
        return Optional.empty(); // no policy asks it
    }

    // ---- programs

    /// A name in a policy is a file of the image; what the container put in its place is another. Of a capture nothing
    /// but the name is known.
    private static boolean runs(List<String> paths, RecordedAct act, Names names) {
        return named(paths, act, names) && act.file().map(ActJudge::mayBeNamed).orElse(true);
    }

    /// Whether a policy can name a program: it is a file of the root file system that was there before the container.
    public static boolean mayBeNamed(RecordedFile file) {
        return file.root() && !file.upper() && !file.unlinked();
    }

    /// Whether the program that runs is of a kind; one file may be of several.
    public static boolean isKind(RecordedAct act, String kind) {
        return List.of(act.detail().split(", ")).contains(kind);
    }

    private static boolean forbids(Processes processes, RecordedAct act, Names names) {
        return named(processes.forbid(), act, names)
                || processes.denyShells() && isKind(act, SHELL)
                || processes.denyPackageManagers() && isKind(act, PACKAGE_MANAGER);
    }

    private static boolean named(List<String> paths, RecordedAct act, Names names) {
        return act.pathComplete() && named(paths, act.path(), names);
    }

    private static boolean named(List<String> paths, String path, Names names) {
        if (path.isEmpty() || paths.isEmpty()) {
            return false;
        }
        var file = names.file(path);
        return paths.stream().anyMatch(each -> names.file(each).equals(file));
    }

    // ---- files

    private static boolean writable(List<String> allow, RecordedAct act, Names names) {
        return act.pathComplete() && !act.path().isEmpty() && below(allow, judgedPath(act), names);
    }

    /// What must be allowed for an act to be: the directory whose entry is changed, else the file itself.
    public static String judgedPath(RecordedAct act) {
        if (!changesEntry(act)) {
            return act.path();
        }
        int end = act.path().lastIndexOf('/');
        return end <= 0 ? "/" : act.path().substring(0, end);
    }

    /// Whether an act changes an entry of a directory rather than a file.
    public static boolean changesEntry(RecordedAct act) {
        return ENTRY_ACTS.contains(act.act());
    }

    private static boolean below(List<String> directories, String path, Names names) {
        if (directories.isEmpty() || path.isEmpty()) {
            return false;
        }
        var followed = names.follow(path);
        return directories.stream().anyMatch(each -> Names.within(followed, names.follow(each)));
    }

    // ---- the network

    /// An act without an address is one of a socket that no list can name.
    private static boolean refused(Optional<List<Endpoint>> allow, List<Endpoint> forbid, RecordedAct act) {
        if (act.endpoint().isEmpty()) {
            return allow.isPresent();
        }
        var seen = act.endpoint().get();
        return forbid.stream().anyMatch(endpoint -> Peers.names(endpoint, seen))
                || allow.filter(list -> list.stream().noneMatch(endpoint -> Peers.names(endpoint, seen)))
                        .isPresent();
    }
}
