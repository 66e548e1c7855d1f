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
import java.util.function.Function;
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
            "Exits 1 on any finding, of a policy in audit or in enforce; 2 if something cannot be judged.",
            "With --fix it prints the patch that ends what can be ended safely, and exits 1 if findings are left."
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

    @Option(
            names = "--fix",
            description = "Print a patch (for 'patch -p1' or 'git apply') in place of the report. It sets fields of"
                    + " security contexts and mounts empty directories where a policy declares writable places; what"
                    + " a workload asks for by name is left and said.")
    private boolean fix;

    @Option(names = "--write", description = "With --fix: change the files too.")
    private boolean write;

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
        if (write && !fix) {
            throw Refusal.badInput("--write goes with --fix");
        }
        var manifests = read();
        var report = withImages(known -> {
            var first = check(manifests, snapshot, known);
            if (!fix) {
                print(first);
                return first;
            }
            var fixing = new CheckFix(snapshot, one -> check(one, snapshot, known), spec.commandLine());
            return check(fixing.fix(manifests, write), snapshot, known);
        });
        return exit(report).code();
    }

    private void print(Report report) {
        var out = spec.commandLine().getOut();
        out.print(
                switch (output) {
                    case TEXT -> ReportPrinter.text(report);
                    case JSON -> ReportPrinter.json(report);
                });
        out.flush();
    }

    private Report check(List<OfflineCheck.Manifest> manifests, Snapshot snapshot, Images known) {
        return OfflineCheck.check(manifests, snapshot, known, namespace, LocalDate.now(ZoneOffset.UTC));
    }

    private Report withImages(Function<Images, Report> work) {
        if (images.isEmpty()) {
            return work.apply(_ -> new Images.Answer.Unknown("--images was not given"));
        }
        var sources = new ArrayList<ImageSource>();
        try {
            for (var image : images) {
                sources.add(
                        image.equals("registry")
                                ? imageOptions.registry()
                                : OciLayout.open(Path.of(image), Limits.DEFAULT));
            }
            return work.apply(new ImagesNow(sources, imageOptions.inspector()));
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
