// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.generate.Action.Place;
import io.gatehouse.cli.generate.Round.Expectation;
import io.gatehouse.cli.generate.Round.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Proves that detection works, or that it does not.
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Does what rules look for, harmlessly, in containers of its own, and says which rule told of it.",
            "Without --alerts it only does it."
        },
        footer = {
            "",
            "Exits 1 if an alert that was expected did not come, 3 if an action could not be done as it is meant.",
            "Nothing of the host is changed, and whatever ends this command, all it made is removed."
        })
public final class GenerateCommand implements Callable<Integer> {
    @Option(names = "--list", description = "Say what would be done, and do nothing.")
    private boolean list;

    @Option(
            names = "--rule",
            paramLabel = "GLOB",
            description = "Only actions for rules of such a name, as 'Write*'; may be repeated.")
    private List<String> rules = List.of();

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description =
                    "Only actions with such a tag: stable, incubating, sandbox, demo, file, process, network, kernel, "
                            + "container, seed; may be repeated.")
    private List<String> tags = List.of();

    @ArgGroup
    private Where where = new Where();

    static final class Where {
        @Option(names = "--host", description = "Only what happens beside containers.")
        private boolean host;

        @Option(names = "--container", description = "Only what happens in containers.")
        private boolean container;
    }

    @Option(
            names = "--seconds-to-wait",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long an alert may take; default ${DEFAULT-VALUE}.")
    private int secondsToWait;

    @Option(
            names = "--alerts",
            paramLabel = "FILE",
            description =
                    "Where the detector writes its alerts, one JSON object a line as Falco does: a file that grows, a "
                            + "named pipe, or - for standard input.")
    private Path alerts;

    @Option(
            names = "--expect-all",
            description =
                    "Expect alerts of rules too that their file switches off: the detector was told to enable them.")
    private boolean expectAll;

    @Option(
            names = "--cgroup-parent",
            paramLabel = "PATH",
            defaultValue = "",
            description = "The cgroup to make containers' own in. Falco knows a container by it and takes those below "
                    + "/docker for containers.")
    private String cgroupParent;

    @ArgGroup
    private Form form = new Form();

    static final class Form {
        @Option(names = "--json", description = "Print one JSON document at the end.")
        private boolean json;

        @Option(names = "--markdown", description = "Print a table for a document at the end.")
        private boolean markdown;
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (secondsToWait < 1) {
            throw Refusal.badInput("--seconds-to-wait is 1 at least");
        }
        if (!cgroupParent.isEmpty() && !cgroupParent.matches("(/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+")) {
            throw Refusal.badInput("--cgroup-parent is an absolute path, as /docker");
        }
        var actions = selected();
        if (list) {
            print(actions, List.of());
            return Exit.OK.code();
        }
        List<Result> results;
        try {
            results = run(actions);
        } catch (IOException e) {
            throw Refusal.cannot(e.getMessage()); // the stage cannot be made or used here, or alerts not be read
        }
        print(actions, results);
        return exit(results).code();
    }

    private List<Action> selected() {
        var patterns = rules.stream().map(GenerateCommand::glob).toList();
        var selected = ActionTable.current().stream()
                .filter(action -> patterns.isEmpty()
                        || patterns.stream()
                                .anyMatch(pattern ->
                                        pattern.matcher(action.rule()).matches()))
                .filter(action -> tags.isEmpty() || tags.stream().anyMatch(action.tags()::contains))
                .filter(this::isWhere)
                .toList();
        if (selected.isEmpty()) {
            throw Refusal.badInput("no action is of that name, tag and place; --list shows all");
        }
        return selected;
    }

    private boolean isWhere(Action action) {
        if (!where.host && !where.container) {
            return true;
        }
        return action.place().isPresent() && where.host == (action.place().get() == Place.HOST);
    }

    private static Pattern glob(String text) {
        var pattern = new StringBuilder();
        for (var c : text.toCharArray()) {
            switch (c) {
                case '*' -> pattern.append(".*");
                case '?' -> pattern.append('.');
                default -> pattern.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(pattern.toString(), Pattern.CASE_INSENSITIVE);
    }

    private List<Result> run(List<Action> actions) throws IOException, InterruptedException {
        var out = spec.commandLine().getOut();
        var err = spec.commandLine().getErr();
        boolean lines = !form.json && !form.markdown;
        try (var stage = Stage.open(actions, cgroupParent);
                var read = alerts == null ? null : AlertLines.open(alerts)) {
            var round = new Round(
                    stage,
                    Optional.ofNullable(read),
                    Duration.ofSeconds(secondsToWait),
                    expectAll ? Expectation.ALL_RULES : Expectation.ENABLED_RULES);
            var results = round.run(actions, result -> {
                if (lines) {
                    out.println(RoundReport.line(result));
                    out.flush();
                }
            });
            if (read != null && read.unreadable() > 0) {
                err.println("gatehouse: " + read.unreadable()
                        + " lines were no alerts in JSON (Falco writes them with json_output: true)");
            }
            if (read != null && read.dropped() > 0) {
                err.println("gatehouse: " + read.dropped() + " alerts came faster than they could be looked at");
            }
            return results;
        }
    }

    private void print(List<Action> actions, List<Result> results) throws IOException {
        var out = spec.commandLine().getOut();
        if (form.json) {
            out.print(RoundReport.json(actions, results));
        } else if (form.markdown) {
            out.print(RoundReport.markdown(actions, results));
        } else if (results.isEmpty()) {
            actions.forEach(action -> out.println(RoundReport.listLine(action)));
        } else {
            out.println();
            RoundReport.summary(results).forEach(out::println);
        }
        out.flush();
    }

    private static Exit exit(List<Result> results) {
        var exits = new ArrayList<Exit>();
        for (var result : results) {
            switch (result.outcome()) {
                case Outcome.Missed _ -> exits.add(Exit.VIOLATION);
                case Outcome.Broken _ -> exits.add(Exit.CANNOT);
                case Outcome.Seen _, Outcome.Shadowed _, Outcome.Off _, Outcome.Unwatched _, Outcome.NotDone _ -> {}
            }
        }
        return exits.contains(Exit.VIOLATION) ? Exit.VIOLATION : exits.contains(Exit.CANNOT) ? Exit.CANNOT : Exit.OK;
    }
}
