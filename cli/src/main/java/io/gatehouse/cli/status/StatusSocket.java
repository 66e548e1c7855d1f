// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.status;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;

/// Answers whoever asks on a unix socket: one line with the form that is wanted, then the status in it.
///
/// The socket is its owner's alone (mode 0600), and a caller is root or the owner, whatever the mode has become since.
public final class StatusSocket implements AutoCloseable {
    private static final String NAME = "agent.sock";
    private static final int LONGEST_QUESTION = 64;
    private static final long PATIENCE_MILLIS = 2_000;

    /// The forms of an answer.
    public enum Form {
        TEXT,
        JSON
    }

    private final Path path;
    private final ServerSocketChannel server;
    private final Supplier<Status> status;
    private final String owner;
    private final Thread thread;

    private StatusSocket(Path path, ServerSocketChannel server, Supplier<Status> status, String owner) {
        this.path = path;
        this.server = server;
        this.status = status;
        this.owner = owner;
        this.thread = Thread.ofPlatform().name("gatehouse-status").daemon().unstarted(this::serve);
    }

    /// @param folder made if it is not there
    /// @throws IOException it cannot be made there, or another agent answers there already
    public static StatusSocket open(Path folder, Supplier<Status> status) throws IOException {
        Files.createDirectories(folder);
        var path = folder.resolve(NAME);
        if (Files.exists(path)) {
            if (ask(folder, Form.TEXT).isPresent()) {
                throw new IOException("another agent answers on " + path);
            }
            Files.delete(path); // an agent that was killed left it behind
        }
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            var socket =
                    new StatusSocket(path, server, status, Files.getOwner(path).getName());
            socket.thread.start();
            return socket;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void serve() {
        while (server.isOpen()) {
            try (var caller = server.accept()) {
                answer(caller);
            } catch (IOException | RuntimeException _) { // this thread's edge: the caller sees its connection closed
                continue;
            }
        }
    }

    private void answer(SocketChannel caller) throws IOException {
        var user = caller.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        if (!user.equals(owner) && !user.equals("root")) {
            return;
        }
        // Who connects and says nothing must not keep the next one waiting.
        var impatience = Thread.ofVirtual().start(() -> closeLate(caller, PATIENCE_MILLIS));
        try {
            var form = question(caller);
            var answer = switch (form) {
                case TEXT -> StatusText.of(status.get());
                case JSON -> StatusJson.of(status.get());
            };
            write(caller, answer);
        } finally {
            impatience.interrupt();
        }
    }

    private static void closeLate(SocketChannel channel, long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            channel.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // answered in time
        } catch (IOException _) {
            return; // closed already
        }
    }

    private static Form question(SocketChannel caller) throws IOException {
        var question = ByteBuffer.allocate(LONGEST_QUESTION);
        while (question.hasRemaining() && caller.read(question) >= 0) {
            var line = new String(question.array(), 0, question.position(), StandardCharsets.US_ASCII);
            if (line.endsWith("\n")) {
                return line.equals("json\n") ? Form.JSON : Form.TEXT;
            }
        }
        throw new IOException("no question");
    }

    private static void write(SocketChannel to, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /// Asks the agent whose folder this is; empty where none answers.
    ///
    /// @throws IOException it is there and cannot be asked
    public static Optional<String> ask(Path folder, Form form) throws IOException {
        var path = folder.resolve(NAME);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try {
                channel.connect(UnixDomainSocketAddress.of(path));
            } catch (java.net.ConnectException _) {
                return Optional.empty(); // nobody listens any more
            }
            var impatience = Thread.ofVirtual()
                    .start(() -> closeLate(channel, 5 * PATIENCE_MILLIS)); // an agent that hangs answers nobody
            write(channel, form == Form.JSON ? "json\n" : "text\n");
            var answer = new java.io.ByteArrayOutputStream();
            var part = ByteBuffer.allocate(8192);
            while (channel.read(part.clear()) >= 0) {
                answer.write(part.array(), 0, part.position());
            }
            impatience.interrupt();
            return answer.size() == 0 ? Optional.empty() : Optional.of(answer.toString(StandardCharsets.UTF_8));
        }
    }

    /// After this returns nobody is asked for a status any more.
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
            thread.join(2 * PATIENCE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException _) { // the next agent clears it away
            return;
        }
    }
}
