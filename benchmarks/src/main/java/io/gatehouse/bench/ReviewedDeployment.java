// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.engine.diagnostic.SourceText;
import java.util.ArrayList;
import java.util.List;

/// What the gate is measured with: a Deployment as the API server sends it, and policies that let it in.
public final class ReviewedDeployment {
    static final String REVIEW = """
            {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
              "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
              "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
              "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
              "name": "web", "namespace": "team-7", "operation": "CREATE",
              "userInfo": {"username": "jane", "groups": ["dev", "system:authenticated"]},
              "object": {"apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": {"name": "web", "namespace": "team-7", "labels": {"app": "web", "team": "t7"},
                  "uid": "6a3a6c5e-50a7-4d2f-9a6b-0f2c1c1f8f37", "creationTimestamp": "2026-11-21T20:00:00Z",
                  "generation": 1, "managedFields": [{"manager": "kubectl-client-side-apply", "operation": "Update",
                    "apiVersion": "apps/v1", "time": "2026-11-21T20:00:00Z", "fieldsType": "FieldsV1", "fieldsV1":
                    {"f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:team": {}}}, "f:spec": {
                      "f:progressDeadlineSeconds": {}, "f:replicas": {}, "f:revisionHistoryLimit": {}, "f:selector": {},
                      "f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}}, "f:type": {}},
                      "f:template": {"f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:team": {}, "f:tier": {}}},
                        "f:spec": {"f:containers": {"k:{\\"name\\":\\"web\\"}": {".": {}, "f:env": {".": {},
                          "k:{\\"name\\":\\"A\\"}": {".": {}, "f:name": {}, "f:value": {}}}, "f:image": {},
                          "f:imagePullPolicy": {}, "f:name": {}, "f:resources": {".": {}, "f:limits": {".": {}, "f:cpu": {},
                          "f:memory": {}}}, "f:securityContext": {".": {}, "f:readOnlyRootFilesystem": {}}}},
                          "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:schedulerName": {}}}}}}]},
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

    private ReviewedDeployment() {}

    static List<SourceText> policies(Kind kind, int count) {
        var sources = new ArrayList<SourceText>();
        for (int i = 0; i < count; i++) {
            sources.add(new SourceText("p" + i + ".yaml", policy(kind, i)));
        }
        return sources;
    }

    private static String policy(Kind kind, int number) {
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
}
