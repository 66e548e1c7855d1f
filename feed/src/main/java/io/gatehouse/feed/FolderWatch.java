// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waits until something in the announced folders changed and has been quiet since.
///
/// Where inotify is used up (the kernel bounds instances and watches per user), nothing is announced and the caller's
/// poll has to find changes. All methods but `close` belong to one thread at a time.
final class FolderWatch implements AutoCloseable {
    private static final long POLL_MILLIS = 1_000;
    /// A folder is quiet when so much time went by without a change: an editor's save is several changes.
    private static final long QUIET_MILLIS = 100;
    /// A folder that never is quiet is taken as it is.
    private static final long LONGEST_WAIT_MILLIS = 500;

    private final Optional<WatchService> inotify;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final Set<Path> announced = new HashSet<>();
    /// Written by the thread that loads, read by any.
    private volatile int unannouncedFolders;

    private FolderWatch(Optional<WatchService> inotify) {
        this.inotify = inotify;
    }

    static FolderWatch open() {
        try {
            return new FolderWatch(Optional.of(FileSystems.getDefault().newWatchService()));
        } catch (IOException _) { // no inotify instance left; counted as unannounced folders
            return new FolderWatch(Optional.empty());
        }
    }

    /// Watches a folder from now on, up to a `settle` before which it was not announced again.
    void announce(Path folder) {
        announced.add(folder);
        if (inotify.isEmpty()) {
            return;
        }
        try {
            var key = folder.register(inotify.get(), ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
            var earlier = keys.put(folder, key);
            if (earlier != null && earlier != key) {
                earlier.cancel(); // another folder took the place of the one watched
            }
        } catch (IOException | ClosedWatchServiceException _) {
            keys.remove(folder); // counted by settle; if the folder is gone its listing says so
        }
    }

    /// Ends a round of `announce`: folders not named in it are watched no more.
    void settle() {
        keys.entrySet().removeIf(entry -> {
            boolean gone = !announced.contains(entry.getKey());
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        unannouncedFolders = announced.size() - keys.size();
        announced.clear();
    }

    int unannouncedFolders() {
        return unannouncedFolders;
    }

    /// Waits for an announced change and then for quiet, or for the time of the next poll.
    ///
    /// @return whether a change was announced
    boolean awaitChange() {
        try {
            if (inotify.isEmpty()) {
                closed.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
                return false;
            }
            return awaitQuiet(inotify.get());
        } catch (ClosedWatchServiceException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            close(); // nobody waits here any more
            return false;
        }
    }

    private static boolean awaitQuiet(WatchService inotify) throws InterruptedException {
        var key = inotify.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (key == null) {
            return false;
        }
        long latest = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS);
        while (key != null) {
            key.pollEvents();
            key.reset();
            long left = TimeUnit.NANOSECONDS.toMillis(latest - System.nanoTime());
            key = left <= 0 ? null : inotify.poll(Math.min(QUIET_MILLIS, left), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            if (inotify.isPresent()) {
                inotify.get().close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot close inotify", e);
        }
    }
}
