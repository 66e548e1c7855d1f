// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// `gatehouse admission`, run as a process of its own on this machine, where the API server reaches it.
public final class Gate implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    /// Refuses what no story makes but to see whether the gate is asked.
    private static final String PROBED = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: probe}
            spec:
              mode: enforce
              match: {podSelector: {matchLabels: {gatehouse-story: probe}}}
              admission: {privilege: {hostPID: false}}
            """;
    private static final String PROBE = """
            apiVersion: v1
            kind: Pod
            metadata: {name: probe, namespace: %s, labels: {gatehouse-story: probe}}
            spec: {hostPID: true, containers: [{name: probe, image: registry.invalid/probe}]}
            """;

    private final Story story;
    private final Path home;
    private final Process process;
    private final LinkedBlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> alerts = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();
    private final int port;

    /// How one is started.
    ///
    /// @param name of the replica, and of its folder below the story's
    /// @param port 0 takes a free one
    public record Start(String name, int port, List<String> before, List<String> words) {
        public Start {
            before = List.copyOf(before);
            words = List.copyOf(words);
        }

        public static Start of(String name, String... words) {
            return new Start(name, 0, List.of(), List.of(words));
        }

        public Start at(int fixed) {
            return new Start(name, fixed, before, words);
        }
    }

    private Gate(Story story, Path home, Process process) throws InterruptedException {
        this.story = story;
        this.home = home;
        this.process = process;
        Thread.ofPlatform()
                .daemon()
                .start(() -> process.errorReader(StandardCharsets.UTF_8).lines().forEach(notices::add));
        Thread.ofPlatform()
                .daemon()
                .start(() -> process.inputReader(StandardCharsets.UTF_8).lines().forEach(alerts::add));
        var webhook = awaitNotice("webhook: https://");
        this.port = Integer.parseInt(webhook.replaceFirst("^.*:([0-9]+)/validate$", "$1"));
        awaitNotice("ready after");
    }

    /// By the policies of a folder; ends with the story.
    public static Gate withPolicies(Story story, String policies) throws IOException, InterruptedException {
        return start(story, Start.of("gate"), policies);
    }

    /// Returns once it is ready.
    public static Gate start(Story story, Start how, String policies) throws IOException, InterruptedException {
        var home = Files.createDirectories(story.folder().resolve(how.name()));
        var folder = Files.createDirectories(home.resolve("policies"));
        Files.writeString(folder.resolve("probe.yaml"), PROBED);
        if (!policies.isEmpty()) {
            Files.writeString(folder.resolve("policies.yaml"), policies);
        }
        var words = new ArrayList<>(List.of(
                "admission",
                "--listen=" + story.cluster().bindAddress() + ":" + how.port(),
                "--policies=" + folder,
                "--image-cache=" + home.resolve("images")));
        if (how.words().stream().noneMatch(word -> word.startsWith("--certificate"))) {
            words.addAll(List.of(
                    "--state=" + home.resolve("state"),
                    "--host-name=" + story.cluster().hostName()));
        }
        words.addAll(how.words());
        var line = new ArrayList<>(how.before());
        line.addAll(Gatehouse.line(words.toArray(String[]::new)));
        var builder = new ProcessBuilder(line);
        builder.environment().put("GATEHOUSE_STATE", home.toString());
        builder.environment().put("HOSTNAME", how.name());
        var gate = new Gate(story, home, builder.start());
        story.atEnd(gate);
        story.cluster().expose(gate.port);
        return gate;
    }

    /// Where it keeps its certificate.
    public Path state() {
        return home.resolve("state");
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /// How the API server reaches it.
    public String address() {
        return "https://" + story.cluster().hostName() + ":" + port;
    }

    /// Other policies are in force when this returns.
    public void policies(String text) throws IOException, InterruptedException {
        forgetNotices();
        var fresh = Files.writeString(home.resolve("fresh.yaml"), text);
        Files.move(fresh, home.resolve("policies/policies.yaml"), StandardCopyOption.ATOMIC_MOVE);
        awaitNotice("in force:");
    }

    /// The registration as the command prints it, for the story's namespace alone.
    public String registration(String... more) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of(
                "webhook-config",
                "--url=" + address(),
                "--state=" + state(),
                "--only-in=" + story.namespace(),
                "--name=" + story.namespace(),
                "--policies=" + home.resolve("policies")));
        words.addAll(List.of(more));
        var printed = Gatehouse.run(words.toArray(String[]::new));
        assertEquals(0, printed.status(), printed::text);
        return printed.out();
    }

    /// Registers it for the story's namespace; the API server asks it when this returns.
    public void register() throws IOException, InterruptedException {
        story.make(registration());
        awaitAsked();
    }

    /// A registration takes a moment to reach the API server's own cache.
    public void awaitAsked() {
        Story.await("the API server asks the gate", () -> asked(story));
    }

    private static boolean asked(Story story) {
        try {
            story.client()
                    .resource(PROBE.formatted(story.namespace()))
                    .dryRun(true)
                    .create();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == 422;
        }
    }

    /// Waits for a line on standard error that holds a text; lines that came before it count too.
    public String awaitNotice(String part) throws InterruptedException {
        for (var line : heard) {
            if (line.contains(part)) {
                return line;
            }
        }
        var line = next(notices);
        while (line.isPresent()) {
            heard.add(line.get());
            if (line.get().contains(part)) {
                return line.get();
            }
            line = next(notices);
        }
        return fail("waited in vain for '" + part + "'; said: " + String.join("\n", heard));
    }

    /// Empty where none comes in time, and where none can come any more.
    private Optional<String> next(LinkedBlockingQueue<String> lines) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < until) {
            boolean ended = !process.isAlive();
            var line = lines.poll(1, TimeUnit.SECONDS);
            if (line != null) {
                return Optional.of(line);
            }
            if (ended) {
                break;
            }
        }
        return Optional.empty();
    }

    /// What it said until now.
    public List<String> notices() {
        notices.drainTo(heard);
        return List.copyOf(heard);
    }

    public void forgetNotices() {
        notices.clear();
        heard.clear();
    }

    /// The next line on standard output that holds a text.
    public String awaitAlert(String part) throws InterruptedException {
        var others = new ArrayList<String>();
        var line = next(alerts);
        while (line.isPresent()) {
            if (line.get().contains(part)) {
                return line.get();
            }
            others.add(line.get());
            line = next(alerts);
        }
        return fail("waited in vain for the alert '" + part + "'; told: " + String.join("\n", others) + "\nsaid: "
                + String.join("\n", notices()));
    }

    /// Whether a line on standard output that holds a text comes within some seconds.
    public boolean alertSoon(String part) throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            var line = alerts.poll(1, TimeUnit.SECONDS);
            if (line != null && line.contains(part)) {
                return true;
            }
        }
        return false;
    }

    public void signal(String name) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertEquals(0, kill.waitFor(), () -> "kill -" + name);
    }

    /// At once, as a machine that loses power.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.toHandle().destroy(); // Process.destroy would close the streams we read
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
