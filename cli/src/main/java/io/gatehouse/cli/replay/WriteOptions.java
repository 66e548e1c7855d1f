// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.events.capture.CaptureFiles;
import io.gatehouse.events.capture.CaptureFiles.Limits;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.events.capture.ForSysdig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// Where events are written to, and into how many files.
final class WriteOptions {
    private static final long MEGABYTE = 1_000_000;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Writes the events that pass the filter into a capture instead of printing them.")
    private Path file;

    @Option(
            names = {"-z", "--compress"},
            description = "Packs what is written with gzip.")
    private boolean packed;

    @Option(
            names = {"-C", "--file-size"},
            paramLabel = "MB",
            description = "With -w: begins another file (FILE0, FILE1, ...) after so many million bytes.")
    private Long megabytes;

    @Option(
            names = {"-G", "--interval"},
            paramLabel = "SECONDS",
            description = "With -w: begins another file after so many seconds of events.")
    private Long seconds;

    @Option(
            names = {"-W", "--limit"},
            paramLabel = "COUNT",
            description = "With -C or -G: keeps so many files, the oldest is written over.")
    private Integer files;

    @Option(
            names = "--for-sysdig",
            description = {
                "With -w: leaves out what Sysdig 0.29 (Debian 12) cannot read; it crashes on calls younger than itself.",
                "Falco and later Sysdigs read everything."
            })
    private boolean forSysdig;

    private ForSysdig narrowed;

    /// Absent: events are printed.
    Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /// @throws Refusal the options contradict each other
    void check() {
        boolean turns = megabytes != null || seconds != null;
        if (file == null && (turns || files != null || packed || forSysdig)) {
            throw Refusal.badInput("-z, -C, -G, -W and --for-sysdig say how a capture is written; name it with -w");
        }
        if (files != null && !turns) {
            throw Refusal.badInput("-W bounds the files that -C or -G begin; give one of them");
        }
        if (megabytes != null && megabytes < 1 || seconds != null && seconds < 1 || files != null && files < 1) {
            throw Refusal.badInput("-C, -G and -W are at least 1");
        }
    }

    /// What is told to the files that [#open] gave.
    CaptureVisitor into(CaptureFiles opened) {
        narrowed = forSysdig ? new ForSysdig(opened) : null;
        return forSysdig ? narrowed : opened;
    }

    /// To be called when all is written.
    void tellLeftOut(PrintWriter err) {
        if (narrowed != null && narrowed.leftOut() > 0) {
            err.println("gatehouse: left out for Sysdig: " + narrowed.leftOut() + " calls younger than it");
            err.flush();
        }
    }

    /// @param present tells what the machine is like now, for every file but the first
    CaptureFiles open(Consumer<CaptureVisitor> present) throws IOException {
        var limits = new Limits(
                megabytes == null ? OptionalLong.empty() : OptionalLong.of(megabytes * MEGABYTE),
                Optional.ofNullable(seconds).map(Duration::ofSeconds),
                files == null ? OptionalInt.empty() : OptionalInt.of(files));
        return new CaptureFiles(
                file,
                packed ? Packing.GZIP : Packing.NONE,
                limits,
                to -> present.accept(forSysdig ? new ForSysdig(to) : to));
    }
}
