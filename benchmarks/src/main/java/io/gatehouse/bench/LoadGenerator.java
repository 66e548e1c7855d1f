// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Asks a server at a fixed rate over TLS and HTTP/2, as an API server does, whether or not it keeps up.
///
/// Open loop: request number *i* is due at the start plus *i* gaps, and its time counts from when it was due. A server
/// that stalls makes everything late that was due meanwhile, and all of it is in the figures. One thread keeps the
/// time, one event loop does the rest.
final class LoadGenerator implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 2;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client;
    private final Context loop = vertx.getOrCreateContext();
    private final RequestOptions request;
    private final Buffer body;
    private final Predicate<Buffer> right;

    /// @param authority that signed the server's certificate
    /// @param right whether an answer is the one that was expected
    LoadGenerator(int port, String path, Path authority, Buffer body, Predicate<Buffer> right) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString())),
                new PoolOptions().setHttp2MaxSize(CONNECTIONS));
        this.request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("localhost")
                .setPort(port)
                .setURI(path)
                .putHeader("Content-Type", "application/json");
        this.body = body;
        this.right = right;
    }

    /// Times in nanoseconds.
    ///
    /// @param wrong answers that were not as expected, failures among them; their times count
    record Result(int requests, int wrong, long p50, long p99, long p999, long worst, double perSecond) {}

    Result run(int perSecond, Duration duration) throws InterruptedException {
        int count = Math.toIntExact(perSecond * duration.toMillis() / 1000);
        var run = new Run(count, System.nanoTime() + 20_000_000, 1e9 / perSecond);
        for (int sent = 0; sent < count; ) {
            long early = run.due(sent) - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
                continue;
            }
            int from = sent;
            while (sent < count && run.due(sent) <= System.nanoTime()) {
                sent++;
            }
            int to = sent;
            loop.runOnContext(_ -> {
                for (int i = from; i < to; i++) {
                    send(run, i);
                }
            });
        }
        if (!run.all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            loop.runOnContext(_ -> run.giveUp());
            run.all.await();
        }
        return run.result();
    }

    private void send(Run run, int number) {
        client.request(request)
                .compose(asked -> asked.send(body))
                .compose(LoadGenerator::whole)
                .onComplete(answer -> run.took(number, answer.succeeded() && right.test(answer.result())));
    }

    private static Future<Buffer> whole(HttpClientResponse response) {
        return response.statusCode() == 200 ? response.body() : Future.failedFuture("status " + response.statusCode());
    }

    /// All but the latch is the event loop's.
    private static final class Run {
        private final long start;
        private final double gapNanos;
        private final long[] took;
        private final CountDownLatch all = new CountDownLatch(1);
        private int left;
        private int wrong;
        private long ended;

        Run(int count, long start, double gapNanos) {
            this.start = start;
            this.gapNanos = gapNanos;
            this.took = new long[count];
            this.left = count;
        }

        long due(int number) {
            return start + (long) (number * gapNanos);
        }

        void took(int number, boolean asExpected) {
            if (took[number] != 0) {
                return; // it was given up
            }
            ended = System.nanoTime();
            took[number] = ended - due(number);
            wrong += asExpected ? 0 : 1;
            if (--left == 0) {
                all.countDown();
            }
        }

        /// What has not come by now counts as wrong, and as late as it is.
        void giveUp() {
            for (int i = 0; i < took.length; i++) {
                if (took[i] == 0) {
                    took(i, false);
                }
            }
        }

        Result result() {
            Arrays.sort(took);
            return new Result(
                    took.length,
                    wrong,
                    percentile(0.5),
                    percentile(0.99),
                    percentile(0.999),
                    took[took.length - 1],
                    took.length / ((ended - start) / 1e9));
        }

        private long percentile(double share) {
            return took[(int) Math.ceil(share * took.length) - 1];
        }
    }

    @Override
    public void close() {
        client.close().await();
        vertx.close().await();
    }
}
