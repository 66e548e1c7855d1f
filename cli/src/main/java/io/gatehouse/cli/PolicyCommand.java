// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.floor.Floor;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.trial.JUnitXml;
import io.gatehouse.cli.trial.Outcome;
import io.gatehouse.cli.trial.Trial;
import io.gatehouse.cli.trial.TrialReport;
import io.gatehouse.cli.trial.Trials;
import io.gatehouse.engine.policy.PlanPrinter;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Rollout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Work on policies themselves.
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Works on policies themselves.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PolicyCommand.Check.class,
            PolicyCommand.Explain.class,
            PolicyCommand.Test.class,
            PolicyCommand.FloorOf.class
        })
final class PolicyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    /// Reads policies as the gate and the agent do and tells everything that is wrong.
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Tells everything that is wrong with policies; exits 2 if anything is.")
    static final class Check implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Policy files and folders.")
        private List<Path> paths;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var line = spec.commandLine();
            var snapshot = PolicyFiles.compile(PolicyFiles.read(paths), line.getErr());
            PolicyFiles.printNotices(snapshot, line.getErr());
            int count = snapshot.policies().size();
            line.getOut()
                    .println(count + (count == 1 ? " policy is" : " policies are") + " in order, " + snapshot.digest());
            brakes(snapshot).forEach(line.getOut()::println);
            line.getOut().flush();
            return Exit.OK.code();
        }

        private static List<String> brakes(Snapshot snapshot) {
            var today = LocalDate.now(ZoneOffset.UTC);
            var lines = new ArrayList<String>();
            snapshot.brakes().told(today).ifPresent(lines::add);
            for (var brake : snapshot.brakes().all()) {
                if (!brake.holds(today)) {
                    lines.add("an emergency brake has expired and does nothing: " + brake.told());
                }
            }
            return lines;
        }
    }

    /// Says who keeps which part of a policy: the plan that gate and agent go by.
    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = {
                "Says what each policy asks, rule by rule, with mode and action, and who keeps it.",
                "What that is worth on a node is told by 'gatehouse doctor' there."
            })
    static final class Explain implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Policy files and folders.")
        private List<Path> paths;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var line = spec.commandLine();
            var snapshot = PolicyFiles.compile(PolicyFiles.read(paths), line.getErr());
            var today = LocalDate.now(ZoneOffset.UTC);
            snapshot.brakes().told(today).ifPresent(line.getOut()::println);
            for (var policy : snapshot.counting(today)) {
                line.getOut().print(PlanPrinter.print(policy));
                if (!policy.policy().rollout().equals(Rollout.NONE)) {
                    line.getOut().println("  modes:  " + snapshot.modes(policy.policy(), today));
                }
            }
            line.getOut().flush();
            return Exit.OK.code();
        }
    }

    /// Puts the examples beside policies and rules to the test.
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = {
                "Tries the examples beside policies and rules: manifests in pass/ and fail/, and *.test.yaml.",
                "Exits 1 if one fails, 2 if one cannot be read or there is none."
            })
    static final class Test implements Callable<Integer> {
        @Parameters(
                arity = "0..*",
                paramLabel = "PATH",
                description = "Folders, looked through with all below them, and test files; default is here.")
        private List<Path> paths = List.of(Path.of("."));

        @Option(names = "--junit", paramLabel = "FILE", description = "Writes the results as JUnit XML too.")
        private Path junit;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            var results = found().stream().map(Trial::run).toList();
            if (results.isEmpty()) {
                throw Refusal.badInput("nothing to try below " + paths + ": no pass/, no fail/, no *.test.yaml");
            }
            if (junit != null) {
                write(JUnitXml.of(results));
            }
            var out = spec.commandLine().getOut();
            out.print(TrialReport.text(results));
            out.flush();
            return exit(results).code();
        }

        private List<Trial> found() {
            for (var path : paths) {
                if (!Files.exists(path)) {
                    throw Refusal.badInput("there is no file or folder " + path);
                }
            }
            try {
                return Trials.find(paths, LocalDate.now(ZoneOffset.UTC));
            } catch (IOException | UncheckedIOException e) {
                throw Refusal.badInput("a folder cannot be looked through: " + e.getMessage());
            }
        }

        private void write(String xml) {
            try {
                Files.writeString(junit, xml);
            } catch (IOException e) {
                throw Refusal.badInput("cannot write " + junit + ": " + e);
            }
        }

        private static Exit exit(List<Trial.Result> results) {
            boolean failed = false;
            for (var result : results) {
                if (result.outcome() instanceof Outcome.Broken) {
                    return Exit.BAD_INPUT;
                }
                failed |= result.outcome() instanceof Outcome.Failed;
            }
            return failed ? Exit.VIOLATION : Exit.OK;
        }
    }

    /// What the API server can keep of policies while the gate is away.
    @Command(
            name = "floor",
            mixinStandardHelpOptions = true,
            description = {
                "Prints ValidatingAdmissionPolicies for what CEL can say of the enforced policies, with guards of what",
                "the gate leaves out. What cannot be said is named in front."
            })
    static final class FloorOf implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Policy files and folders.")
        private List<Path> paths;

        @Option(
                names = "--administrators",
                paramLabel = "GROUP",
                description = "A group whose members may do what they want where the gate is not asked, beside"
                        + " system:masters; may be repeated.")
        private List<String> administrators = List.of();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var line = spec.commandLine();
            var snapshot = PolicyFiles.compile(PolicyFiles.read(paths), line.getErr());
            var today = LocalDate.now(ZoneOffset.UTC);
            line.getOut()
                    .print(Floor.of(snapshot, today, WebhookConfiguration.EXCLUDED, administrators)
                            .text());
            line.getOut().flush();
            return Exit.OK.code();
        }
    }
}
