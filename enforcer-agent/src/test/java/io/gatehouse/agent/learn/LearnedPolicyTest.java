// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.learn.Learned;
import io.gatehouse.engine.learn.Learning;
import io.gatehouse.engine.learn.Learning.Siblings;
import io.gatehouse.engine.learn.PolicyText;
import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a real container does is learned on the running kernel, and the policy that comes of it lets it do the same
/// again and nothing else.
@Tag("kernel")
@Tag("full")
class LearnedPolicyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Runs when the file is there, so that the test says when. `other` is a second program: busybox is allowed whole.
    private static final String WORK = """
            while :; do
              if [ -e /data/go ]; then
                mkdir -p /var/lib/app; echo one > /var/lib/app/state; echo two > /etc/app.conf; /bin/other true
                echo volume > /data/written; echo done > /data/done; rm /data/go
              fi
              sleep 0.1
            done
            """;

    @TempDir
    Path tmp;

    @BeforeEach
    void needs() {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
    }

    @Test
    void a_workload_runs_undisturbed_under_what_was_learned_from_it_and_a_foreign_act_does_not() throws IOException {
        try (var container = RuncContainer.create(tmp, options())) {
            Learned learned;
            try (var watched = new Watched(container.id())) {
                container.start();
                work(container);
                learned = watched.until("the work", act -> act.path().equals("/etc/app.conf"));
            }
            System.out.println(PolicyText.write(learned, "learned", PolicyText.Comments.EVIDENCE));

            for (var act : learned.from().acts()) {
                assertEquals(
                        List.of(),
                        ActJudge.judge(learned.section(), act, learned.from().names(act)),
                        act::toString);
            }
            assertTrue(learned.section().processes().orElseThrow().allow().contains("/bin/other"));
            assertEquals(
                    List.of("/etc/app.conf", "/var/"),
                    learned.section().writes().orElseThrow().allow().stream()
                            .map(entry -> entry.equals("/etc/") ? "/etc/app.conf" : entry)
                            .toList());

            try (var agent = RunningAgent.start(enforced(learned, container.id()))) {
                work(container);
                var disturbed = new ArrayList<String>();
                agent.sawNothing(alert -> {
                    boolean own = alert.container()
                            .filter(of -> of.id().equals(container.id()))
                            .isPresent();
                    if (own && !alert.message().contains("not kept as written")) {
                        disturbed.add(alert.rule() + ": " + alert.message());
                    }
                    return own;
                });
                assertEquals(List.of(), disturbed);

                container.exec("cp", "/bin/busybox", "/var/dropped");
                var foreign = container.exec("sh", "-c", "/var/dropped true; echo status $?");
                assertFalse(foreign.stdout().contains("status 0"), foreign.toString());
                assertNotEquals(
                        0, container.exec("sh", "-c", "echo x > /root/x").exit());
            }
        }
    }

    /// A preview is worth something only if the kernel says the same of the same acts.
    @Test
    void what_a_preview_would_refuse_the_kernel_would_refuse_and_nothing_else() throws IOException {
        var section = new RuntimeSection(
                Optional.of(Processes.of(List.of("/bin/busybox"), false, Action.DENY)),
                Optional.empty(),
                Optional.of(new Writes(true, false, List.of("/var/"), List.of("/etc/app.conf"), Action.DENY)),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        try (var container = RuncContainer.create(tmp, options())) {
            var foreseen = new TreeSet<String>();
            try (var watched = new Watched(container.id())) {
                container.start();
                work(container);
                var recorded = watched.until("the work", act -> act.path().equals("/etc/app.conf"))
                        .from();
                for (var act : recorded.acts()) {
                    ActJudge.judge(section, act, recorded.names(act))
                            .forEach(found -> foreseen.add(found.rule() + " " + act.path()));
                }
            }
            assertEquals(
                    Set.of(
                            "processes.allow /bin/other",
                            "writes.rootFilesystem /etc/app.conf",
                            "writes.forbid /etc/app.conf"),
                    foreseen);

            // In audit, where each act is told and the next one follows.
            try (var agent = RunningAgent.start(policy(Mode.AUDIT, section, container.id()))) {
                work(container);
                for (var each : foreseen) {
                    agent.alert(each, alert -> each.equals(of(alert, foreseen)));
                }
                var unforeseen = new ArrayList<String>();
                agent.sawNothing(alert -> {
                    if (alert.container().isPresent() && !foreseen.contains(of(alert, foreseen))) {
                        unforeseen.add(alert.rule() + ": " + alert.message());
                    }
                    return false;
                });
                assertEquals(List.of(), unforeseen);
            }
        }
    }

    /// The one of these that an alert tells of; else its message.
    private static String of(Alert alert, Set<String> foreseen) {
        return foreseen.stream()
                .filter(each -> each.startsWith(alert.rule() + " ")
                        && alert.message().contains(each.substring(each.indexOf(' ') + 1)))
                .findFirst()
                .orElse(alert.message());
    }

    @Test
    void what_ran_before_anybody_looked_is_learned_too() throws IOException {
        var options = options().withArgs("sh", "-c", "exec 3> /etc/held; httpd -p 127.0.0.1:8088; sleep 3600");
        try (var container = RuncContainer.create(tmp, options)) {
            container.start();
            awaitHeld(container);
            try (var watched = new Watched(container.id())) {
                var learned = watched.until("the program", act -> act.act().equals("exec"));

                assertEquals(
                        List.of("/bin/busybox"),
                        learned.section().processes().orElseThrow().allow());
                var held = learned.from().acts().stream()
                        .filter(act -> act.path().equals("/etc/held"))
                        .findFirst()
                        .orElseThrow();
                assertEquals(FoundRunning.DETAIL, held.detail());
                assertTrue(learned.from().acts().stream()
                        .anyMatch(act -> act.act().equals("listen")
                                && act.endpoint().orElseThrow().port() == 8088));
            }
        }
    }

    @Test
    void other_containers_are_not_observed() throws IOException {
        try (var one = RuncContainer.create(tmp, options());
                var other = RuncContainer.create(tmp, options());
                var watched = new Watched(one.id())) {
            one.start();
            other.start();
            work(other);
            work(one);
            var learned = watched.until("the work", act -> act.path().equals("/etc/app.conf"));

            assertTrue(learned.from().acts().stream()
                    .allMatch(act -> act.container().id().equals(one.id())));
        }
    }

    private static Options options() throws IOException {
        return Options.defaults()
                .withFiles(
                        RuncContainer.ImageFile.program("/bin/other", Path.of("/bin/busybox")),
                        RuncContainer.ImageFile.text("/var/.keep", ""),
                        RuncContainer.ImageFile.text("/etc/app.conf", "image\n"))
                .withArgs("sh", "-c", WORK);
    }

    private static void work(RuncContainer container) throws IOException {
        java.nio.file.Files.deleteIfExists(container.data().resolve("done"));
        java.nio.file.Files.writeString(container.data().resolve("go"), "");
        await(
                "the work to be done",
                () -> java.nio.file.Files.exists(container.data().resolve("done"))
                        && !java.nio.file.Files.exists(container.data().resolve("go")));
    }

    private static void awaitHeld(RuncContainer container) {
        await("the server to listen", () -> {
            try {
                return container
                                .exec("sh", "-c", "netstat -ltn | grep -q :8088")
                                .exit()
                        == 0;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static void await(String what, java.util.function.BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited in vain for " + what);
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(20).toNanos());
        }
    }

    private static WorkloadPolicy enforced(Learned learned, String container) {
        return policy(Mode.ENFORCE, learned.section(), container);
    }

    private static WorkloadPolicy policy(Mode mode, RuntimeSection section, String container) {
        return new WorkloadPolicy(
                PolicyName.cluster("learned"),
                mode,
                new io.gatehouse.schemas.policy.Match(List.of(), Map.of(), List.of(), List.of(container + "*")),
                List.of(),
                Optional.empty(),
                Optional.of(section));
    }

    /// An observation of one container.
    private static final class Watched implements AutoCloseable {
        private final Recording.Gathering gathering = new Recording.Gathering();
        private final CompletableFuture<Void> met = new CompletableFuture<>();
        private final Observation observation;
        private boolean closed;

        Watched(String id) {
            observation = Observation.start(
                    KernelSide.load(),
                    Path.of("/"),
                    container -> container.id().equals(id),
                    line -> {
                        synchronized (gathering) {
                            gathering.add(line);
                        }
                    },
                    container -> met.complete(null),
                    notice -> System.err.println("learn: " + notice),
                    InstantSource.system());
        }

        /// What is learned once an act was seen.
        Learned until(String what, Predicate<RecordedAct> seen) {
            await(what, () -> recording().acts().stream().anyMatch(seen));
            close();
            return Learning.learn(recording(), Width.EXACT, Siblings.EACH);
        }

        private Recording recording() {
            synchronized (gathering) {
                return gathering.recording();
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                observation.close();
            }
        }
    }
}
