// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.fix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.fix.ManifestFixer.Fixed;
import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.offline.OfflineCheck.Manifest;
import io.gatehouse.admission.offline.OfflineCheck.Report;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A fix ends its finding, brings no other, and changes nothing else of the manifest.
class ManifestFixerTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final String HARDENED = """
            readOnlyRootFilesystem: {required: true}
            privilege:
              privileged: false
              hostPID: false
              allowPrivilegeEscalation: false
              runAsNonRoot: true
              capabilities: {drop: [ALL]}
              seccomp: {}
            """;

    @Test
    void comments_order_and_layout_stay_as_they_are() {
        var before = """
                # the shop
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                    name: web   # four spaces
                spec:
                    template:
                        spec:
                            containers:
                              - image: "nginx:1"   # pinned some day
                                name: web
                                ports:
                                - containerPort: 80

                              # the second
                              - name: log
                                securityContext:
                                    readOnlyRootFilesystem: false # it writes
                                    runAsNonRoot: true
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: c}
                """;
        var fixed = fix(before, "readOnlyRootFilesystem: {required: true}");
        assertEquals("""
                --- a/m.yaml
                +++ b/m.yaml
                @@ -11,11 +11,13 @@
                                 name: web
                                 ports:
                                 - containerPort: 80
                +                securityContext:
                +                  readOnlyRootFilesystem: true

                               # the second
                               - name: log
                                 securityContext:
                -                    readOnlyRootFilesystem: false # it writes
                +                    readOnlyRootFilesystem: true # it writes
                                     runAsNonRoot: true
                 ---
                 apiVersion: v1
                """, Patch.between("m.yaml", before, fixed.text()).replaceAll("(?m)^ $", ""));
        assertEquals(List.of(), fixed.left());
        assertEquals(2, fixed.fixed().size());
    }

    @Test
    void everything_a_security_context_lacks_is_written() {
        var before = """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers:
                    - name: web
                      image: nginx
                """;
        var fixed = fix(before, HARDENED);
        assertEquals("""
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers:
                    - name: web
                      image: nginx
                      securityContext:
                        readOnlyRootFilesystem: true
                        allowPrivilegeEscalation: false
                        runAsNonRoot: true
                        capabilities:
                          drop: [ALL]
                        seccompProfile:
                          type: RuntimeDefault
                """, fixed.text());
        assertEquals(List.of(), fixed.left());
        assertEquals(0, findings(fixed.text(), HARDENED));
    }

    @Test
    void the_places_that_the_policy_declares_writable_get_an_empty_directory() {
        var policy = "readOnlyRootFilesystem: {required: true, writable: {paths: [/var/cache/nginx, /tmp, /run]}}";
        var before = """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers:
                    - name: web
                      volumeMounts:
                        - {name: t, mountPath: /tmp}
                  volumes:
                    - name: t
                      emptyDir: {}
                """;
        var fixed = fix(before, policy);
        assertEquals("""
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers:
                    - name: web
                      volumeMounts:
                        - {name: t, mountPath: /tmp}
                        - name: writable-var-cache-nginx
                          mountPath: /var/cache/nginx
                        - name: writable-run
                          mountPath: /run
                      securityContext:
                        readOnlyRootFilesystem: true
                  volumes:
                    - name: t
                      emptyDir: {}
                    - name: writable-var-cache-nginx
                      emptyDir: {}
                    - name: writable-run
                      emptyDir: {}
                """, fixed.text());
        assertEquals(0, findings(fixed.text(), policy));
    }

    /// The directory would be a finding itself, so the flag is written alone.
    @Test
    void a_fix_brings_no_finding_of_another_control() {
        var policy = """
                readOnlyRootFilesystem: {required: true, writable: {paths: [/tmp]}}
                volumes: {emptyDir: bounded}
                """;
        var fixed = fix("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n", policy);
        assertEquals(
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
                        + "spec: {containers: [{securityContext: {readOnlyRootFilesystem: true}, name: a}]}\n",
                fixed.text());
        assertEquals(0, findings(fixed.text(), policy));
    }

    @Test
    void json_stays_json_and_short_forms_stay_short() {
        var json = """
                {
                  "apiVersion": "v1",
                  "kind": "Pod",
                  "metadata": {"name": "p"},
                  "spec": {
                    "containers": [
                      {
                        "name": "a"
                      },
                      {"name": "b", "securityContext": {"capabilities": {"drop": ["CHOWN"]}, "privileged": false}}
                    ]
                  }
                }
                """;
        var asked = "readOnlyRootFilesystem: {required: true}\nprivilege: {capabilities: {drop: [ALL]}}";
        var fixed = fix(json, asked);
        assertEquals("""
                {
                  "apiVersion": "v1",
                  "kind": "Pod",
                  "metadata": {"name": "p"},
                  "spec": {
                    "containers": [
                      {
                        "securityContext": {"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true},
                        "name": "a"
                      },
                      {"name": "b", "securityContext": {"readOnlyRootFilesystem": true, \
                "capabilities": {"drop": ["ALL", "CHOWN"]}, "privileged": false}}
                    ]
                  }
                }
                """, fixed.text());
        assertEquals(0, findings(fixed.text(), asked));
    }

    @Test
    void an_empty_field_is_filled_and_windows_line_ends_stay() {
        var pod = "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: p}\r\nspec:\r\n  containers:\r\n"
                + "    - securityContext: # later\r\n      name: a\r\n    - {name: b, securityContext: {}}\r\n"
                + "    - name: c";
        var fixed = fix(pod, "readOnlyRootFilesystem: {required: true}");
        assertEquals(
                "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: p}\r\nspec:\r\n  containers:\r\n"
                        + "    - securityContext: {readOnlyRootFilesystem: true} # later\r\n      name: a\r\n"
                        + "    - {name: b, securityContext: {readOnlyRootFilesystem: true}}\r\n"
                        + "    - name: c\r\n      securityContext:\r\n        readOnlyRootFilesystem: true",
                fixed.text());
    }

    @Test
    void items_of_a_list_and_several_documents_are_told_apart() {
        var text = """
                apiVersion: v1
                kind: List
                items:
                  - apiVersion: v1
                    kind: Pod
                    metadata: {name: p}
                    spec:
                      containers:
                        - name: a
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers:
                    - name: a
                """;
        var fixed = fix(text, "readOnlyRootFilesystem: {required: true}");
        assertEquals(0, findings(fixed.text(), "readOnlyRootFilesystem: {required: true}"));
        assertEquals(
                2, fixed.text().lines().filter(l -> l.contains("readOnlyRoot")).count());
    }

    @Test
    void what_a_workload_asks_for_is_left_and_the_reason_told() {
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  hostPID: true
                  securityContext: {runAsUser: 0}
                  containers:
                    - name: a
                      securityContext: {privileged: true, readOnlyRootFilesystem: true, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL]}}
                """;
        var fixed = fix(pod, HARDENED);
        assertEquals(pod, fixed.text());
        assertEquals(
                List.of(
                        "admission.privilege.hostPID: the workload asks for it; only its author knows whether it can do"
                                + " without",
                        "admission.privilege.runAsNonRoot: it runs as user 0 and would not start; give it another user"
                                + " first",
                        "admission.privilege.allowPrivilegeEscalation: the container is privileged or has CAP_SYS_ADMIN,"
                                + " and Kubernetes refuses one that may not gain privileges then; take those away first",
                        "admission.privilege.privileged: the workload asks for it; only its author knows whether it can"
                                + " do without"),
                fixed.left().stream()
                        .map(left -> left.finding().breach().rule() + ": " + left.why())
                        .sorted((a, b) -> order(a) - order(b))
                        .toList());
    }

    private static int order(String rule) {
        return List.of("hostPID", "runAsNonRoot", "allowPrivilegeEscalation", "privileged")
                .indexOf(rule.substring("admission.privilege.".length(), rule.indexOf(':')));
    }

    /// One text for two containers: a change of it would change both, which is not what was meant for one.
    @Test
    void what_an_anchor_shares_is_changed_for_all_or_left() {
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers:
                    - name: a
                      securityContext: &strict
                        runAsNonRoot: true
                    - name: b
                      securityContext: *strict
                """;
        var fixed = fix(pod, "readOnlyRootFilesystem: {required: true}");
        assertEquals(pod, fixed.text());
        assertEquals(2, fixed.left().size());
        assertTrue(
                fixed.left().getFirst().why().contains("anchor"),
                fixed.left().getFirst().why());
    }

    @Test
    void whatever_the_layout_the_rest_is_unchanged_and_the_patch_leads_there() {
        long seed = Long.getLong("gatehouse.seed", 1);
        var random = new Random(seed);
        for (int round = 0; round < 150; round++) {
            var pod = randomPod(random);
            var story = "seed " + seed + ", round " + round + "\n" + pod;
            var fixed = fix(pod, HARDENED);
            assertEquals(findings(pod, HARDENED) - fixed.fixed().size(), findings(fixed.text(), HARDENED), story);
            assertEquals(List.of(), fixed.left(), story);
            var kept = fixed.text().lines().toList();
            assertTrue(
                    kept.containsAll(pod.lines()
                            .filter(line -> line.contains("#") && !line.contains("{"))
                            .toList()),
                    story + "\n->\n" + fixed.text());
            assertEquals(fixed.text(), apply(pod, Patch.between("m", pod, fixed.text())), story);
        }
    }

    private static String randomPod(Random random) {
        var out = new StringBuilder("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n");
        int indent = 2 * random.nextInt(1, 3);
        var dash = " ".repeat(2 + (random.nextBoolean() ? 0 : 2));
        out.append("  # which run\n").append("  containers:\n");
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            if (random.nextInt(4) == 0) {
                out.append(dash).append("- {name: c").append(i).append(", env: [{name: A, value: \"}\"}]}\n");
                continue;
            }
            var key = dash + "  ";
            out.append(dash)
                    .append("- name: c")
                    .append(i)
                    .append(" # no. ")
                    .append(i)
                    .append('\n');
            if (random.nextBoolean()) {
                out.append(key)
                        .append("args:\n")
                        .append(key)
                        .append(random.nextBoolean() ? "" : "  ")
                        .append("- x\n");
            }
            switch (random.nextInt(5)) {
                case 0 -> out.append(key).append("securityContext: {allowPrivilegeEscalation: true}\n");
                case 1 ->
                    out.append(key)
                            .append("securityContext:\n")
                            .append(key)
                            .append(" ".repeat(indent))
                            .append("capabilities: {drop: [CHOWN]}\n");
                case 2 -> out.append(key).append("securityContext:\n");
                case 3 -> out.append(key).append("securityContext: null\n");
                default -> {}
            }
            if (random.nextBoolean()) {
                out.append(key).append("command:\n").append(key).append("  - |\n");
                out.append(key).append("    # not a comment\n").append(key).append("    run\n");
            }
            if (random.nextBoolean()) {
                out.append("\n").append(dash).append("# next\n");
            }
        }
        if (random.nextBoolean()) {
            out.append("  nodeName: n # at last\n");
        }
        return out.toString();
    }

    /// What `patch` does, as far as these patches need it.
    private static String apply(String text, String patch) {
        var lines = new ArrayList<>(List.of(text.split("(?<=\n)")));
        int at = 0;
        int shift = 0;
        for (var line : patch.split("(?<=\n)")) {
            if (line.startsWith("@@ ")) {
                at = Integer.parseInt(line.substring(4).split("[, ]")[0]) - 1 + shift;
            } else if (line.startsWith("--- ") || line.startsWith("+++ ") || line.isEmpty()) {
                continue;
            } else if (line.startsWith("-")) {
                assertEquals(line.substring(1), lines.remove(at));
                shift--;
            } else if (line.startsWith("+")) {
                lines.add(at++, line.substring(1));
                shift++;
            } else {
                assertEquals(line.substring(1), lines.get(at++));
            }
        }
        return String.join("", lines);
    }

    private static Fixed fix(String text, String asked) {
        var snapshot = snapshot(asked);
        var name = text.startsWith("{") ? "m.json" : "m.yaml";
        return ManifestFixer.fix(
                new Manifest(name, text.getBytes(StandardCharsets.UTF_8)), snapshot, one -> check(one, snapshot));
    }

    private static int findings(String text, String asked) {
        var name = text.startsWith("{") ? "m.json" : "m.yaml";
        var report = check(new Manifest(name, text.getBytes(StandardCharsets.UTF_8)), snapshot(asked));
        assertEquals(List.of(), report.problems());
        return report.judged().stream()
                .mapToInt(judged -> judged.decision().findings().size())
                .sum();
    }

    private static Report check(Manifest manifest, Snapshot snapshot) {
        return OfflineCheck.check(List.of(manifest), snapshot, "default", TODAY);
    }

    private static Snapshot snapshot(String asked) {
        var policy = "apiVersion: gatehouse.io/v1alpha1\nkind: ClusterWorkloadPolicy\nmetadata: {name: p}\nspec:\n"
                + "  mode: enforce\n  admission:\n" + asked.indent(4);
        var compilation = PolicyCompiler.compile(List.of(new SourceText("policy.yaml", policy)));
        return compilation
                .snapshot()
                .orElseThrow(() -> new AssertionError(DiagnosticPrinter.print(compilation.diagnostics())));
    }
}
