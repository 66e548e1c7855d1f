// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.hook;

import io.gatehouse.agent.containers.Announcement;
import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.hook.Announcements.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;

/// Hears the hooks of container runtimes on a unix socket: the state of a container as its runtime has it, until the
/// caller ends its side, and one line as answer.
///
/// The socket is its owner's alone (mode 0600, in a folder that is root's), and a caller is root or the owner, whatever
/// the mode has become since. What he says is believed only as far as the node bears it out: the process he names is
/// looked at, and so is the bundle.
public final class HookSocket implements AutoCloseable {
    /// Where the hook looks for it unless it is told otherwise.
    public static final Path USUAL = Path.of("/run/gatehouse/hook.sock");

    /// That of an instance.
    public static Path of(Instance instance) {
        return instance.name().equals(Instance.USUAL_NAME)
                ? USUAL
                : USUAL.resolveSibling("hook-" + instance.name() + ".sock");
    }

    private static final int MAX_STATE_BYTES = 1 << 20;
    private static final int MAX_CALLERS = 64;

    /// The longest that a hook waits.
    private static final Duration PATIENCE = Duration.ofSeconds(300);

    private static final Duration READING = Duration.ofSeconds(5);

    private final Path path;
    private final ServerSocketChannel server;
    private final Function<Announcement, Future<Answer>> announce;
    private final String owner;
    private final Semaphore room = new Semaphore(MAX_CALLERS);

    private HookSocket(
            Path path, ServerSocketChannel server, Function<Announcement, Future<Answer>> announce, String owner) {
        this.path = path;
        this.server = server;
        this.announce = announce;
        this.owner = owner;
    }

    /// @param path its folder is made if it is not there
    /// @throws IOException it cannot be made there, or another agent answers there already
    public static HookSocket open(Path path, Function<Announcement, Future<Answer>> announce) throws IOException {
        var folder = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (Files.exists(path)) {
            if (isAnswered(path)) {
                throw new IOException("another agent answers on " + path);
            }
            Files.delete(path); // an agent that was killed left it behind
        }
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path), MAX_CALLERS);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            var socket =
                    new HookSocket(path, server, announce, Files.getOwner(path).getName());
            Thread.ofPlatform().name("gatehouse-hook").daemon().start(socket::serve);
            return socket;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static boolean isAnswered(Path path) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException _) {
            return false;
        }
    }

    private void serve() {
        while (server.isOpen()) {
            try {
                room.acquire(); // else callers wait in the kernel, each for as long as it likes
                var caller = server.accept();
                Thread.ofVirtual().name("gatehouse-hook-caller").start(() -> hear(caller));
            } catch (IOException _) {
                room.release();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void hear(SocketChannel caller) {
        try (caller) {
            var user =
                    caller.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            if (user.equals(owner) || user.equals("root")) {
                write(caller, answer(caller).line() + "\n");
            }
        } catch (IOException | RuntimeException _) { // this thread's edge: the caller sees its connection closed
            return;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    private Answer answer(SocketChannel caller) throws IOException, InterruptedException {
        var state = state(caller);
        var said = state.flatMap(Announcement::parse);
        if (said.isEmpty()) {
            return new Answer.Refused("that is no state of a container as an OCI runtime gives it to its hooks");
        }
        var answer = announce.apply(said.get());
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            answer.cancel(false);
            return new Answer.Refused("the agent is busy");
        } catch (ExecutionException e) {
            return new Answer.Refused(String.valueOf(e.getCause().getMessage()));
        }
    }

    /// All that the caller says; empty where that is too much.
    private static Optional<byte[]> state(SocketChannel caller) throws IOException {
        var impatience = Thread.ofVirtual().start(() -> closeLate(caller));
        try {
            var state = new ByteArrayOutputStream();
            var part = ByteBuffer.allocate(16_384);
            while (caller.read(part.clear()) >= 0) {
                state.write(part.array(), 0, part.position());
                if (state.size() > MAX_STATE_BYTES) {
                    return Optional.empty();
                }
            }
            return Optional.of(state.toByteArray());
        } finally {
            impatience.interrupt();
        }
    }

    /// Who connects and says nothing must not take the room of others.
    private static void closeLate(SocketChannel channel) {
        try {
            Thread.sleep(READING);
            channel.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it said all in time
        } catch (IOException _) {
            return; // closed already
        }
    }

    private static void write(SocketChannel to, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /// After this returns no hook is heard any more.
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException _) { // the next agent clears it away
            return;
        }
    }
}
