// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ways round a policy, tried by somebody inside its container. With LSM each must be refused and leave no trace;
/// without it each must be told, and whoever did it killed, late.
@Tag("kernel")
@Tag("full")
class AttackTest {
    /// Policies here bind nothing on this machine but the containers of this test run.
    private static final Match OWN_CONTAINERS = new Match(
            List.of(),
            Map.of(),
            List.of(),
            List.of("gh-test-" + ProcessHandle.current().pid() + "-*"));

    private static final String ALLOWED = "/var/cache/app";

    @TempDir
    Path tmp;

    private RuncContainer container;
    private RunningAgent agent;

    @BeforeEach
    void start() throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults()
                        .withFiles(
                                ImageFile.program("/bin/busybox-other", Path.of("/bin/busybox")),
                                ImageFile.text(ALLOWED + "/kept", "of the image\n"),
                                ImageFile.text("/etc/secret", "of the image\n")));
        container.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (agent != null) {
            agent.close();
        }
        if (container != null) {
            container.close();
        }
    }

    // ---- directories that a policy allows

    /// A second name for a file of the root, in a directory that may be written: who writes through it writes /etc.
    @Test
    void a_hard_link_into_an_allowed_directory_is_no_way_to_write_a_file_outside_it() throws IOException {
        agent = RunningAgent.start(readOnlyRoot(ALLOWED));

        attack("ln /etc/secret " + ALLOWED + "/alias", "link");
        container.exec("sh", "-c", "echo evil >> " + ALLOWED + "/alias");

        if (lsm()) {
            assertEquals("of the image\n", container.exec("cat", "/etc/secret").stdout());
        }
    }

    /// The directory that may be written is where the name arrives, not where it leaves.
    @Test
    void a_file_is_not_moved_out_of_the_root_into_an_allowed_directory() throws IOException {
        agent = RunningAgent.start(readOnlyRoot(ALLOWED));

        attack("mv /etc/secret " + ALLOWED + "/taken", "/etc/secret");

        if (lsm()) {
            assertEquals("of the image\n", container.exec("cat", "/etc/secret").stdout());
        }
    }

    @Test
    void links_and_moves_within_an_allowed_directory_are_nobodys_business() throws IOException {
        agent = RunningAgent.start(readOnlyRoot(ALLOWED));

        var run = container.exec(
                "sh",
                "-c",
                "cd %s && echo x > a && ln a b && mv a c && ln -s c d && chmod 600 d && rm -r b c d && touch -d @0 kept && echo fine"
                        .formatted(ALLOWED));

        assertEquals("fine\n", run.stdout(), run.toString());
        assertTrue(agent.sawNothing(a -> a.rule().equals("writes.rootFilesystem")));
    }

    // ---- names that lead elsewhere

    @Test
    void a_symbolic_link_in_memory_is_no_way_to_change_the_mode_of_an_image_file() throws IOException {
        container.exec("ln", "-s", "/etc/secret", "/tmp/alias");
        agent = RunningAgent.start(readOnlyRoot());

        attack("chmod 4777 /tmp/alias", "mode change");
        attack("chown 7:7 /tmp/alias", "owner change");
    }

    @Test
    void the_parent_of_a_mount_is_not_changed_from_inside_the_mount() throws IOException {
        agent = RunningAgent.start(readOnlyRoot());

        attack("cd /tmp && chmod 777 ..", "mode change");
    }

    /// Links of /proc jump; nobody but the process itself can follow them.
    @Test
    void a_way_through_proc_leads_to_the_same_root() throws IOException {
        container.exec("ln", "-s", "/proc/self/root", "/tmp/again");
        agent = RunningAgent.start(readOnlyRoot());

        attack("mkdir /proc/self/root/etc/evil1", "evil1");
        attack("mkdir /proc/1/root/etc/evil2", "evil2");
        attack("mkdir /tmp/again/etc/evil3", "evil3");
        attack("cd /tmp/again/etc && mkdir evil4", "evil4");
    }

    /// After chroot the program's names start elsewhere than the container's.
    @Test
    void another_root_is_no_way_to_look_like_memory() throws IOException {
        container.exec("sh", "-c", "mkdir -p /opt/jail/tmp && cp /bin/busybox /opt/jail/busybox");
        agent = RunningAgent.start(readOnlyRoot());

        attack("chroot /opt/jail /busybox mkdir /tmp/evil1", "/opt/jail/tmp/evil1");
        attack("chroot /opt/jail /busybox mkdir /../../tmp/evil2", "new directory");
    }

    @Test
    void a_name_longer_than_a_record_hides_nothing() throws IOException {
        agent = RunningAgent.start(readOnlyRoot());

        attack("mkdir /tmp/$(printf './%.0s' $(seq 700))../etc/evil", "new directory");
    }

    /// Deeper than the walk to the root goes.
    @Test
    void a_working_directory_deeper_than_a_record_hides_nothing() throws IOException {
        container.exec("sh", "-c", "cd /opt; for i in $(seq 100); do mkdir d; cd d; done");
        agent = RunningAgent.start(readOnlyRoot());

        attack("cd /opt; for i in $(seq 100); do cd d; done; mkdir evil", "new directory");
    }

    /// What is gone when the agent looks was there when it was done.
    @Test
    void tidying_up_behind_a_change_hides_nothing() throws IOException {
        container.exec("sh", "-c", "mkdir -p /opt/deep/er && touch /opt/deep/er/file");
        agent = RunningAgent.start(readOnlyRoot());

        attack("rm -rf /opt/deep", "removal");
    }

    /// An agent without a locale could once not read such a name, and ended.
    @Test
    void a_name_in_no_alphabet_neither_hides_a_change_nor_ends_the_agent() throws IOException {
        agent = RunningAgent.start(readOnlyRoot());

        attack("mkdir \"$(printf '/etc/\\303\\251\\377')\" 2> /dev/null", "new directory");
        attack("mkdir /etc/after", "/etc/after");
    }

    // ---- what has no name in its call

    /// Times are copied up like bytes: the image's file becomes the container's own.
    @Test
    void the_times_of_an_image_file_do_not_change() throws IOException {
        agent = RunningAgent.start(readOnlyRoot());

        attack("touch -d @0 /etc/secret", "/etc/secret");

        if (lsm()) {
            assertFalse(Files.exists(container.upper().resolve("etc/secret")), "it was copied up");
        }
    }

    // ---- programs that a policy names

    /// The list names a file of the image. Whoever takes its name later, and waits for the next change of policies,
    /// is not that file.
    @Test
    void a_program_put_in_the_place_of_a_named_one_is_not_let_in_by_the_next_policies() throws IOException {
        agent = RunningAgent.start(allow("/bin/sh", "/bin/busybox-other"));
        assertEquals(0, container.exec("/bin/busybox-other", "true").exit());
        container.exec("sh", "-c", "cp /bin/busybox /tmp/evil && cat /tmp/evil > /bin/busybox-other");
        assertStopped(container.exec("sh", "-c", "/bin/busybox-other true; echo status $?"));

        agent.apply(allow("/bin/sh", "/bin/busybox-other"), readOnlyRoot());

        assertStopped(container.exec("sh", "-c", "/bin/busybox-other true; echo status $?"));
    }

    /// The same by a link, to a program of the image that the list does not name.
    @Test
    void a_link_put_in_the_place_of_a_named_program_names_nothing_else() throws IOException {
        agent = RunningAgent.start(allow("/bin/sh", "/opt/tool"));
        container.exec("ln", "-s", "/bin/busybox-other", "/opt/tool");

        agent.apply(allow("/bin/sh", "/opt/tool"), readOnlyRoot());

        assertStopped(container.exec("sh", "-c", "/bin/busybox-other true; echo status $?"));
    }

    /// A link in the place of an allowed directory, put there before the policy was enforced.
    @Test
    void a_link_put_in_the_place_of_an_allowed_directory_opens_nothing_else() throws IOException {
        container.exec("ln", "-s", "/etc", "/opt/cache");
        agent = RunningAgent.start(readOnlyRoot("/opt/cache"));

        attack("mkdir /etc/evil", "/etc/evil");
    }

    // ---- the start of a container

    @Test
    void the_first_program_is_judged_like_any_other() throws IOException {
        agent = RunningAgent.start(allow("/bin/sh"));
        var options = RuncContainer.Options.defaults()
                .withFiles(ImageFile.program("/bin/busybox-other", Path.of("/bin/busybox")))
                .withArgs("/bin/busybox-other", "sh", "-c", "echo ran; sleep 60");
        try (var later = RuncContainer.create(Files.createDirectory(tmp.resolve("later")), options)) {
            try {
                later.start();
            } catch (IOException _) {
                assertTrue(lsm()); // runc is told that it may not
            }
            agent.alert(
                    "the first program",
                    a -> a.container().orElseThrow().id().equals(later.id())
                            && a.message().contains("busybox-other"));
            // Where its rules came after it had started it is killed late, and may have said a word; it does not stay.
            assertTrue(ends(later), later.status());
        }
    }

    private static boolean ends(RuncContainer container) throws IOException {
        for (int look = 0; look < 200; look++) { // each look is a process of its own and takes its time
            if (!container.status().equals("running")) {
                return true;
            }
        }
        return false;
    }

    // ---- the operator's side

    /// Something of ours left open in a container's root keeps its file system mounted, and its runtime cannot tidy up.
    @Test
    void a_containers_root_can_be_unmounted_when_it_ends() throws IOException, InterruptedException {
        agent = RunningAgent.start(readOnlyRoot());

        new ProcessBuilder("runc", "kill", container.id(), "KILL").start().waitFor();
        new ProcessBuilder("runc", "delete", "--force", container.id()).start().waitFor();

        assertEquals(
                0,
                new ProcessBuilder("umount", container.rootfs().toString())
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    // ---- what the attacks share

    /// Runs it in a shell. It must be refused, or (without LSM, where it came through) told in an alert with these
    /// words.
    private void attack(String script, String... told) throws IOException {
        var tried = container.exec("sh", "-c", script + "; echo status $?");
        if (lsm()) {
            assertFalse(tried.stdout().contains("status 0"), script + ": " + tried);
        }
        if (lsm() || !tried.stdout().contains("status 1")) {
            for (var words : told) {
                agent.alert(script, a -> a.message().contains(words));
            }
        }
    }

    private boolean lsm() {
        return agent.backend() == Backend.LSM;
    }

    private void assertStopped(RuncContainer.Result result) {
        assertTrue(
                lsm()
                        ? result.stdout().contains("status 126")
                        : result.stdout().contains("status 137") || result.exit() == 137,
                result.toString());
    }

    private static WorkloadPolicy allow(String... programs) {
        return policy("list", Optional.of(Processes.of(List.of(programs), false, Action.DENY)), Optional.empty());
    }

    private static WorkloadPolicy readOnlyRoot(String... allowed) {
        return policy("root", Optional.empty(), Optional.of(Writes.of(true, List.of(allowed), Action.DENY)));
    }

    private static WorkloadPolicy policy(String name, Optional<Processes> processes, Optional<Writes> writes) {
        return new WorkloadPolicy(
                PolicyName.cluster(name),
                Mode.ENFORCE,
                OWN_CONTAINERS,
                List.of(),
                Optional.empty(),
                Optional.of(RuntimeSection.of(processes, writes)));
    }
}
