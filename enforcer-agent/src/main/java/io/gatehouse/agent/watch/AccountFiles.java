// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.FileStatus;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;
import io.gatehouse.events.state.AccountSource;
import io.gatehouse.events.state.Task;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/// Users and groups from `/etc/passwd` and `/etc/group` of the node, and of a container as its tasks see it.
///
/// A container writes its own: so its files are opened inside its root only, must be regular, are read up to
/// [#MOST_BYTES], and of what they say up to [#MOST_ENTRIES] each are taken. They may lie in a file system that the
/// container itself serves and never answers, so a thread apart reads them; the one that asks waits [#WAIT_MILLIS] at
/// most, and finds the answer at a later question else. A reader that does not come back is given up; after
/// [#MOST_READERS] of these, containers are no longer asked.
///
/// Belongs to one thread, but for the readers inside.
public final class AccountFiles implements AccountSource, AutoCloseable {
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_ENTRIES = 4096;
    private static final int MOST_CONTAINERS = 4096;
    private static final int MOST_READERS = 4;
    private static final int MOST_WAITING = 64;
    private static final long WAIT_MILLIS = 20;
    private static final long PAUSE_NANOS = 30_000_000_000L;

    private final String root;
    private final String proc;
    private final LongSupplier nanoTime;
    private final ThreadPoolExecutor readers;
    private final Map<String, Asked> asked = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Asked> eldest) {
            return size() > MOST_CONTAINERS;
        }
    };
    private long late;

    /// @param answer null once it was taken
    private record Asked(CompletableFuture<Optional<Book>> answer, long nanos) {}

    public AccountFiles(Path nodeRoot) {
        this(nodeRoot, System::nanoTime);
    }

    AccountFiles(Path nodeRoot, LongSupplier nanoTime) {
        this.root = nodeRoot.toString();
        this.proc = nodeRoot.resolve("proc").toString();
        this.nanoTime = nanoTime;
        // Up to so many readers that hang, then questions that find no place.
        this.readers = new ThreadPoolExecutor(
                MOST_READERS,
                MOST_READERS,
                1,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("gatehouse-accounts-", 0).factory(),
                new ThreadPoolExecutor.DiscardPolicy());
        readers.allowCoreThreadTimeOut(true);
    }

    /// Questions whose answer did not come in time; it is used later.
    public long late() {
        return late;
    }

    @Override
    public Optional<Book> read(String container, Task task) {
        long now = nanoTime.getAsLong();
        var before = asked.get(container);
        if (before != null && before.answer == null && now - before.nanos < PAUSE_NANOS) {
            return Optional.empty(); // an account that its files do not have
        }
        if (before != null && before.answer != null) {
            return take(container, before, 0);
        }
        var question = new Asked(new CompletableFuture<>(), now);
        asked.put(container, question);
        long tid = task.tid();
        long startNanos = task.startNanos();
        readers.execute(() -> question.answer.complete(container.isEmpty() ? book(root) : bookOfTask(tid, startNanos)));
        return take(container, question, WAIT_MILLIS);
    }

    private Optional<Book> take(String container, Asked question, long waitMillis) {
        if (!question.answer.isDone() && waitMillis == 0) {
            return Optional.empty();
        }
        try {
            var book = question.answer.get(waitMillis, TimeUnit.MILLISECONDS);
            if (book.isPresent()) {
                asked.put(container, new Asked(null, question.nanos));
            } else {
                asked.remove(container); // the task was not in it yet, or not any more: another may be
            }
            return book;
        } catch (TimeoutException _) {
            late++;
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("accounts of " + container, e.getCause());
        }
    }

    // On a reader's thread

    /// Empty where the task has no root but the node's, as a runtime's init at first, or is another by now.
    private Optional<Book> bookOfTask(long tid, long startNanos) {
        var taskRoot = proc + "/" + tid + "/root";
        var status = new FileStatus();
        if (!status.read(root)) {
            return Optional.empty();
        }
        long device = status.device();
        long inode = status.inode();
        if (!status.read(taskRoot) || status.device() == device && status.inode() == inode) {
            return Optional.empty();
        }
        try (var opened = OpenedFile.open(taskRoot).orElse(null)) {
            boolean same = opened != null && !new ProcTask(Path.of(root)).isGone(tid, startNanos);
            return same ? Optional.of(bookIn(opened)) : Optional.empty();
        }
    }

    static Optional<Book> book(String directory) {
        try (var opened = OpenedFile.open(directory).orElse(null)) {
            return opened == null ? Optional.empty() : Optional.of(bookIn(opened));
        }
    }

    private static Book bookIn(OpenedFile directory) {
        return new Book(users(text(directory, "etc/passwd")), groups(text(directory, "etc/group")));
    }

    /// Empty if it is not there or is no plain file: what opening anything else does is its maker's choice.
    private static String text(OpenedFile directory, String path) {
        try (var file = directory.openInside(path).orElse(null)) {
            if (file == null) {
                return "";
            }
            var self = "/proc/self/fd/" + file.fd();
            var status = new FileStatus();
            if (!status.read(self) || !status.isRegular()) {
                return "";
            }
            try (var in = new FileInputStream(self)) {
                return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
            }
        } catch (IOException _) {
            return "";
        }
    }

    static List<User> users(String text) {
        var users = new HashMap<Long, User>();
        for (var line : lines(text)) {
            var parts = line.split(":", -1);
            long uid = parts.length < 7 ? -1 : id(parts[2]);
            long gid = uid < 0 ? -1 : id(parts[3]);
            if (gid >= 0 && !parts[0].isEmpty()) {
                users.putIfAbsent(uid, new User(uid, gid, cut(parts[0]), cut(parts[5]), cut(parts[6])));
            }
        }
        return List.copyOf(users.values());
    }

    static List<Group> groups(String text) {
        var groups = new HashMap<Long, Group>();
        for (var line : lines(text)) {
            var parts = line.split(":", -1);
            long gid = parts.length < 3 ? -1 : id(parts[2]);
            if (gid >= 0 && !parts[0].isEmpty()) {
                groups.putIfAbsent(gid, new Group(gid, cut(parts[0])));
            }
        }
        return List.copyOf(groups.values());
    }

    private static List<String> lines(String text) {
        var lines = new ArrayList<String>();
        int start = 0;
        while (start < text.length() && lines.size() < MOST_ENTRIES) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            lines.add(text.substring(start, end));
            start = end + 1;
        }
        return lines;
    }

    private static long id(String text) {
        long id = ProcTask.number(text, -1);
        return id > 0xffffffffL ? -1 : id;
    }

    private static String cut(String text) {
        return text.length() <= 256 ? text : text.substring(0, 256);
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}
