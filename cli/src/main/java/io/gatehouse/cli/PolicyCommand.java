// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Work on policies themselves.
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Works on policies themselves.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = PolicyCommand.Check.class)
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
            int count = snapshot.policies().size();
            line.getOut()
                    .println(count + (count == 1 ? " policy is" : " policies are") + " in order, " + snapshot.digest());
            line.getOut().flush();
            return Exit.OK.code();
        }
    }
}
