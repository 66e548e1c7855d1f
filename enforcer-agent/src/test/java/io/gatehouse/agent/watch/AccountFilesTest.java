// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.containers.ContainerFinder;
import io.gatehouse.agent.enforce.CgroupKeys;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.events.Event;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
final class AccountFilesTest {
    private static final Path ROOT = Path.of("/");
    private static final String PASSWD = "web:x:33:33::/var/www:/bin/false\n";

    @TempDir
    Path folder;

    private Path root() throws IOException {
        var root = folder.resolve("root");
        Files.createDirectories(root.resolve("etc"));
        return root;
    }

    private List<User> usersIn(Path root) {
        return AccountFiles.book(root.toString()).orElseThrow().users();
    }

    @Test
    void lines_of_another_form_are_left_out() {
        var text = "root:x:0:0:root:/root:/bin/sh\n" + "short:x:1\n" + "\n" + ":x:2:2:::\n" + "big:x:4294967296:1:::\n"
                + "minus:x:-1:1:::\n" + "text:x:one:1:::\n" + "twice:x:0:0:::\n" + "last:x:7:8::/h:/s";
        var users = AccountFiles.users(text);
        assertEquals(
                Set.of(new User(0, 0, "root", "/root", "/bin/sh"), new User(7, 8, "last", "/h", "/s")),
                Set.copyOf(users));
        assertEquals(List.of(new Group(5, "tty")), AccountFiles.groups("tty:x:5:\nbroken\n"));
    }

    @Test
    void a_file_of_any_length_gives_a_bounded_book() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            text.append("u").append(i).append(":x:").append(i).append(":0:::\n");
        }
        var root = root();
        Files.writeString(root.resolve("etc/passwd"), text);
        Files.writeString(root.resolve("etc/group"), "g".repeat(3 << 20) + ":x:1:");
        assertEquals(4096, usersIn(root).size());
        assertTrue(AccountFiles.book(root.toString()).orElseThrow().groups().isEmpty());
    }

    @Test
    void a_link_leads_nowhere_outside() throws IOException {
        var root = root();
        var outside = Files.writeString(folder.resolve("passwd"), PASSWD);
        for (var target : List.of(outside.toString(), "../../passwd", "/proc/self/root" + outside)) {
            Files.deleteIfExists(root.resolve("etc/passwd"));
            Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of(target));
            assertEquals(List.of(), usersIn(root), target);
        }
        Files.delete(root.resolve("etc/passwd"));
        Files.writeString(root.resolve("inside"), PASSWD);
        Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/inside"));
        assertEquals("web", usersIn(root).getFirst().name(), "a link inside is one");
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void what_is_no_plain_file_is_never_opened() throws Exception {
        var root = root();
        var made = new ProcessBuilder("mkfifo", root.resolve("etc/passwd").toString()).start();
        assertEquals(0, made.waitFor());
        assertEquals(List.of(), usersIn(root));
        Files.delete(root.resolve("etc/passwd"));
        Files.createDirectory(root.resolve("etc/passwd"));
        assertEquals(List.of(), usersIn(root));
    }

    @Test
    @Tag("host")
    void a_container_is_asked_for_its_own_users_once_it_has_its_root() throws IOException {
        RuncContainer.assumeUsable();
        var tasks = new ProcTask(ROOT);
        var facts = new ContainerFacts(ROOT, _ -> Optional.empty(), (_, _) -> {});
        var live = new LiveState(new State(Limits.DEFAULT), tasks, facts);
        try (var accounts = new AccountFiles(ROOT);
                var real = RuncContainer.create(folder, Options.defaults())) {
            live.state().machine().accounts().source(accounts);
            Files.createDirectories(real.rootfs().resolve("etc"));
            Files.writeString(real.rootfs().resolve("etc/passwd"), "inside:x:0:0::/inside:/bin/odd\n");
            Files.writeString(real.rootfs().resolve("etc/group"), "insiders:x:0:\n");
            real.start();
            new ProcScan(tasks).into(live);
            live.state().apply(new Event().begin(1, 1, 1, -1, 0, new byte[0]));
            var task = live.state().machine().task(real.pid());
            assertEquals("root", live.state().machine().task(1).user().name());
            var container = new ContainerFinder(ROOT).ofProcess(real.pid()).orElseThrow();
            long key = CgroupKeys.of(container.cgroup()).iterator().next();
            live.state().kernel().move(task, key, task.cgroups(), null);
            facts.adoptRunning(live);
            assertEquals(real.id(), task.containerId());
            assertEquals("inside", task.user().name());
            assertEquals("/inside", task.user().home());
            assertEquals("insiders", task.accountGroup().name());
            live.containerGone(real.id());
            assertNull(live.state().machine().accounts().user(real.id(), 0));
        }
    }
}
