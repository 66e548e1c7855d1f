// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewWriter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
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
/// answer. Budget: 50 microseconds for judging by 50 policies. One policy is the baseline.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReviewBenchmark {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final String REVIEW = """
            {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
              "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
              "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
              "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
              "name": "web", "namespace": "team-7", "operation": "CREATE",
              "userInfo": {"username": "jane", "groups": ["dev", "system:authenticated"]},
              "object": {"apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": {"name": "web", "namespace": "team-7", "labels": {"app": "web", "team": "t7"}},
                "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": {
                  "metadata": {"labels": {"app": "web", "team": "t7", "tier": "front"}},
                  "spec": {
                    "initContainers": [{"name": "setup", "image": "registry.example.com/setup@sha256:01",
                      "securityContext": {"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false}}],
                    "containers": [
                      {"name": "web", "image": "registry.example.com/web@sha256:02",
                       "ports": [{"containerPort": 8080}],
                       "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                       "resources": {"limits": {"cpu": "1", "memory": "256Mi"}},
                       "securityContext": {"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false}},
                      {"name": "log", "image": "registry.example.com/log@sha256:03",
                       "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                       "securityContext": {"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false}}],
                    "volumes": [{"name": "data", "emptyDir": {}}]}}}},
              "oldObject": null, "dryRun": false, "options": {"kind": "CreateOptions"}}}
            """;
    private static final String CONTROLS = """
                readOnlyRootFilesystem: {required: true}
                privilege: {privileged: false, hostPID: false, hostNetwork: false, allowPrivilegeEscalation: false}
                sensitiveMounts: {forbid: [/etc, /proc, /var/run/docker.sock]}
            """;
    private static final String CONDITIONS = CONTROLS + """
                deny:
                  - {name: digest, when: 'not ka.req.container.image contains "@sha256:"', message: by digest}
                  - {name: tier, when: 'ka.verb = create and ka.user.name = nobody', message: not by nobody}
            """;

    public enum Kind {
        /// Each policy is about every workload and asks every control.
        ALL_APPLY,
        /// The same, with two conditions each.
        ALL_APPLY_WITH_CONDITIONS,
        /// One policy for each team: namespaces, labels, images.
        ONE_FOR_EACH_TEAM
    }

    @Param({"1", "50"})
    int policies;

    @Param
    Kind kind;

    private final byte[] body = REVIEW.getBytes(StandardCharsets.UTF_8);
    private Snapshot snapshot;
    private ReviewRequest request;

    @Setup
    public void compile() {
        var sources = new ArrayList<SourceText>();
        for (int i = 0; i < policies; i++) {
            sources.add(new SourceText("p" + i, policy(i)));
        }
        var compilation = PolicyCompiler.compile(sources);
        snapshot = compilation
                .snapshot()
                .orElseThrow(() ->
                        new IllegalStateException(compilation.diagnostics().toString()));
        request = read();
        if (!(judge() instanceof Judge.Outcome.Judged(Decision.Allow _))) {
            throw new IllegalStateException("the Deployment is meant to pass: " + judge());
        }
    }

    private String policy(int number) {
        var match = kind != Kind.ONE_FOR_EACH_TEAM
                ? ""
                : switch (number % 3) {
                    case 0 -> "  match: {namespaces: [team-" + number + "]}\n";
                    case 1 -> "  match: {podSelector: {matchLabels: {team: t" + number + "}}}\n";
                    default -> "  match: {images: [\"registry.example.com/team-" + number + "/*\"]}\n";
                };
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p%d}
                spec:
                  mode: enforce
                  exempt: [{namespaces: [kube-system, "kube-*"], reason: static pods}]
                %s  admission:
                %s""".formatted(number, match, kind == Kind.ALL_APPLY_WITH_CONDITIONS ? CONDITIONS : CONTROLS);
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
