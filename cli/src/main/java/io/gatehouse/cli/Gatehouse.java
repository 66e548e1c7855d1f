// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.audit.AuditCommand;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.generate.GenerateCommand;
import io.gatehouse.cli.image.ImageCommand;
import io.gatehouse.cli.replay.CaptureCommand;
import io.gatehouse.cli.replay.ReplayCommand;
import io.gatehouse.cli.rules.RulesCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The command line. A new command is one class and one line in `subcommands`.
@Command(
        name = "gatehouse",
        description = "Keeps containers immutable: at the admission gate and in the kernel.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            AgentCommand.class,
            AdmissionCommand.class,
            CheckCommand.class,
            PolicyCommand.class,
            ImageCommand.class,
            WebhookConfigCommand.class,
            RulesCommand.class,
            ReplayCommand.class,
            CaptureCommand.class,
            LearnCommand.class,
            PreviewCommand.class,
            FieldsCommand.class,
            AuditCommand.class,
            GenerateCommand.class,
            StatusCommand.class,
            BrakeCommand.class,
            ReleaseCommand.class,
            HookCommand.class,
            DoctorCommand.class,
            CompletionCommand.class
        })
public final class Gatehouse implements Callable<Integer> {
    /// As wide as descriptions are written, which are broken a second time otherwise.
    private static final int HELP_WIDTH = 140;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /// With the exit codes of [Exit] and messages in one form.
    public static CommandLine commandLine() {
        var line = new CommandLine(new Gatehouse());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setExitCodeExceptionMapper(_ -> Exit.INTERNAL.code());
        line.setParameterExceptionHandler(Gatehouse::wrongUsage);
        line.setExecutionExceptionHandler(Gatehouse::failed);
        for (var command : all(line)) {
            command.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n");
            var codes = new LinkedHashMap<String, String>();
            for (var exit : Exit.values()) {
                codes.put(Integer.toString(exit.code()), exit.meaning());
            }
            command.getCommandSpec().usageMessage().exitCodeList(codes);
        }
        return line;
    }

    private static List<CommandLine> all(CommandLine line) {
        var found = new ArrayList<CommandLine>();
        found.add(line);
        line.getSubcommands().values().forEach(sub -> found.addAll(all(sub)));
        return found;
    }

    /// Without a command there is nothing to do.
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    private static int wrongUsage(CommandLine.ParameterException problem, String[] args) {
        var err = problem.getCommandLine().getErr();
        err.println("gatehouse: " + problem.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(problem, err)) {
            err.println("try: " + problem.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        }
        return Exit.BAD_INPUT.code();
    }

    private static int failed(Exception problem, CommandLine line, CommandLine.ParseResult parsed) {
        if (problem instanceof Refusal refusal) {
            line.getErr().println("gatehouse: " + refusal.getMessage());
            return refusal.exit().code();
        }
        line.getErr().println("gatehouse: internal error, please report it with what stands below");
        problem.printStackTrace(line.getErr());
        return Exit.INTERNAL.code();
    }
}
