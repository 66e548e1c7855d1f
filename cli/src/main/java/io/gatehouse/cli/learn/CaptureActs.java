// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.learn;

import io.gatehouse.cli.replay.Recording;
import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import io.gatehouse.schemas.act.RecordedAct.RecordedFile;
import io.gatehouse.schemas.act.RecordedLine;
import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Acts out of a capture of system calls, as far as it tells: programs started, files opened for writing, connections
/// made, of containers. A capture knows names where the kernel knows files, so what depends on the file system that a
/// name is on is a guess.
final class CaptureActs {
    /// In the format's own values `O_WRONLY` is 2 and `O_RDWR` 3.
    private static final int FOR_WRITING = 2;

    private static final long NANOS = 1_000_000_000L;
    private static final int MAX_ARGS = 32;

    /// Never the root file system, whatever the image is.
    private static final List<String> OTHER_FILE_SYSTEMS = List.of("/proc/", "/sys/", "/dev/");

    private CaptureActs() {}

    static boolean isCapture(Path file) throws IOException {
        return Recording.of(file).source() == Source.SYSCALL;
    }

    static void read(Path file, Consumer<RecordedLine> lines, Consumer<String> warnings) throws IOException {
        var begun = new boolean[1];
        try (var in = Files.newInputStream(file)) {
            var replayed = CaptureScenes.read(in, Limits.DEFAULT, scene -> {
                if (!begun[0]) {
                    begun[0] = true;
                    lines.accept(begun(time(scene)));
                }
                act(scene).ifPresent(act -> lines.accept(new RecordedLine.Acted(act)));
                return true;
            });
            replayed.summary().fault().ifPresent(fault -> warnings.accept(file + ": " + fault));
        }
    }

    private static RecordedLine begun(Instant time) {
        return new RecordedLine.Begun(
                time,
                "capture",
                "capture",
                List.of(ActJudge.PROCESS_ALLOW, ActJudge.PROCESS_FORBID, ActJudge.CONNECT),
                List.of(),
                List.of(
                        "of a capture the layer of a file is known only where the recorder told it, and never the file"
                                + " system that a name is on: what writes.* and processes.fromImageOnly say is a guess",
                        "of a capture only programs, files opened for writing and connections are judged"));
    }

    private static Optional<RecordedAct> act(Scene scene) {
        var task = scene.task();
        boolean inContainer =
                scene.containerId() != null && !scene.containerId().isEmpty();
        if (task == null || !inContainer || scene.error() != 0 && !isOnItsWay(scene)) {
            return Optional.empty();
        }
        return switch (scene.event().type().name()) {
            case "execve", "execveat" -> isReturn(scene) ? Optional.of(exec(scene, task)) : Optional.empty();
            case "open", "openat", "openat2", "creat", "open_by_handle_at" -> opened(scene, task);
            case "connect" -> connected(scene, task);
            default -> Optional.empty();
        };
    }

    /// A connection that nobody waited for.
    private static boolean isOnItsWay(Scene scene) {
        return scene.descriptor() != null && scene.descriptor().isPending();
    }

    private static boolean isReturn(Scene scene) {
        return scene.event().type().direction() == io.gatehouse.schemas.event.EventType.Direction.EXIT;
    }

    private static RecordedAct exec(Scene scene, Task task) {
        var program = task.program();
        var file = program.file();
        boolean known = file.upperLayer() || file.lowerLayer() || file.fromMemfd();
        boolean ofImage = file.lowerLayer() && !file.fromMemfd();
        var rules = known && !ofImage
                ? List.of(ActJudge.PROCESS_ALLOW, ActJudge.PROCESS_FROM_IMAGE, ActJudge.PROCESS_FORBID)
                : List.of(ActJudge.PROCESS_ALLOW, ActJudge.PROCESS_FORBID);
        var parent = task.parent();
        return act(
                scene,
                task,
                "exec",
                rules,
                program.path(),
                known
                        ? Optional.of(new RecordedFile(
                                0, file.inode(), 0, !file.fromMemfd(), file.upperLayer(), true, file.fromMemfd()))
                        : Optional.empty(),
                Optional.empty(),
                parent == null ? task.comm() : parent.comm());
    }

    private static Optional<RecordedAct> opened(Scene scene, Task task) {
        var descriptor = scene.descriptor();
        if (!isReturn(scene)
                || descriptor == null
                || !descriptor.kind().isFile()
                || (descriptor.openFlags() & FOR_WRITING) == 0
                || !descriptor.name().startsWith("/")
                || OTHER_FILE_SYSTEMS.stream().anyMatch(descriptor.name()::startsWith)) {
            return Optional.empty();
        }
        return Optional.of(act(
                scene,
                task,
                "open_for_writing",
                List.of(ActJudge.WRITE_ROOT, ActJudge.WRITE_FORBID),
                descriptor.name(),
                Optional.empty(),
                Optional.empty(),
                task.program().path()));
    }

    private static Optional<RecordedAct> connected(Scene scene, Task task) {
        var descriptor = scene.descriptor();
        if (!isReturn(scene)
                || descriptor == null
                || !descriptor.kind().isInternet()
                || descriptor.destinationAddress() == null) {
            return Optional.empty();
        }
        var endpoint = new Endpoint(
                descriptor.transport().word(), descriptor.destinationAddress(), descriptor.destinationPort());
        return Optional.of(act(
                scene,
                task,
                "connect",
                List.of(ActJudge.CONNECT),
                "",
                Optional.empty(),
                Optional.of(endpoint),
                task.program().path()));
    }

    private static RecordedAct act(
            Scene scene,
            Task task,
            String act,
            List<String> rules,
            String path,
            Optional<RecordedFile> file,
            Optional<Endpoint> endpoint,
            String by) {
        var args = task.program().args();
        return new RecordedAct(
                time(scene),
                time(scene),
                1,
                container(scene),
                Optional.empty(),
                act,
                rules,
                path,
                true,
                file,
                endpoint,
                by,
                new ProcessFacts(
                        task.program().path(),
                        List.of(args).subList(0, Math.min(args.length, MAX_ARGS)),
                        args.length <= MAX_ARGS,
                        task.pid(),
                        task.uid(),
                        List.of()),
                "",
                "capture",
                List.of());
    }

    private static ContainerFacts container(Scene scene) {
        var known = Optional.ofNullable(scene.container());
        return new ContainerFacts(
                scene.containerId(),
                known.map(Container::name).filter(name -> !name.isEmpty()).orElse(scene.containerId()),
                known.map(container -> container.image().name()).filter(name -> !name.isEmpty()),
                "capture");
    }

    private static Instant time(Scene scene) {
        long nanos = scene.event().timeNanos();
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
    }
}
