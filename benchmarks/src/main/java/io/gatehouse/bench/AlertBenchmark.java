// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.outputs.Entry;
import io.gatehouse.outputs.LineFormat;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// An alert to its line.
@State(Scope.Benchmark)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AlertBenchmark {
    @Param
    LineFormat format = LineFormat.JSON;

    private final Entry entry = new Entry.Raised(new Alert(
            Instant.parse("2026-11-01T12:00:00.123456789Z"),
            PolicyName.namespaced("shop", "nginx-immutable"),
            "processes.allow",
            Mode.ENFORCE,
            Verdict.DENY,
            Guarantee.PREVENTED,
            "nginx ran /bin/ls, which is not listed",
            Optional.of(new Alert.ProcessFacts(
                    "/bin/ls",
                    List.of("ls", "-l", "/var/cache/nginx"),
                    true,
                    4711,
                    101,
                    List.of(new Alert.Ancestor("sh", 4700), new Alert.Ancestor("containerd-shim", 900)))),
            Optional.of(new Alert.ContainerFacts(
                    "4f2a".repeat(16), "nginx", Optional.of("docker.io/library/nginx:1.27"), "containerd")),
            Optional.of(new Alert.PodFacts("shop", "web-0"))));

    @Benchmark
    public String line() {
        return format.line(entry);
    }
}
