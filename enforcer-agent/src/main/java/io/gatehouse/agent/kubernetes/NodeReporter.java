// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.Apply;
import io.gatehouse.feed.kubernetes.NodeReport;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Writes what this node says of itself: when something of it changed, and else only so often that
/// nobody takes it for dead. A change of policy reaches all nodes at one moment; so each waits
/// another while before it tells.
final class NodeReporter implements AutoCloseable {
    /// @param look how often it is asked whether something changed
    /// @param spread how long it is put off at most what changed
    /// @param renew how often it is written though nothing did
    /// @param lasts for how long it counts
    record Times(Duration look, Duration spread, Duration renew, Duration lasts) {
        /// With 5,000 nodes: 170 writes a second for half a minute after a change, and 17 else.
        static final Times USUAL =
                new Times(Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(16));
    }

    private final ApiServer server;
    private final Times times;
    private final Supplier<NodeReport> now;
    private final Consumer<String> notices;
    private final Thread thread;

    private NodeReporter(ApiServer server, Times times, Supplier<NodeReport> now, Consumer<String> notices) {
        this.server = server;
        this.times = times;
        this.now = now;
        this.notices = notices;
        this.thread = Thread.ofPlatform().daemon().name("gatehouse-node-report").unstarted(this::run);
    }

    /// @param now what is to be said
    static NodeReporter start(
            ApiServer server, NodeInCluster.Options options, Supplier<NodeReport> now, Consumer<String> notices) {
        var reporter = new NodeReporter(server, options.times(), now, notices);
        reporter.thread.start();
        return reporter;
    }

    private void run() {
        NodeReport last = null;
        var said = "";
        long due = System.nanoTime();
        try {
            while (true) {
                var next = now.get();
                if (last == null || !saysTheSame(last, next) || System.nanoTime() - due >= 0) {
                    Thread.sleep(random(times.spread()));
                    next = now.get();
                    var fault = write(next);
                    if (!fault.isEmpty() && !fault.equals(said)) {
                        notices.accept("the cluster is not told what this node is worth: " + fault);
                    }
                    said = fault;
                    last = next; // what could not be written is tried again when it is due
                    due = System.nanoTime() + times.renew().toNanos();
                }
                Thread.sleep(times.look());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private String write(NodeReport report) {
        try {
            Apply.report(server, report);
            return "";
        } catch (KubernetesClientException e) {
            return ApiServer.reason(e);
        }
    }

    private static boolean saysTheSame(NodeReport one, NodeReport other) {
        return one.revision().equals(other.revision())
                && one.guarantees().equals(other.guarantees())
                && one.backend().equals(other.backend());
    }

    private static Duration random(Duration most) {
        return most.isZero()
                ? most
                : Duration.ofMillis(ThreadLocalRandom.current().nextLong(most.toMillis()));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
