// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.containers.Container;
import io.gatehouse.agent.learn.Observation;
import io.gatehouse.agent.learn.RecordingFile;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.exit.Signals;
import io.gatehouse.cli.learn.RecordingFiles;
import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.learn.Learned;
import io.gatehouse.engine.learn.Learning;
import io.gatehouse.engine.learn.Learning.Siblings;
import io.gatehouse.engine.learn.Merging;
import io.gatehouse.engine.learn.PolicyText;
import io.gatehouse.engine.learn.PolicyText.Comments;
import io.gatehouse.engine.policy.Glob;
import io.gatehouse.schemas.act.RecordedLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "learn",
        mixinStandardHelpOptions = true,
        description = {
            "Looks on while containers work, and prints the smallest policy that allows what they did, with the",
            "evidence beside each entry. Stops nothing. Containers that run are observed from now on, those that start",
            "later from their first program; a whole life, start and end included, teaches most."
        },
        footer = {
            "",
            "Without --for it ends with Ctrl-C. With -e it looks at nothing and learns from recordings alone. Try what was",
            "learned with 'gatehouse preview'."
        })
final class LearnCommand implements Callable<Integer> {
    /// As a recording on its own bounds itself.
    private static final long RECORDING_BYTES = 1L << 30;

    @Parameters(
            arity = "0..1",
            paramLabel = "CONTAINER",
            description = "Id, beginning of an id, or name of one container.")
    private String container;

    @Option(
            names = "--image",
            paramLabel = "GLOB",
            description = "Containers of these images: '*' and '?' stand for any.")
    private String image;

    @Option(names = "--pod", paramLabel = "NS/NAME", description = "The containers of one pod.")
    private String pod;

    @Option(names = "--for", paramLabel = "TIME", description = "How long, such as 90s, 10m, 2h.")
    private String time;

    @Option(names = "--record", paramLabel = "FILE", description = "Keeps what was seen, for 'preview' and -e.")
    private Path record;

    @Option(
            names = {"-e", "--recording"},
            arity = "1..*",
            paramLabel = "RECORDING",
            description = "Learns from what was recorded.")
    private List<Path> recordings = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Writes the policy there.")
    private Path output;

    @Option(names = "--merge", paramLabel = "POLICY", description = "Adds only what this policy does not allow yet.")
    private Path merge;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the policy (default: of the container).")
    private String name;

    @Option(
            names = "--generalise",
            arity = "0..1",
            fallbackValue = "24,64",
            paramLabel = "BITS",
            description = {
                "Allows more than was seen: addresses become blocks of so many bits, IPv4 and IPv6, and three directories",
                "beside each other become the one above (without a value: ${FALLBACK-VALUE})."
            })
    private String generalise;

    @Option(names = "--no-evidence", description = "Leaves the comments out.")
    private boolean noEvidence;

