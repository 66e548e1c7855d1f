// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.events.capture.CaptureCopy;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.replay.CaptureScenes.SceneVisitor;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Machine;
import io.gatehouse.events.state.Portrait;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Captures in the habits of Sysdig's users.
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = {
            "Prints, filters and records what happens on this machine; or, with -r, prints, filters and copies a capture",
            "(.scap, plain, gzip or zstd).",
            "Exits 2 if the file cannot be read to its end; everything before the fault is printed. Exits 3 if this",
            "machine does not let the kernel be watched, or what is written finds no place."
        },
        footer = {
            "",
            "Without -r it needs root, as the agent does, and leaves out what its own process does. Events lost are told by",
            "cause while it runs. Ctrl-C ends it; nothing stays in the kernel."
        })
public final class CaptureCommand implements Callable<Integer> {
    @Option(
            names = {"-r", "--read"},
            paramLabel = "FILE",
            description = "The capture to read, instead of the running kernel.")
    private Path file;

    @Mixin
    private WriteOptions writing;

    @Option(
            names = {"-p", "--print"},
            paramLabel = "FORMAT",
            defaultValue = "",
            description = {
                "How an event is printed, as '%%evt.num %%proc.name'; lines that lack a field are left out",
                "unless the format begins with *. -pc names containers, -pk pods."
            })
    private String format;

    @Option(
            names = "-t",
            paramLabel = "TIME",
            defaultValue = "A",
            description = "Time printed: a of day, h with date, r ns since the first, d ns since the one before.")
    private LineFormat.Time time;

    @Option(
            names = {"-j", "--json"},
            description = "Prints the fields of the format as JSON, one event a line.")
    private boolean json;

    @Option(names = "-b", description = "Raw bytes as base64.")
    private boolean base64;

    @Option(names = "--utc", description = "The clock of UTC instead of the local one.")
    private boolean utc;

    @Option(
            names = {"-n", "--numevents"},
            paramLabel = "COUNT",
            defaultValue = "9223372036854775807",
            description = "Stops after so many events that pass the filter.")
    private long most;

    @Option(
            names = "-M",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Stops so long after the first event, by the events' clock, or after so long of listening.")
    private long seconds;

    @Option(
            names = "--internal",
            description = "Also what a recorder writes for itself, as its processor times; -w always keeps it.")
    private boolean internal;

    @Option(
            names = {"-l", "--list"},
            description = "Lists the fields of filters and formats.")
    private boolean list;

    @Parameters(arity = "0..*", paramLabel = "FILTER", description = "A condition, as: proc.name=cat and evt.type=open")
    private List<String> filter = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (list) {
            FieldCatalogue.current().all().stream()
                    .filter(field -> field.sources().contains(Source.SYSCALL))
                    .forEach(field -> out().printf("%-40s %s%n", field.name(), field.help()));
            out().flush();
            return Exit.OK.code();
        }
        writing.check();
        var readers = new SyscallFields(utc ? ZoneId.of("UTC") : ZoneId.systemDefault());
        var passing = Filter.of(filter, readers, err());
        try {
            if (file == null) {
                return listen(passing, readers).code();
            }
            return (writing.file().isEmpty() ? print(passing, readers) : copy(passing)).code();
        } catch (NoSuchFileException missing) {
            throw Refusal.badInput(
                    file == null ? "there is no folder for " + missing.getMessage() : "there is no capture " + file);
        } catch (IOException | UncheckedIOException e) {
            throw file == null
                    ? Refusal.cannot("the recording ended, it cannot be written: " + e.getMessage()
                            + "\nfix: make room; what was written before can be read")
                    : Refusal.badInput("the capture cannot be read or written: " + e.getMessage());
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    // ---- the running kernel

    private Exit listen(Filter passing, SyscallFields readers) throws IOException {
        if (writing.file().isEmpty()) {
            live(passing, printing(readers)).run(HeardKinds.toPrint(passing.rule()), false);
            return Exit.OK;
        }
        var to = new LiveWriting(writing);
        boolean sound = false;
        try {
            live(passing, to).run(HeardKinds.toWrite(passing.rule()), true);
            sound = true;
        } finally {
            to.end(sound);
            writing.tellLeftOut(err());
        }
        return Exit.OK;
    }

    private LiveCapture live(Filter passing, SceneUse use) {
        return new LiveCapture(passing, use, new Extent(most, seconds), seconds, err());
    }

    private Printing printing(SyscallFields readers) {
        var buffers = base64 ? Buffers.BASE64 : Buffers.DOTS;
        var formatter = new Formatter<>(LineFormat.of(format, time, err()), readers, buffers);
        return new Printing(out(), formatter, json, internal);
    }

    // ---- a capture

    private Exit print(Filter passing, SyscallFields readers) throws IOException {
        return read(passing, _ -> true, _ -> {}, printing(readers)::print);
    }

    /// Events that do not pass but change the state are written for the state alone, so that a reader of the copy knows
    /// the same of those that do.
    private Exit copy(Filter passing) throws IOException {
        var target = writing.file().orElseThrow();
        if (Files.exists(target) && Files.isSameFile(file, target)) {
            throw Refusal.badInput("a capture cannot be written over itself while it is read");
        }
        var copied = new Copied();
        try (var files = writing.open(next -> Portrait.tell(copied.machine, copied.lastNanos, next))) {
            var writer = writing.into(files);
            var exit = read(passing, writer, machine -> copied.machine = machine, scene -> {
                copied.lastNanos = scene.event().timeNanos();
                writer.event(scene.event());
            });
            writing.tellLeftOut(err());
            return exit;
        }
    }

    /// How far a copy has come.
    private static final class Copied {
        private Machine machine;
        private long lastNanos;
    }

    /// @param beside is told of what the capture holds besides the events that pass
    private Exit read(Filter passing, CaptureVisitor beside, Consumer<Machine> begins, Consumer<Scene> use)
            throws IOException {
        var extent = new Extent(most, seconds);
        var visitor = new SceneVisitor() {
            @Override
            public void begins(Machine machine) {
                begins.accept(machine);
            }

            @Override
            public boolean scene(Scene scene) {
                if (extent.ended(scene)) {
                    return false;
                }
                if (passing.passes(scene)) {
                    use.accept(scene);
                    return extent.goesOn();
                }
                if (CaptureCopy.changesState(scene.event().type())) {
                    beside.stateOnly(scene.event());
                }
                return true;
            }
        };
        try (var in = Files.newInputStream(file)) {
            var replayed = CaptureScenes.read(in, Limits.DEFAULT, beside, visitor);
            out().flush();
            replayed.summary().fault().ifPresent(fault -> err().println(file + ": " + fault));
            Lost.tell(file, replayed, err());
            err().flush();
            return replayed.summary().fault().isEmpty() ? Exit.OK : Exit.BAD_INPUT;
        }
    }
}
