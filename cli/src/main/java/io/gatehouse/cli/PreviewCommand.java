// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.learn.PreviewReport;
import io.gatehouse.cli.learn.RecordingFiles;
import io.gatehouse.engine.act.Preview;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "preview",
        mixinStandardHelpOptions = true,
        description = {
            "Says what policies would have denied of what was recorded, whatever their mode; exits 1 if anything.",
            "With --before it says what a change of policies changes, and exits 1 if more would have been denied."
        },
        footer = {
            "",
            "Recordings are made by 'gatehouse learn --record' and 'gatehouse agent --record-acts'. Captures (.scap) are",
            "read too: of them the layer of a file is not known, and what is guessed is marked with '?'."
        })
final class PreviewCommand implements Callable<Integer> {
    @Option(
            names = {"-f", "--policy"},
            required = true,
            arity = "1..*",
            paramLabel = "POLICY",
            description = "Policy files and folders.")
    private List<Path> policies;

    @Option(names = "--before", arity = "1..*", paramLabel = "POLICY", description = "The policies as they were.")
    private List<Path> before = List.of();

    @Option(
            names = {"-e", "--recording"},
            required = true,
            arity = "1..*",
            paramLabel = "RECORDING",
            description = "Recordings of acts, and captures.")
    private List<Path> recordings;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var err = spec.commandLine().getErr();
        var out = spec.commandLine().getOut();
        var after = PolicyFiles.compile(PolicyFiles.read(policies), err);
        var today = LocalDate.now(ZoneOffset.UTC);
        var recording = RecordingFiles.read(recordings, warning -> err.println("gatehouse: " + warning));
        boolean denies;
        if (before.isEmpty()) {
            var preview = Preview.of(after, recording, today);
            out.print(json ? PreviewReport.json(preview) : PreviewReport.text(preview));
            denies = preview.denies();
        } else {
            var change = Preview.between(PolicyFiles.compile(PolicyFiles.read(before), err), after, recording, today);
            out.print(json ? PreviewReport.json(change) : PreviewReport.text(change));
            denies = !change.added().isEmpty();
        }
        out.flush();
        err.flush();
        return (denies ? Exit.VIOLATION : Exit.OK).code();
    }
}
