// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.policy.Brakes;
import io.gatehouse.engine.policy.Compilation;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Follows a folder of policies and publishes one snapshot of it.
///
/// A saved change is in force within a second: changes are announced by inotify, taken once the folder has been quiet
/// for a tenth of a second, and found by comparing file attributes once a second where nothing announces them (network
/// file systems, targets of links, a folder that was replaced as a whole). A load is taken whole or not at all.
public final class PolicyFeed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PolicyFeed.class.getName());

    private final PolicyListener listener;
    private final FolderWatch watch;
    private final Thread thread;

    /// Orders loads. Never taken by readers.
    private final ReentrantLock loading = new ReentrantLock();
    /// Read by any thread, written under `loading`.
    private volatile Snapshot current;
    /// Read by any thread, written under `loading`.
    private volatile Counters counters = new Counters(0, 0, 0);
    /// Set by `close`, read by the feed's thread.
    private volatile boolean closed;

    /// Under `loading`.
    private FeedSources sources;
    /// Of the sources. Under `loading`.
    private PolicyFolder folder;
    /// Which of the objects can be taken. Under `loading`.
    private final ObjectSieve sieve;

    /// What the listener heard last, so that it hears it once. Under `loading`.
    private String saidInForce = "";
    private List<Diagnostic> saidRefused = List.of();
    private List<Diagnostic> saidWarned = List.of();
    /// What the last load saw. Under `loading`.
    private FolderStamp seen = FolderStamp.NOTHING;

    /// @param reloads loads after the first, whatever became of them
    /// @param refusals of these, how many were refused
    /// @param failures loads that ended in an exception, of the listener or of the machine; each is logged
    public record Counters(long reloads, long refusals, long failures) {}

    private PolicyFeed(FeedSources sources, PolicyListener listener, FolderWatch watch) {
        this.sources = sources;
        this.folder = folder(sources);
        this.sieve = new ObjectSieve(sources.objects().before());
        this.listener = listener;
        this.watch = watch;
        this.thread = Thread.ofPlatform().daemon().name("gatehouse-policy-feed").unstarted(this::follow);
    }

    /// Loads a folder and follows it from then on. The listener hears the first snapshot before this returns.
    public static Opening open(Path folder, PolicyListener listener) {
        return open(FeedSources.of(folder), listener);
    }

    public static Opening open(FeedSources sources, PolicyListener listener) {
        var feed = new PolicyFeed(sources, listener, FolderWatch.open());
        try {
            var first = feed.load();
            if (first.isRefused()) {
                return new Opening.Refused(first.diagnostics());
            }
            feed.take(first);
            feed.thread.start();
            return new Opening.Opened(feed);
        } finally {
            if (feed.thread.getState() == Thread.State.NEW) { // refused, or the listener failed
                feed.watch.close();
            }
        }
    }

    private static PolicyFolder folder(FeedSources sources) {
        return new PolicyFolder(sources.folder(), sources.rules());
    }

    /// The policies in force. One volatile read; hold the snapshot for a whole decision.
    public Snapshot current() {
        return current;
    }

    public Counters counters() {
        return counters;
    }

    /// Folders whose changes are only found by the poll, because inotify could not take them.
    public int unannouncedFolders() {
        return watch.unannouncedFolders();
    }

    /// Stops following. After this returns the listener is not called any more, unless it is the listener that closes.
    @Override
    public void close() {
        closed = true;
        watch.close();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        while (!closed) {
            boolean announced = watch.awaitChange();
            if (!closed && mayHaveChanged(announced)) {
                reload();
            }
        }
    }

    /// The folder around a rules file may be anybody's, so that a change announced there says little.
    private boolean mayHaveChanged(boolean announced) {
        loading.lock();
        try {
            return sources.following() == FeedSources.Following.CHANGES
                    && (announced && sources.folder().isPresent()
                            || !folder.stamp().equals(seen));
        } finally {
            loading.unlock();
        }
    }

    /// Follows other sources from now on.
    public void reload(FeedSources others) {
        loading.lock();
        try {
            sources = others;
            folder = folder(others);
            reload();
        } finally {
            loading.unlock();
        }
    }

    /// Loads at once, whether something changed or not. Also the edge of the feed's thread: whatever breaks here, the
    /// next change is followed.
    public void reload() {
        loading.lock();
        try {
            counters = new Counters(counters.reloads() + 1, counters.refusals(), counters.failures());
            take(load());
        } catch (RuntimeException e) {
            counters = new Counters(counters.reloads(), counters.refusals(), counters.failures() + 1);
            LOG.log(System.Logger.Level.ERROR, "loading the policies of " + folder + " failed", e);
        } finally {
            loading.unlock();
        }
    }

    private Load load() {
        var contents = folder.read(watch::announce);
        watch.settle();
        seen = contents.stamp();
        var sieved = sieve.sieve(
                contents.rules(), contents.texts(), sources.objects().texts(), sources.options());
        var compilation = sieved.compilation();
        var diagnostics = new ArrayList<>(contents.diagnostics());
        diagnostics.addAll(compilation.diagnostics());
        boolean mayBeEmpty = sources.objects() != PolicyObjects.NONE; // a cluster may hold no policy yet
        if (contents.texts().isEmpty() && contents.rules().isEmpty() && diagnostics.isEmpty() && !mayBeEmpty) {
            diagnostics.add(Code.NO_POLICY_FILE.at(
                    new Span(new SourceText(folder.toString(), ""), 1, 1, 1), "no policy is in force"));
        }
        boolean whole = contents.diagnostics().isEmpty();
        boolean allBrakes = whole && compilation.allBrakes() == Compilation.AllBrakes.KNOWN;
        return new Load(
                whole ? compilation.snapshot() : Optional.empty(),
                diagnostics,
                compilation.brakes(),
                allBrakes,
                sieved);
    }

    private void take(Load load) {
        if (load.isRefused()) {
            brake(load);
            refuse(load.diagnostics());
            sources.objects().settled(sieve.refused(load.objects(), load.diagnostics()));
            return;
        }
        sieve.taken(load.objects());
        boolean mended = !saidRefused.isEmpty(); // the last that was heard is "refused": say that it no longer is
        saidRefused = List.of();
        var snapshot = load.snapshot().orElseThrow();
        if (mended || !snapshot.digest().equals(saidInForce)) {
            publish(snapshot);
        }
        var warnings = new ArrayList<>(load.diagnostics());
        warnings.addAll(load.objects().refused().values());
        if (!warnings.equals(saidWarned)) {
            saidWarned = List.copyOf(warnings);
            if (!saidWarned.isEmpty()) {
                listener.warned(saidWarned);
            }
        }
        sources.objects().settled(sieve.settled(load.objects(), snapshot.digest()));
    }

    private void publish(Snapshot snapshot) {
        current = snapshot;
        listener.inForce(snapshot);
        saidInForce = snapshot.digest(); // not where the listener failed: it hears of it again with the next load
    }

    /// A brake is pulled in a hurry, perhaps for the very fault that has the folder refused. So it is taken from a
    /// refused folder too, and one that is gone from there is lifted, unless what is broken may only hide it.
    private void brake(Load load) {
        var pulled = current.brakes();
        var wanted = load.allBrakes() ? load.brakes() : Brakes.union(pulled, load.brakes());
        if (!wanted.equals(pulled)) {
            publish(current.with(wanted));
        }
    }

    private void refuse(List<Diagnostic> diagnostics) {
        counters = new Counters(counters.reloads(), counters.refusals() + 1, counters.failures());
        if (!diagnostics.equals(saidRefused)) {
            saidRefused = diagnostics;
            listener.refused(diagnostics);
        }
    }

    /// @param brakes found, also where the rest is refused
    /// @param allBrakes whether there can be no other
    /// @param objects what became of those kept elsewhere
    private record Load(
            Optional<Snapshot> snapshot,
            List<Diagnostic> diagnostics,
            Brakes brakes,
            boolean allBrakes,
            ObjectSieve.Sieved objects) {
        Load {
            diagnostics = List.copyOf(diagnostics);
            if (snapshot.isEmpty() && diagnostics.stream().noneMatch(d -> d.severity() == Severity.ERROR)) {
                throw new IllegalArgumentException("a load is refused for a reason");
            }
        }

        boolean isRefused() {
            return snapshot.isEmpty();
        }
    }
}
