// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.rules;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.condition.ConditionPrinter;
import io.gatehouse.engine.condition.EventKinds;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Work on rules files themselves.
@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        description = "Works on rules files: Falco's, unmodified, and your own.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RulesCommand.Validate.class,
            RulesCommand.ListRules.class,
            RulesCommand.Describe.class,
            RulesCommand.Explain.class
        })
public final class RulesCommand implements Callable<Integer> {
    enum Form {
        TEXT,
        JSON
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    /// What every subcommand is given.
    abstract static class OnFiles implements Callable<Integer> {
        @Mixin
        RuleOptions options;

        @Spec
        CommandSpec spec;

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        PrintWriter err() {
            return spec.commandLine().getErr();
        }

        RuleSet compile(List<Path> paths) {
            return RuleFiles.compile(paths, options.rules(), err());
        }
    }

    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            description = {
                "Tells everything that is wrong with rules files, loaded one after the other.",
                "Exits 2 if anything is wrong; with --strict also if anything looks wrong."
            })
    static final class Validate extends OnFiles {
        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Rules files and folders, in this order.")
        private List<Path> paths;

        @Option(names = "--output", defaultValue = "TEXT", description = "${COMPLETION-CANDIDATES}.")
        private Form form;

        @Option(names = "--strict", description = "A warning counts as an error.")
        private boolean strict;

        @Override
        public Integer call() throws IOException {
            var sources = RuleFiles.read(paths);
            var compilation = RulesCompiler.compile(sources, options.rules());
            if (form == Form.JSON) {
                LoadResults.print(sources, compilation.findings(), out());
            } else {
                RuleFiles.print(compilation.findings(), err());
                compilation.rules().ifPresent(rules -> out().println(summary(rules)));
            }
            out().flush();
            boolean ok = compilation.rules().isPresent()
                    && (!strict || compilation.findings().isEmpty());
            return (ok ? Exit.OK : Exit.BAD_INPUT).code();
        }

        private static String summary(RuleSet rules) {
            long enabled = rules.rules().stream().filter(Rule::enabled).count();
            return rules.rules().size() + " rules are in order, " + enabled + " of them in force, " + rules.digest();
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists rules in the order of their position.")
    static final class ListRules extends OnFiles {
        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Rules files and folders, in this order.")
        private List<Path> paths;

        @Option(names = "--tag", paramLabel = "TAG", description = "Only rules with this tag.")
        private String tag;

        @Option(names = "--all", description = "Also rules that are switched off.")
        private boolean all;

        @Override
        public Integer call() {
            for (var rule : compile(paths).rules()) {
                if ((all || rule.enabled()) && (tag == null || rule.tags().contains(tag))) {
                    out().printf(
                                    "%-13s %-9s %-3s %s%n",
                                    rule.priority().label(),
                                    RuleOptions.word(rule.source()),
                                    rule.enabled() ? "on" : "off",
                                    rule.name());
                }
            }
            out().flush();
            return Exit.OK.code();
        }
    }

    /// Subcommands about one rule.
    abstract static class OnRule extends OnFiles {
        @Parameters(index = "0", paramLabel = "RULE", description = "The rule's name.")
        private String name;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH", description = "Rules files and folders.")
        private List<Path> paths;

        RuleSet set() {
            return compile(paths);
        }

        Rule rule(RuleSet set) {
            return set.rules().stream()
                    .filter(rule -> rule.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> Refusal.badInput(
                            "no rule is named '" + name + "'; 'gatehouse rules list --all' names them"));
        }
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Says of a rule what it is for, when it fires and what it prints.")
    static final class Describe extends OnRule {
        @Override
        public Integer call() {
            var set = set();
            var rule = rule(set);
            var out = out();
            out.println(rule.name());
            out.println("  " + rule.description().strip().replaceAll("\\s+", " "));
            line("at", rule.span().source().name() + ":" + rule.span().line());
            line("priority", rule.priority().label());
            line("source", RuleOptions.word(rule.source()));
            line("in force", rule.enabled() ? "yes" : "no");
            line("tags", String.join(", ", rule.tags()));
            if (rule.source() == Source.SYSCALL) {
                line("events", String.join(", ", EventKinds.names(rule.kinds())));
            }
            line(
                    "condition",
                    ConditionPrinter.print(set.details().get(rule.name()).expression()));
            line("output", rule.output());
            out.flush();
            return Exit.OK.code();
        }

        private void line(String what, String value) {
            out().printf("  %-10s %s%n", what, value.isEmpty() ? "-" : value);
        }
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Shows what becomes of a rule: each step of the compiler, and what the kernel can test.")
    static final class Explain extends OnRule {
        @Override
        public Integer call() {
            var set = set();
            out().print(RuleStory.tell(rule(set), set));
            out().flush();
            return Exit.OK.code();
        }
    }
}
