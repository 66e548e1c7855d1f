// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.image.ImagesNow;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageSource;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.OciLayout;
import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.offline.OfflineCheck.Report;
import io.gatehouse.admission.offline.ReportPrinter;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.image.ImageOptions;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.policy.Snapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The verdict of the gate without a cluster.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Judges manifests as the admission webhook would.",
            "Exits 1 on any finding, of a policy in audit or in enforce; 2 if something cannot be judged."
        })
final class CheckCommand implements Callable<Integer> {
    enum Output {
        TEXT,
        JSON
    }

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Manifests in YAML or JSON, folders of them, recorded admission reviews; - for standard input.")
    private List<Path> files;

    @Option(
            names = {"-p", "--policies"},
            paramLabel = "PATH",
            description = "Policy files and folders; without it, the policies that are shipped.")
    private List<Path> policies = List.of();

    @Option(
            names = "--output",
            defaultValue = "TEXT",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private Output output;

    @Option(names = "--enforced-only", description = "Findings of policies in audit are told but are no violation.")
    private boolean enforcedOnly;

    @Option(
            names = "--namespace",
            defaultValue = "default",
            description = "Where objects go that name no namespace; default ${DEFAULT-VALUE}.")
    private String namespace;

    @Option(
            names = "--images",
            paramLabel = "LAYOUT",
            description = "Where images are looked into, for policies that ask about them: folders in OCI layout, or"
                    + " 'registry'; may be repeated. Without it nothing is known of images.")
    private List<String> images = List.of();

    @Mixin
    private ImageOptions imageOptions;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var line = spec.commandLine();
        var snapshot = snapshot();
        PolicyFiles.printNotices(snapshot, line.getErr());
        snapshot.brakes().told(LocalDate.now(ZoneOffset.UTC)).ifPresent(brake -> {
            line.getErr().println("gatehouse: " + brake);
            line.getErr().flush();
        });
        var report = report(read(), snapshot);
        line.getOut()
                .print(
                        switch (output) {
                            case TEXT -> ReportPrinter.text(report);
                            case JSON -> ReportPrinter.json(report);
                        });
        line.getOut().flush();
        return exit(report).code();
    }

    private Report report(List<OfflineCheck.Manifest> manifests, Snapshot snapshot) {
        var today = LocalDate.now(ZoneOffset.UTC);
        if (images.isEmpty()) {
            Images unasked = _ -> new Images.Answer.Unknown("--images was not given");
            return OfflineCheck.check(manifests, snapshot, unasked, namespace, today);
        }
        var sources = new ArrayList<ImageSource>();
        try {
            for (var image : images) {
                sources.add(
                        image.equals("registry")
                                ? imageOptions.registry()
                                : OciLayout.open(Path.of(image), Limits.DEFAULT));
            }
            return OfflineCheck.check(
                    manifests, snapshot, new ImagesNow(sources, imageOptions.inspector()), namespace, today);
        } catch (ImageFailure e) {
            throw Refusal.badInput(e.getMessage());
        } finally {
            sources.forEach(ImageSource::close);
        }
    }

    private Snapshot snapshot() {
        return PolicyFiles.compile(
                PolicyFiles.orShipped(policies), spec.commandLine().getErr());
    }

    private List<OfflineCheck.Manifest> read() {
        try {
            return OfflineCheck.read(files, System.in);
        } catch (NoSuchFileException e) {
            throw Refusal.badInput("there is no file or folder " + e.getMessage());
        } catch (IOException e) {
            throw Refusal.badInput("a manifest cannot be read: " + e);
        }
    }

    private Exit exit(Report report) {
        if (report.problems().stream().anyMatch(problem -> problem.severity() == Severity.ERROR)) {
            return Exit.BAD_INPUT;
        }
        boolean violated = report.judged().stream().anyMatch(judged -> switch (judged.decision()) {
            case Decision.Allow _ -> false;
            case Decision.Warn _ -> !enforcedOnly;
            case Decision.Wait _, Decision.Deny _ -> true;
        });
        return violated ? Exit.VIOLATION : Exit.OK;
    }
}
