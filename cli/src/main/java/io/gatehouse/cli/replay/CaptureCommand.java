// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.Formatter;
import io.gatehouse.events.capture.CaptureCopy;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.CaptureWriter;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.replay.CaptureScenes.SceneVisitor;
import io.gatehouse.events.state.Limits;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Captures in the habits of Sysdig's users.
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = {
            "Prints, filters and copies captures (.scap, plain, gzip or zstd).",
            "Exits 2 if the file cannot be read to its end; everything before the fault is printed."
        })
public final class CaptureCommand implements Callable<Integer> {
    @Option(
            names = {"-r", "--read"},
            paramLabel = "FILE",
            description = "The capture to read.")
    private Path file;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Writes the events that pass the filter into a capture instead of printing them.")
    private Path copy;

    @Option(
            names = {"-z", "--compress"},
            description = "Packs what is written with gzip.")
    private boolean packed;

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
            description = "Stops so long after the first event, by the events' clock.")
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
        if (file == null) {
            throw Refusal.badInput("name a capture with -r; events of the running kernel cannot be captured yet");
        }
        try {
            return (copy == null ? print() : write()).code();
        } catch (NoSuchFileException _) {
            throw Refusal.badInput("there is no capture " + file);
        } catch (IOException | UncheckedIOException e) {
            throw Refusal.badInput("the capture cannot be read or written: " + e.getMessage());
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    private Exit print() throws IOException {
        var readers = readers();
        var formatter =
                new Formatter<>(LineFormat.of(format, time, err()), readers, base64 ? Buffers.BASE64 : Buffers.DOTS);
        return read(_ -> true, readers, scene -> {
            if (!internal && scene.event().type().category().equals("internal")) {
                return;
            }
            if (json) {
                out().println(formatter.json(scene));
            } else {
                formatter.line(scene).ifPresent(out()::println);
            }
        });
    }

    /// Events that do not pass but change the state are written for the state alone, so that a reader of the copy knows
    /// the same of those that do.
    private Exit write() throws IOException {
        if (Files.exists(copy) && Files.isSameFile(file, copy)) {
            throw Refusal.badInput("a capture cannot be written over itself while it is read");
        }
        try (var writer = CaptureWriter.to(Files.newOutputStream(copy), packed ? Packing.GZIP : Packing.NONE)) {
            return read(writer, readers(), scene -> writer.event(scene.event()));
        }
    }

    private SyscallFields readers() {
        return new SyscallFields(utc ? ZoneId.of("UTC") : ZoneId.systemDefault());
    }

    /// @param beside is told of what the capture holds besides the events that pass
    private Exit read(CaptureVisitor beside, SyscallFields readers, Consumer<Scene> use) throws IOException {
        var passing = Filter.of(filter, readers, err());
        var extent = new Extent();
        SceneVisitor visitor = scene -> {
            if (extent.ended(scene)) {
                return false;
            }
            if (passing.passes(scene)) {
                use.accept(scene);
                return ++extent.passed < most;
            }
            if (CaptureCopy.changesState(scene.event().type())) {
                beside.stateOnly(scene.event());
            }
            return true;
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

    /// How far a reading has come.
    private final class Extent {
        private long passed;
        private long first = -1;

        boolean ended(Scene scene) {
            long now = scene.event().timeNanos();
            first = first < 0 ? now : first;
            return seconds > 0 && now - first > seconds * 1_000_000_000;
        }
    }
}
