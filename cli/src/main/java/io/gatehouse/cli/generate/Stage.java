// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.generate.Action.Address;
import io.gatehouse.cli.generate.Action.AllCapabilities;
import io.gatehouse.cli.generate.Action.Capabilities;
import io.gatehouse.cli.generate.Action.Commands;
import io.gatehouse.cli.generate.Action.Console;
import io.gatehouse.cli.generate.Action.Launch;
import io.gatehouse.cli.generate.Action.LoginNotRoot;
import io.gatehouse.cli.generate.Action.MoreCapabilities;
import io.gatehouse.cli.generate.Action.Mount;
import io.gatehouse.cli.generate.Action.Nothing;
import io.gatehouse.cli.generate.Action.Own;
import io.gatehouse.cli.generate.Action.Place;
import io.gatehouse.cli.generate.Action.Plain;
import io.gatehouse.cli.generate.Action.Resolves;
import io.gatehouse.cli.generate.Action.Step;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// Where actions happen: containers run by runc, and a folder of the host that holds all there is of
/// them. The folder is a file system in memory, so nothing is written anywhere else.
///
/// A keeper, a process of its own, waits for this one to end, however it ends, and removes containers, mounts and the
/// folder. Closing the stage is ending it for the keeper.
final class Stage implements AutoCloseable {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    /// Longer than our own program lets any act live.
    private static final Duration STEP_LIMIT = Duration.ofSeconds(45);

    private static final Duration CLEANING_LIMIT = Duration.ofSeconds(60);

    /// The containers that wait for actions end by themselves, should even the keeper be killed.
    private static final String LIFE_SECONDS = "1800";

    /// A container whose start is the action must be there when the detector asks about it.
    private static final String LAUNCHED_LIFE_SECONDS = "20";

    /// Its words: the folder. Every container has a file in `ids` from before it is made. Where this
    /// process was killed, a runc that it had started may still be making one, so it looks twice.
    private static final String KEEPER = """
            trap '' HUP INT TERM PIPE
            cat > /dev/null
            sweep() {
                for id in "$1"/ids/*; do
                    [ -e "$id" ] && runc delete --force "${id##*/}"
                done
                for root in "$1"/*/root; do
                    [ -d "$root" ] && umount -l "$root"
                done
            }
            sweep "$1"
            [ -e "$1/closed" ] || { sleep 2; sweep "$1"; }
            for cgroup in $(cat "$1/cgroups" 2>/dev/null); do rmdir "$cgroup"; done
            umount -l "$1"
            rmdir "$1"
            """;

    /// Where things stand that an action finds in its container.
    private static final Map<String, String> IMAGE_FILES = Map.ofEntries(
            Map.entry("etc/passwd", """
                    root:x:0:0:root:/root:/bin/sh
                    daemon:x:1:1:daemon:/:/bin/false
                    visitor:x:1000:1000:visitor:/:/bin/false
                    """),
            Map.entry("etc/group", "root:x:0:\ndaemon:x:1:\nvisitor:x:1000:\n"),
            Map.entry("etc/shadow", "root:*:20000:0:99999:7:::\n"),
            Map.entry("etc/hostname", "gatehouse-generate\n"),
            Map.entry("root/.profile", ""),
            Map.entry("root/.ash_history", ""),
            Map.entry("root/.ssh/known_hosts", ""),
            Map.entry("var/log/syslog", "nothing happened\n"),
            Map.entry("usr/bin/to-be-removed", ""),
            Map.entry("usr/lib/liblzma.so.5.6.1", ""),
            Map.entry("host/hostname", "no host\n"),
            Map.entry("data/artifact", "nothing of worth\n"));

    private static final List<String> IMAGE_FOLDERS = List.of(
            "acts",
            "bin",
            "dev",
            "etc/cron.d",
            "etc/apt",
            "mnt",
            "opt",
            "proc",
            "sys",
            "tmp",
            "usr/bin",
            "var/lib/rpm");

    private final Path folder;
    private final Process keeper;
    private final String cgroupParent;
    private final List<String> held;
    private final String run = hex(4);
    private final Map<Place, String> containers = new EnumMap<>(Place.class);
    private final List<String> launched = new ArrayList<>();
    private int made;

