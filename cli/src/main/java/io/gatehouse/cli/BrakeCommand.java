// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Brake;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "brake",
        mixinStandardHelpOptions = true,
        description = {
            "This node's brake: while it is on, nothing is stopped and everything is told. It holds at once, whether or",
            "not an agent runs, and over its restarts."
        },
        subcommands = {BrakeCommand.On.class, BrakeCommand.Off.class, BrakeCommand.Show.class})
final class BrakeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    @Command(name = "on", mixinStandardHelpOptions = true, description = "Puts the brake on.")
    static final class On implements Callable<Integer> {
        private static final Pattern SHORT = Pattern.compile("([0-9]{1,6})([smhd])");

        @Spec
        private CommandSpec spec;

        @Mixin
        private InstanceOptions options;

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "Why; it is logged and shown, the first 127 bytes of it.")
        private String reason;

        @Option(
                names = "--for",
                paramLabel = "TIME",
                description = "Goes off by itself after so long: 30s, 15m, 2h, 1d. Without it, when it is taken off.")
        private String lasting;

        @Override
        public Integer call() {
            var instance = options.instance();
            var time = Optional.ofNullable(lasting).map(On::time);
            if (reason.isBlank()) {
                throw Refusal.badInput("a brake needs a reason");
            }
            if (!instance.brake(reason.strip(), time, Instant.now())) {
                throw nothingThere(options);
            }
            return show(spec, instance.brake());
        }

        private static Duration time(String text) {
            var matcher = SHORT.matcher(text.toLowerCase(Locale.ROOT));
            try {
                var time = matcher.matches()
                        ? Duration.parse(
                                matcher.group(2).equals("d")
                                        ? "P" + matcher.group(1) + "D"
                                        : "PT" + matcher.group(1)
                                                + matcher.group(2).toUpperCase(Locale.ROOT))
                        : Duration.parse(text);
                if (time.isPositive()) {
                    return time;
                }
            } catch (DateTimeParseException _) {
                // told below
            }
            throw Refusal.badInput("'" + text + "' is no time; write 30s, 15m, 2h or 1d");
        }
    }

    @Command(name = "off", mixinStandardHelpOptions = true, description = "Takes the brake off.")
    static final class Off implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private InstanceOptions options;

        @Override
        public Integer call() {
            if (!options.instance().unbrake(Instant.now())) {
                throw nothingThere(options);
            }
            return show(spec, options.instance().brake());
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Says whether the brake is on, and why.")
    static final class Show implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private InstanceOptions options;

        @Override
        public Integer call() {
            return show(spec, options.instance().brake());
        }
    }

    private static Refusal nothingThere(InstanceOptions options) {
        return Refusal.cannot("nothing is in force under " + options.instance().folder() + " that could be braked");
    }

    private static int show(CommandSpec spec, Optional<Brake> brake) {
        var out = spec.commandLine().getOut();
        out.println(brake.map(Brake::text).orElse("the brake is off"));
        out.flush();
        return Exit.OK.code();
    }
}
