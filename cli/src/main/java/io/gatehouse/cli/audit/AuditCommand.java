// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.audit;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.rules.RuleFiles;
import io.gatehouse.engine.audit.AuditPolicy;
import io.gatehouse.engine.audit.AuditRequest;
import io.gatehouse.engine.audit.AuditRequest.About;
import io.gatehouse.engine.audit.AuditSuggestion;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.RulesOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Work on what an API server writes into its audit log.
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "Works on what an API server writes into its audit log: with -f follows one and tells what rules match,",
            "until it is interrupted; with 'policy' looks at what the log is to hold."
        },
        synopsisSubcommandLabel = "[COMMAND]",
        subcommands = AuditCommand.Policy.class)
public final class AuditCommand implements Callable<Integer> {
    @Option(
            names = {"-f", "--follow"},
            paramLabel = "FILE",
            description = "An audit log that is still written. Rotation is followed.")
    private Path log;

    @Option(
            names = {"-r", "--rules"},
            paramLabel = "PATH",
            description = "With -f: rules files, or folders of them. Those over audit events are asked.")
    private List<Path> rules = List.of();

    @Option(names = "--from-start", description = "With -f: what is in the log already is told too.")
    private boolean fromStart;

    @Option(names = "--json", description = "With -f: alerts as JSON, one a line, with the keys Falco gives them.")
    private boolean json;

    @Option(
            names = "-M",
            paramLabel = "SECONDS",
            description = "With -f: ends after so many seconds (default: only when interrupted).")
    private Integer seconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (log == null) {
            return usage(spec);
        }
        var line = spec.commandLine();
        if (rules.isEmpty()) {
            throw Refusal.badInput("--follow needs rules: -r PATH");
        }
        var asked = RuleFiles.compile(rules, RulesOptions.DEFAULT, line.getErr());
        var follow = new AuditFollow(asked, json, line.getOut(), line.getErr());
        var until = seconds == null ? Duration.ofDays(36_500) : Duration.ofSeconds(seconds);
        follow.run(log, fromStart, until);
        return Exit.OK.code();
    }

    private static int usage(CommandSpec spec) {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    @Command(
            name = "policy",
            mixinStandardHelpOptions = true,
            description = "Works on audit policies, the file of kube-apiserver --audit-policy-file.",
            synopsisSubcommandLabel = "COMMAND",
            subcommands = {Lint.class, Explain.class, Suggest.class})
    static final class Policy implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            return usage(spec);
        }
    }

    @Command(
            name = "lint",
            mixinStandardHelpOptions = true,
            description = {
                "Tells what an API server would refuse in an audit policy, and what is unwise in it: rules that are never",
                "reached, secrets in the log. With --rules also where it writes less than those rules ask for.",
                "Exits 2 if the API server would refuse it, 1 if something is unwise."
            })
    static final class Lint implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "An audit policy.")
        private Path file;

        @Option(
                names = {"-r", "--rules"},
                paramLabel = "PATH",
                description = "Rules files that read the log.")
        private List<Path> rules = List.of();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var line = spec.commandLine();
            var reading = read(file);
            var found = new ArrayList<>(reading.diagnostics());
            if (!rules.isEmpty() && reading.policy().isPresent()) {
                var compiled = RuleFiles.compile(rules, RulesOptions.DEFAULT, line.getErr());
                found.addAll(AuditSuggestion.shortfalls(reading.policy().get(), compiled));
            }
            tell(line, found);
            if (reading.policy().isEmpty()) {
                return Exit.BAD_INPUT.code();
            }
            line.getOut().println(file + ": " + (found.isEmpty() ? "in order" : found.size() + " things to look at"));
            line.getOut().flush();
            return (found.isEmpty() ? Exit.OK : Exit.VIOLATION).code();
        }
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Says how much of a request an audit policy has written down, and by which of its rules.")
    static final class Explain implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "An audit policy.")
        private Path file;

        @Option(names = "--user", defaultValue = "", paramLabel = "NAME", description = "Who asks.")
        private String user;

        @Option(names = "--group", paramLabel = "NAME", description = "A group of the user.")
        private List<String> groups = List.of();

        @Option(names = "--verb", required = true, paramLabel = "VERB", description = "get, list, create …")
        private String verb;

        @ArgGroup(multiplicity = "1")
        private What what;

        @Option(
                names = "--api-group",
                defaultValue = "",
                paramLabel = "GROUP",
                description = "API group of the resource; empty is that of pods and secrets.")
        private String apiGroup;

        @Option(names = "--namespace", defaultValue = "", paramLabel = "NAME", description = "Namespace of the object.")
        private String namespace;

        @Option(names = "--name", defaultValue = "", paramLabel = "NAME", description = "Name of the object.")
        private String name;

        @Spec
        private CommandSpec spec;

        static final class What {
            @Option(names = "--resource", required = true, paramLabel = "RESOURCE", description = "pods, pods/exec …")
            private String resource;

            @Option(names = "--path", required = true, paramLabel = "PATH", description = "/healthz …")
            private String path;
        }

        @Override
        public Integer call() {
            var line = spec.commandLine();
            var reading = read(file);
            tell(line, reading.diagnostics());
            var policy = reading.policy().orElseThrow(() -> Refusal.badInput("an API server would refuse " + file));
            var answer = policy.answer(new AuditRequest(user, groups, verb, about()));
            line.getOut()
                    .println(answer.level().word() + ", "
                            + answer.rule()
                                    .map(rule ->
                                            "by the rule in line " + rule.span().line())
                                    .orElse("as no rule covers it"));
            line.getOut().flush();
            return Exit.OK.code();
        }

        private About about() {
            if (what.path != null) {
                return new AuditRequest.Path(what.path);
            }
            int slash = what.resource.indexOf('/');
            return new AuditRequest.Resource(
                    apiGroup,
                    slash < 0 ? what.resource : what.resource.substring(0, slash),
                    slash < 0 ? "" : what.resource.substring(slash + 1),
                    namespace,
                    name);
        }
    }

    @Command(
            name = "suggest",
            mixinStandardHelpOptions = true,
            description = "Prints the smallest audit policy that writes what rules over audit events ask for.")
    static final class Suggest implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Rules files and folders.")
        private List<Path> rules;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var line = spec.commandLine();
            var text = AuditSuggestion.of(RuleFiles.compile(rules, RulesOptions.DEFAULT, line.getErr()));
            if (text.isEmpty()) {
                throw Refusal.badInput("no rule that is switched on is about audit events");
            }
            line.getOut().print(text);
            line.getOut().flush();
            return Exit.OK.code();
        }
    }

    private static AuditPolicy.Reading read(Path file) {
        try {
            return AuditPolicy.read(new SourceText(file.toString(), Files.readString(file)));
        } catch (IOException e) {
            throw Refusal.badInput("the audit policy cannot be read: " + e);
        }
    }

    private static void tell(CommandLine line, List<Diagnostic> found) {
        line.getErr().print(DiagnosticPrinter.print(found));
        line.getErr().flush();
    }
}