    private Stage(Path folder, Process keeper, String cgroupParent, List<String> held) {
        this.folder = folder;
        this.keeper = keeper;
        this.cgroupParent = cgroupParent;
        this.held = held;
    }

    /// @param cgroupParent the cgroup that containers' own lie in, as `/docker`; empty: the root
    static Stage open(List<Action> actions, String cgroupParent) throws IOException {
        refuseIfLacking();
        var folder = Files.createTempDirectory("gatehouse-generate-");
        var keeper = new ProcessBuilder(
                        BUSYBOX.toString(), "setsid", "/bin/sh", "-c", KEEPER, "gatehouse-keeper", folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var stage = new Stage(folder, keeper, cgroupParent, HeldCapabilities.here());
        try {
            stage.make(ownNames(actions));
            return stage;
        } catch (IOException | RuntimeException e) {
            try {
                stage.close();
            } catch (IOException alsoWrong) {
                e.addSuppressed(alsoWrong);
            }
            throw e;
        }
    }

    private static void refuseIfLacking() {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw Refusal.cannot("actions happen in containers, and making those needs root");
        }
        for (var program : List.of("runc", "mount", "umount")) {
            if (onPath(program).isEmpty()) {
                throw Refusal.cannot("there is no " + program + " here; install it, on Debian: apt-get install "
                        + (program.equals("runc") ? "runc" : "mount"));
            }
        }
        if (!Files.isExecutable(BUSYBOX)) {
            throw Refusal.cannot("there is no " + BUSYBOX + " here; on Debian: apt-get install busybox-static");
        }
        if (Stage.class.getResource("acts") == null) {
            throw Refusal.cannot("this build holds no acts program; build it with clang or gcc: cli/src/main/c/build");
        }
    }

