// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewWriter;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A Deployment under many policies, at the gate: judged alone, and from the bytes of the request to those of the
/// answer. [ReviewCost] prints them beside the budget.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseSerialGC", "-Xmx128m", "-XX:+UseCompactObjectHeaders"}) // as the launcher has it
public class ReviewBenchmark {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);

    @Param({"1", "50", "500"})
    int policies;

    @Param
    ReviewedDeployment.Kind kind;

    private final byte[] body = ReviewedDeployment.REVIEW.getBytes(StandardCharsets.UTF_8);
    private Snapshot snapshot;
    private ReviewRequest request;

    @Setup
    public void compile() {
        var compilation = PolicyCompiler.compile(ReviewedDeployment.policies(kind, policies));
        snapshot = compilation
                .snapshot()
                .orElseThrow(() ->
                        new IllegalStateException(compilation.diagnostics().toString()));
        request = read();
        if (!(judge() instanceof Judge.Outcome.Judged(Decision.Allow _))) {
            throw new IllegalStateException("the Deployment is meant to pass: " + judge());
        }
    }

    private ReviewRequest read() {
        return ((ReviewReader.Outcome.Read) ReviewReader.read(body, JsonReader.Limits.DEFAULT)).request();
    }

    @Benchmark
    public Judge.Outcome judge() {
        return Judge.decide(request, snapshot, TODAY);
    }

    @Benchmark
    public byte[] bytesToBytes() {
        var asked = read();
        var outcome = (Judge.Outcome.Judged) Judge.decide(asked, snapshot, TODAY);
        return ReviewWriter.answer(asked, outcome.decision(), snapshot.digest());
    }
}