    @Mixin
    private AgentOptions agent;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        var width = width();
        var recording = recordings.isEmpty()
                ? observe(err)
                : RecordingFiles.read(recordings, warning -> err.println("gatehouse: " + warning));
        var siblings = generalise == null ? Siblings.EACH : Siblings.TOGETHER;
        var text = merge == null ? fresh(recording, width, siblings) : merged(recording, width, siblings, err);
        write(text);
        if (recording.lost() > 0) {
            err.println("gatehouse: " + recording.lost() + " acts were lost; learn again");
        }
        err.flush();
        return Exit.OK.code();
    }

    private String fresh(Recording recording, Width width, Siblings siblings) {
        var learned = Learning.learn(recording, width, siblings);
        return PolicyText.write(
                learned, name == null ? name(learned) : name, noEvidence ? Comments.NONE : Comments.EVIDENCE);
    }

    /// The policy that is there, with what is new.
    private String merged(Recording recording, Width width, Siblings siblings, PrintWriter err) {
        var sources = PolicyFiles.read(List.of(merge));
        var policies = PolicyFiles.compile(sources, err).policies();
        if (sources.size() != 1
                || policies.size() != 1
                || policies.getFirst().runtime().isEmpty()) {
            throw Refusal.badInput(
                    "--merge takes a file of one policy with a runtime section; " + merge + " is another");
        }
        var merged =
                Merging.merge(sources.getFirst(), policies.getFirst().runtime().get(), recording, width, siblings);
        err.println("gatehouse: added " + merged.added() + (merged.added() == 1 ? " entry" : " entries"));
        merged.stillDenied().forEach(each -> err.println("gatehouse: still denied, no entry would allow it: " + each));
        return merged.text();
    }

    private void write(String text) {
        if (output == null) {
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
            return;
        }
        try {
            Files.writeString(output, text);
        } catch (IOException e) {
            throw Refusal.badInput("cannot write " + output + ": " + e);
        }
    }

    /// A name that Kubernetes takes.
    private static String name(Learned learned) {
        var of = learned.from().containers().values().stream()
                .map(container -> container.facts().name())
                .sorted()
                .findFirst()
                .or(() -> learned.from().acts().stream()
                        .map(act -> act.container().name())
                        .sorted()
                        .findFirst())
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return of.isEmpty()
                ? "learned"
                : "learned-" + of.substring(0, Math.min(of.length(), 40)).replaceAll("-$", "");
    }

    private Width width() {
        if (generalise == null) {
            return Width.EXACT;
        }
        var parts = generalise.split(",", -1);
        try {
            if (parts.length <= 2) {
                return new Width(
                        Integer.parseInt(parts[0].strip()),
                        parts.length == 2 ? Integer.parseInt(parts[1].strip()) : 64);
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw Refusal.badInput(
                "--generalise takes bits of an IPv4 and an IPv6 block, such as 24,64; not " + generalise);
    }

    // ---- looking on

    private Recording observe(PrintWriter err) throws InterruptedException {
        var which = which();
        var lasting = Optional.ofNullable(time).map(LearnCommand::duration);
        var gathering = new Recording.Gathering();
        var met = new AtomicInteger();
        Consumer<String> say = text -> {
            err.println("gatehouse: " + text);
            err.flush();
        };
        var ending = new CountDownLatch(1);
        Signals.on("INT", ending::countDown);
        Signals.on("TERM", ending::countDown);
        var loading = NodeAgent.load();
        var clock = InstantSource.system();
        try (var file = record == null ? null : RecordingFile.open(record, RECORDING_BYTES, clock, say)) {
            Consumer<RecordedLine> lines = line -> {
                synchronized (gathering) {
                    gathering.add(line);
                }
                if (file != null) {
                    file.accept(line);
                }
            };
            var observation = Observation.start(
                    NodeAgent.join(loading),
                    agent.nodeRoot(),
                    which,
                    lines,
                    each -> {
                        met.incrementAndGet();
                        say.accept("observing " + each.shownName()
                                + each.image().map(of -> " of " + of).orElse(""));
                    },
                    say,
                    clock);
            try {
                if (met.get() == 0) {
                    say.accept("no running container matches; waiting for one to start");
                }
                if (lasting.isPresent()) {
                    ending.await(lasting.get().toMillis(), TimeUnit.MILLISECONDS);
                } else {
                    ending.await();
                }
                say.accept("the kernel told of " + observation.told() + " acts");
            } finally {
                observation.close();
            }
        } catch (IOException e) {
            throw Refusal.badInput("cannot write " + record + ": " + e);
        }
        if (met.get() == 0) {
            throw Refusal.badInput("no container matched, so there is nothing to learn from");
        }
        synchronized (gathering) {
            return gathering.recording();
        }
    }

    private Predicate<Container> which() {
        if (container == null && image == null && pod == null) {
            throw Refusal.badInput("name a CONTAINER, --image or --pod, or recordings with -e");
        }
        if (pod != null && pod.indexOf('/') < 0) {
            throw Refusal.badInput("--pod takes NAMESPACE/NAME, not " + pod);
        }
        return each -> each.kind() == Container.Kind.WORKLOAD
                && (container == null || isNamed(each, container))
                && (image == null
                        || each.image().filter(of -> Glob.matches(image, of)).isPresent())
                && (pod == null
                        || each.podFacts()
                                .filter(of -> pod.equals(of.namespace() + "/" + of.name()))
                                .isPresent());
    }

    private static boolean isNamed(Container container, String wanted) {
        return !wanted.isEmpty()
                && (container.id().startsWith(wanted)
                        || container.name().filter(wanted::equals).isPresent());
    }

    private static Duration duration(String text) {
        if (text.matches("[0-9]{1,9}[smh]")) {
            long number = Long.parseLong(text.substring(0, text.length() - 1));
            return switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(number);
                case 'm' -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
        }
        throw Refusal.badInput("--for takes a time such as 90s, 10m or 2h, not " + text);
    }
}
