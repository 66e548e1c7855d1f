// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatehouseTest {
    private static final Path SHIPPED =
            Path.of(System.getProperty("gatehouse.root"), "policies/src/main/resources/io/gatehouse/policies");
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec: {containers: [{name: web, securityContext: {readOnlyRootFilesystem: %s}}]}
            """;
    private static final String POLICY = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata: {name: immutable}
            spec:
              mode: %s
              admission: {readOnlyRootFilesystem: {required: true}}
            """;

    @TempDir
    Path folder;

    private record Ran(int exit, String out, String err) {}

    @Test
    void check_exits_1_on_a_finding_in_either_mode_and_0_without() throws IOException {
        var bad = file("bad.yaml", POD.formatted("false"));
        var good = file("good.yaml", POD.formatted("true"));
        for (var mode : List.of("audit", "enforce")) {
            var policy = file(mode + ".yaml", POLICY.formatted(mode));
            assertEquals(1, run("check", "--policies", policy, bad).exit());
            assertEquals(0, run("check", "--policies", policy, good).exit());
            assertEquals(
                    mode.equals("audit") ? 0 : 1,
                    run("check", "--enforced-only", "--policies", policy, bad).exit());
        }
    }

    @Test
    void an_image_in_a_folder_is_looked_into_by_check_and_by_image_inspect() throws IOException {
        var layout = emptyImage("docker.io/library/app:1");
        var inspected = run("image", "inspect", layout);
        assertEquals(0, inspected.exit(), inspected.err());
        assertTrue(inspected.out().contains(": distroless; 0 layers"), inspected.out());
        assertTrue(run("image", "inspect", layout + ":docker.io/library/app:1", "--json")
                .out()
                .contains("\"distroless\" : true"));
        assertEquals(3, run("image", "inspect", layout + ":other").exit());
        assertEquals(2, run("image", "inspect", "No Image").exit());

        var policy = file("images.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: images}
                spec:
                  mode: enforce
                  admission: {distroless: {required: true}}
                """);
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: w}
                spec: {containers: [{name: c, image: "%s"}]}
                """;
        var known = file("known.yaml", pod.formatted("app:1"));
        var other = file("other.yaml", pod.formatted("other"));
        assertEquals(0, run("check", "-p", policy, "--images", layout, known).exit());
        var absent = run("check", "-p", policy, "--images", layout, other);
        assertEquals(1, absent.exit());
        assertTrue(absent.out().contains("holds no image docker.io/library/other:latest"), absent.out());
        var unasked = run("check", "-p", policy, known);
        assertEquals(1, unasked.exit());
        assertTrue(unasked.out().contains("nothing is known: --images was not given"), unasked.out());
        assertEquals(
                2, run("check", "-p", policy, "--images", "/nowhere", known).exit());
    }

    /// A layout of one image without layers.
    private String emptyImage(String name) throws IOException {
        var layout = folder.resolve("layout");
        var blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        var config = "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
        var manifest = "{\"schemaVersion\":2,\"config\":%s,\"layers\":[]}".formatted(descriptor(config, ""));
        for (var text : List.of(config, manifest)) {
            Files.writeString(blobs.resolve(sha256(text)), text);
        }
        Files.writeString(layout.resolve("oci-layout"), "{}");
        var named = ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + name + "\"}";
        Files.writeString(layout.resolve("index.json"), "{\"manifests\":[" + descriptor(manifest, named) + "]}");
        return layout.toString();
    }

    private static String descriptor(String text, String more) {
        return "{\"digest\":\"sha256:" + sha256(text) + "\",\"size\":" + text.length() + more + "}";
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void check_exits_2_if_anything_cannot_be_judged() throws IOException {
        var policy = file("p.yaml", POLICY.formatted("enforce"));
        var broken = file("broken.yaml", "a: [\n");
        var ran = run("check", "--policies", policy, broken);
        assertEquals(2, ran.exit());
        assertTrue(ran.out().contains("GH-1001"), ran.out());
        assertEquals(
                2,
                run("check", "--policies", file("q.yaml", "kind: Pod\n"), broken)
                        .exit());
        assertEquals(
                2,
                run("check", "--policies", folder.resolve("none").toString(), broken)
                        .exit());
        assertEquals(2, run("check", folder.resolve("none").toString()).exit());
        assertEquals(2, run("check").exit());
    }

    @Test
    void check_prints_the_patch_that_ends_what_it_can_and_writes_it_where_asked() throws IOException {
        var policy = file("policy.yaml", POLICY.formatted("enforce"));
        var manifest = file("bad.yaml", POD.formatted("false"));
        var before = Files.readString(Path.of(manifest));
        assertEquals(1, run("check", "-p", policy, manifest).exit());
        var printed = run("check", "--fix", "-p", policy, manifest);
        assertEquals(0, printed.exit(), printed.err());
        assertTrue(printed.out().startsWith("--- a/" + manifest.substring(1) + "\n"), printed.out());
        assertTrue(printed.out().contains("\n-"), printed.out());
        assertTrue(printed.err().contains("fixed spec.containers[0].securityContext"), printed.err());
        assertEquals(before, Files.readString(Path.of(manifest)), "nothing is written unasked");
        var written = run("check", "--fix", "--write", "-p", policy, manifest);
        assertEquals(printed.out(), written.out());
        assertEquals(0, run("check", "-p", policy, manifest).exit());
        assertEquals("", run("check", "--fix", "-p", policy, manifest).out());
        assertEquals(2, run("check", "--write", "-p", policy, manifest).exit());
    }

    @Test
    void check_tells_what_it_cannot_fix_and_why() throws IOException {
        var policy = file(
                "policy.yaml",
                "apiVersion: gatehouse.io/v1alpha1\nkind: ClusterWorkloadPolicy\nmetadata: {name: p}\n"
                        + "spec: {mode: enforce, admission: {privilege: {hostPID: false}}}\n");
        var manifest = file(
                "pod.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true, containers: [{name: a}]}\n");
        var ran = run("check", "--fix", "-p", policy, manifest);
        assertEquals(1, ran.exit());
        assertEquals("", ran.out());
        assertTrue(
                ran.err().contains(":4: not fixed spec.hostPID: the pod shares the node's process ids [f-"), ran.err());
        assertTrue(ran.err().contains("only its author knows"), ran.err());
    }

    @Test
    void an_exemption_is_honoured_by_check_and_told() throws IOException {
        var text = POLICY.formatted("enforce") + """
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterPolicyExemption
                metadata: {name: web-writes}
                spec:
                  policies: [%s]
                  match: {namespaces: [default]}
                  owner: jane
                  reason: until version 3
                  expires: "%s"
                """;
        var name = POLICY.replaceAll("(?s).*name: ([a-z-]+).*", "$1");
        var manifest = file("bad.yaml", POD.formatted("false"));
        var held = run("check", "-p", file("held.yaml", text.formatted(name, "9999-12-31")), manifest);
        assertEquals(0, held.exit(), held.out() + held.err());
        assertTrue(held.out().contains("until 9999-12-31 by web-writes of jane"), held.out());
        var over = run("check", "-p", file("over.yaml", text.formatted(name, "2020-01-01")), manifest);
        assertEquals(1, over.exit());
        assertTrue(over.err().contains("GH-1144"), over.err());
    }

    @Test
    void check_speaks_json() throws IOException {
        var ran = run("check", "--output", "json", file("bad.yaml", POD.formatted("false")));
        assertEquals(1, ran.exit());
        assertTrue(ran.out().startsWith("{"), ran.out());
        assertTrue(ran.out().contains("\"rule\" : \"admission.readOnlyRootFilesystem\""), ran.out());
    }

    @Test
    void the_shipped_policies_judge_their_own_examples() throws IOException {
        int judged = 0;
        try (var files = Files.walk(SHIPPED.resolve("immutable-pods"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                var kind = file.getParent().getFileName().toString();
                if (kind.equals("pass")) {
                    var ran = run("check", file.toString());
                    assertEquals(0, ran.exit(), ran.out());
                    judged++;
                } else if (kind.equals("fail")) {
                    var expected = Files.readAllLines(file).getFirst().replaceFirst("# expects: ", "");
                    var ran = run("check", file.toString());
                    assertEquals(1, ran.exit(), file + "\n" + ran.out());
                    assertTrue(
                            ran.out().contains("warning " + expected),
                            file + " expects " + expected + "\n" + ran.out());
                    assertTrue(ran.out().contains(", 1 finding,"), file + " is one change away\n" + ran.out());
                    judged++;
                }
            }
        }
        assertTrue(judged > 20, "only " + judged + " examples");
    }

    @Test
    void a_pulled_brake_lets_everything_through_and_is_told() throws IOException {
        var brake = """
                ---
                apiVersion: gatehouse.io/v1alpha1
                kind: EmergencyBrake
                metadata: {name: checkout-down}
                spec: {reason: checkout is down%s}
                """;
        var policy = POLICY.formatted("enforce");
        var pulled = file("pulled.yaml", policy + brake.formatted(", owner: jane"));
        var expired = file("expired.yaml", policy + brake.formatted(", expires: 2026-01-01"));
        var bad = file("pod.yaml", POD.formatted("false"));
        var told =
                "the emergency brake is pulled, every policy counts as audit: checkout-down: checkout is down (jane)";

        assertEquals(1, run("check", "--enforced-only", "-p", expired, bad).exit());
        var checked = run("check", "--enforced-only", "-p", pulled, bad);
        assertEquals(0, checked.exit(), checked.out());
        assertTrue(checked.err().contains(told), checked.err());

        assertTrue(run("policy", "check", pulled).out().endsWith(told + "\n"));
        assertTrue(run("policy", "check", expired).out().contains("has expired and does nothing: checkout-down"));
        assertTrue(run("policy", "explain", pulled).out().startsWith(told + "\n"));
        assertFalse(run("policy", "explain", pulled).out().contains("enforce"));
    }

    @Test
    void policy_explain_says_each_rule_with_mode_and_action() throws IOException {
        var policy = file("p.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p}
                spec: {mode: enforce, runtime: {reads: {forbid: [/etc/shadow], action: kill}, mounts: report}}
                """);
        var out = run("policy", "explain", policy).out();

        assertTrue(out.contains("  kernel: enforce reads.forbid, else kill: none of /etc/shadow\n"), out);
        assertTrue(out.contains("  kernel: enforce mounts, else report\n"), out);
    }

    @Test
    void policy_check_tells_everything_that_is_wrong() throws IOException {
        var good = run("policy", "check", file("p.yaml", POLICY.formatted("audit")));
        assertEquals(0, good.exit());
        assertTrue(good.out().startsWith("1 policy is in order, sha256:"), good.out());
        var bad = run("policy", "check", file("q.yaml", POLICY.formatted("perhaps") + "  unknown: 1\n"));
        assertEquals(2, bad.exit());
        assertTrue(bad.err().contains("perhaps") && bad.err().contains("unknown"), bad.err());
        assertEquals("", bad.out());
    }

    @Test
    void usage_that_is_wrong_exits_2_and_says_what_to_try() {
        var ran = run("chek");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("Did you mean: gatehouse check?"), ran.err());
        assertEquals(2, run().exit());
        assertEquals(2, run("policy").exit());
        assertEquals(2, run("check", "--output", "xml", "f").exit());
        assertEquals(2, run("webhook-config").exit());
        assertEquals(2, run("webhook-config", "--url", "http://x").exit());
        assertEquals(
                2,
                run("admission", "--policies", folder.toString(), "--listen", "nowhere")
                        .exit());
    }

    @Test
    void every_command_has_help_with_the_exit_codes() {
        for (var command :
                List.of("up", "agent", "doctor", "check", "policy", "admission", "webhook-config", "completion")) {
            var ran = run(command, "--help");
            assertEquals(0, ran.exit());
            assertTrue(ran.out().contains("70   a fault in gatehouse itself"), ran.out());
        }
    }

    @Test
    void help_is_broken_into_lines_once() {
        assertTrue(run("hook", "--help").out().contains("and wait until its rules\nare in force."));
    }

    @Test
    void the_version_names_the_build() {
        var ran = run("--version");
        assertEquals(0, ran.exit());
        assertTrue(
                ran.out().matches("(?s)gatehouse [0-9]+\\.[0-9]+\\.[0-9]+\\S*( \\(commit [0-9a-f]{12}\\))?\njava 25.*"),
                ran.out());
    }

    @Test
    void completion_is_a_script_that_bash_takes() throws Exception {
        var script = file("completion", run("completion").out());
        var bash = new ProcessBuilder("bash", "-n", script)
                .redirectErrorStream(true)
                .start();
        assertEquals("", new String(bash.getInputStream().readAllBytes()));
        assertEquals(0, bash.waitFor());
        assertTrue(Files.readString(Path.of(script)).contains("webhook-config"));
    }

    @Test
    void webhook_config_makes_its_authority_once() {
        var state = folder.resolve("state").toString();
        var first = run("webhook-config", "--service", "gatehouse-admission", "--state", state);
        assertEquals(0, first.exit());
        assertTrue(first.out().contains("caBundle: "), first.out());
        assertEquals(
                first.out(),
                run("webhook-config", "--service", "gatehouse-admission", "--state", state)
                        .out());
        assertEquals(
                3,
                run("webhook-config", "--service", "a", "--state", "/proc/none").exit());
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = Gatehouse.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Ran(line.execute(args), out.toString(), err.toString());
    }
}