    private static Optional<Path> onPath(String program) {
        for (var place : System.getenv().getOrDefault("PATH", "").split(":")) {
            var file = Path.of(place, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /// The names under which actions want our own program.
    private static Set<String> ownNames(List<Action> actions) {
        var names = new TreeSet<>(Set.of("act"));
        for (var action : actions) {
            if (action.deed() instanceof Commands commands) {
                for (var step : commands.steps()) {
                    for (var word : step.words()) {
                        if (word instanceof Own own) {
                            names.add(own.name());
                        }
                    }
                }
            }
        }
        return names;
    }

    private void make(Set<String> ownNames) throws IOException {
        mountMemory();
        Files.writeString(folder.resolve("cgroups"), String.join("\n", newCgroups()));
        Files.createDirectory(folder.resolve("ids"));
        layDownImage(ownNames);
        Files.createDirectory(folder.resolve("acts"));
        for (var name : ownNames) {
            Files.createSymbolicLink(folder.resolve("acts").resolve(name), image().resolve("acts/act"));
        }
    }

    /// What the folder held before is out of reach from here on, so what this command says is not kept in it.
    private void mountMemory() throws IOException {
        var mount = new ProcessBuilder(
                        "mount", "-t", "tmpfs", "-o", "mode=755,size=128m", "gatehouse-generate", folder.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (mount.waitFor() != 0) {
                throw new IOException("mounting a file system in memory on " + folder + " failed: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while mounting " + folder, e);
        }
    }

    /// The parent cgroups that are not there yet, in every hierarchy, and so go with the stage.
    private List<String> newCgroups() throws IOException {
        var found = new ArrayList<String>();
        if (cgroupParent.isEmpty()) {
            return found;
        }
        try (var hierarchies = Files.walk(Path.of("/sys/fs/cgroup"), 1)) {
            for (var hierarchy : hierarchies.toList()) {
                var parent = Path.of(hierarchy + cgroupParent);
                if (Files.exists(hierarchy.resolve("cgroup.procs")) && !Files.exists(parent)) {
                    found.add(parent.toString());
                }
            }
        }
        return found;
    }

    private Path image() {
        return folder.resolve("image");
    }

    private void layDownImage(Set<String> ownNames) throws IOException {
        for (var name : IMAGE_FOLDERS) {
            Files.createDirectories(image().resolve(name));
        }
        for (var file : IMAGE_FILES.entrySet()) {
            var path = image().resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Files.setPosixFilePermissions(image().resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.copy(BUSYBOX, image().resolve("bin/busybox"));
        for (var applet : must(List.of(BUSYBOX.toString(), "--list")).lines().toList()) {
            if (!applet.equals("busybox")) {
                Files.createSymbolicLink(image().resolve("bin").resolve(applet), Path.of("busybox"));
            }
        }
        var act = image().resolve("acts/act");
        try (var program = Stage.class.getResourceAsStream("acts")) {
            Files.copy(program, act);
        }
        Files.setPosixFilePermissions(act, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (var name : ownNames) {
            if (!name.equals("act")) {
                Files.createSymbolicLink(image().resolve("acts").resolve(name), Path.of("act"));
            }
        }
    }

    /// What came of doing an action.
    sealed interface Performance {}

    /// Done as it was meant.
    ///
    /// @param container whose it was; empty: the host
    record Done(Optional<String> container) implements Performance {}

    /// @param reason what this machine lacks
    record NotHere(String reason) implements Performance {}

    record Broken(String reason) implements Performance {}

    /// Makes what the action needs to be there before it begins, so that making it is not taken for the action.
    void prepare(Action action) throws IOException {
        var place = action.place();
        if (place.equals(Optional.of(Place.CONTAINER)) || place.equals(Optional.of(Place.PRIVILEGED))) {
            standing(place.get());
        }
    }

    /// Does an action, and waits for its end.
    Performance perform(Action action) throws IOException {
        return switch (action.deed()) {
            case Nothing nothing -> new NotHere(nothing.reason());
            case Launch launch -> {
                var id = create(launch.capabilities(), launch.mounts(), LAUNCHED_LIFE_SECONDS);
                launched.add(id);
                must(List.of("runc", "start", id));
                yield new Done(Optional.of(id));
            }
            case Commands commands -> perform(commands);
        };
    }

    private Performance perform(Commands commands) throws IOException {
        var address = "";
        for (var need : commands.needs()) {
            switch (need) {
                case LoginNotRoot _ -> {
                    if (Files.readString(Path.of("/proc/self/loginuid")).strip().equals("0")) {
                        return new NotHere("the rule passes over root's login sessions, and this is one");
                    }
                }
                case Resolves resolves -> {
                    var found = addressOf(resolves.name());
                    if (found.isEmpty()) {
                        return new NotHere("the rule compares with the address of " + resolves.name()
                                + ", a name that does not resolve here");
                    }
                    address = found.get();
                }
            }
        }
        for (var step : commands.steps()) {
            var command = command(commands.place(), step, address);
            var ended = run(command);
            if (!step.ends().contains(ended.code())) {
                return new Broken("'%s' ended with %d, not %s: %s"
                        .formatted(String.join(" ", words(step, address)), ended.code(), step.ends(), ended.said()));
            }
        }
        return new Done(Optional.ofNullable(containers.get(commands.place())));
    }

    private static Optional<String> addressOf(String name) {
        try {
            for (var address : InetAddress.getAllByName(name)) {
                if (address instanceof Inet4Address) {
                    return Optional.of(address.getHostAddress());
                }
            }
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private List<String> command(Place place, Step step, String address) throws IOException {
        var command = new ArrayList<String>();
        boolean terminal = step.console() == Console.TERMINAL;
        if (terminal) {
            command.addAll(List.of(folder.resolve("acts/act").toString(), "@terminal"));
        }
        if (place != Place.HOST) {
            command.addAll(List.of("runc", "exec"));
            if (terminal) {
                command.add("-t");
            }
            command.add(standing(place));
        }
        var words = words(step, address);
        command.add(
                place == Place.HOST && step.words().getFirst() instanceof Own own
                        ? folder.resolve("acts").resolve(own.name()).toString()
                        : words.getFirst());
        command.addAll(words.subList(1, words.size()));
        return command;
    }

    private static List<String> words(Step step, String address) {
        return step.words().stream()
                .map(word -> switch (word) {
                    case Plain plain -> plain.text();
                    case Own own -> own.name();
                    case Address _ -> address;
                })
                .toList();
    }

    /// The container that actions of a place share; made and started at the first call.
    private String standing(Place place) throws IOException {
        var there = containers.get(place);
        if (there != null) {
            return there;
        }
        var id = create(
                place == Place.PRIVILEGED ? new AllCapabilities() : new MoreCapabilities(List.of()),
                List.of(),
                LIFE_SECONDS);
        must(List.of("runc", "start", id));
        containers.put(place, id);
        return id;
    }

    private String create(Capabilities capabilities, List<Mount> mounts, String seconds) throws IOException {
        // Of the shape that engines use, and told apart by the twelve digits that are shown.
        var id = "%s%04x%s".formatted(run, ++made, hex(26));
        Files.createFile(folder.resolve("ids").resolve(id));
        var bundle = folder.resolve(id);
        for (var name : List.of("upper", "work", "root")) {
            Files.createDirectories(bundle.resolve(name));
        }
        must(List.of(
                "mount",
                "-t",
                "overlay",
                "-o",
                "lowerdir=%s,upperdir=%s,workdir=%s"
                        .formatted(image(), bundle.resolve("upper"), bundle.resolve("work")),
                "gatehouse-generate",
                bundle.resolve("root").toString()));
        var config = new Bundle(cgroupParent + "/" + id, List.of("sleep", seconds), capabilities, mounts, held);
        Files.writeString(bundle.resolve("config.json"), config.json());
        var create = new ArrayList<>(List.of("runc", "create", "--bundle", bundle.toString()));
        create.addAll(List.of("--pid-file", bundle.resolve("pid").toString()));
        if (Set.of("rootfs", "ramfs").contains(Files.getFileStore(Path.of("/")).type())) {
            create.add("--no-pivot"); // the kernel refuses pivot_root away from an initramfs
        }
        create.add(id);
        must(create);
        makeEveryAddressItsOwn(Files.readString(bundle.resolve("pid")).strip());
        return id;
    }

    /// In the network namespace of a container nothing but the loopback device exists. Where every
    /// address is one of its own, it can connect to any, and nothing leaves the namespace.
    private void makeEveryAddressItsOwn(String pid) throws IOException {
        var inside = List.of(BUSYBOX.toString(), "nsenter", "-t", pid, "-n", BUSYBOX.toString(), "ip");
        for (var words : List.of("link set lo up", "route add local default dev lo")) {
            var command = new ArrayList<>(inside);
            command.addAll(List.of(words.split(" ")));
            must(command);
        }
    }

    /// Removes the containers whose start was an action.
    void settle() throws IOException {
        for (var id : launched) {
            run(List.of("runc", "delete", "--force", id));
        }
        launched.clear();
    }

    /// The folder that holds everything.
    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        if (Files.isDirectory(folder.resolve("ids"))) {
            Files.createFile(folder.resolve("closed"));
        }
        keeper.getOutputStream().close();
        try {
            if (!keeper.waitFor(CLEANING_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("cleaning up " + folder + " did not end in " + CLEANING_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the keeper goes on alone
            return;
        }
        if (Files.exists(folder)) {
            throw new IOException("cleaning up did not remove " + folder);
        }
    }

    private record Ended(int code, String said) {}

    /// Runs a command that must succeed, and returns what it wrote.
    private String must(List<String> command) throws IOException {
        var ended = run(command);
        if (ended.code() != 0) {
            throw new IOException(
                    "'%s' ended with %d: %s".formatted(String.join(" ", command), ended.code(), ended.said()));
        }
        return ended.said();
    }

    /// What a container's first process inherits must not be a pipe that somebody has to drain.
    private Ended run(List<String> command) throws IOException {
        var said = Files.createTempFile(folder, "said-", "");
        try {
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(said.toFile());
            var process = builder.start();
            if (!process.waitFor(STEP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Ended(-1, "it did not end in " + STEP_LIMIT.toSeconds() + " s");
            }
            return new Ended(process.exitValue(), Files.readString(said).strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for '%s'".formatted(String.join(" ", command)), e);
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static String hex(int bytes) {
        var random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
