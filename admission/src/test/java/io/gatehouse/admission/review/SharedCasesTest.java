// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Reading;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.PrivilegeSection;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The objects that other admission systems test themselves with, judged by ours. Where we say something else, it
/// stands in [#DIFFERENCES] with the reason; anything new fails.
class SharedCasesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);

    /// Each control of the suites as one of our policies asks it.
    private static final Map<String, AdmissionSection> ASKED = Map.ofEntries(
            entry("read-only-root-fs", Policies.READ_ONLY),
            entry("privileged", Policies.privilege(new PrivilegeSection(true, false, false, false, false))),
            entry(
                    "allow-privilege-escalation",
                    Policies.privilege(new PrivilegeSection(false, false, false, false, true))),
            entry("host-namespaces", Policies.privilege(new PrivilegeSection(false, true, true, true, false))),
            entry("host-namespaces-pid-ipc", Policies.privilege(new PrivilegeSection(false, true, true, false, false))),
            entry("host-pid-ipc", Policies.privilege(new PrivilegeSection(false, true, true, false, false))),
            entry("host-pid", Policies.privilege(new PrivilegeSection(false, true, false, false, false))),
            entry("host-network", Policies.privilege(new PrivilegeSection(false, false, false, true, false))),
            entry("sensitive-mount", Policies.mounts("/", "/etc", "/proc", "/sys", "/var/lib/kubelet", "/root")),
            entry(
                    "cri-socket",
                    Policies.mounts(
                            "/var/run/docker.sock",
                            "/run/containerd/containerd.sock",
                            "/run/crio/crio.sock",
                            "/run/cri-dockerd.sock")),
            entry("image-digest", condition("not ka.req.container.image regex \".*@sha256:[0-9a-f]{64}\"")),
            entry("ephemeral-containers", condition("ka.req.pod.ephemeralContainers.name exists")));

    private static final String GATEKEEPER = "gatekeeper/";
    private static final String ABOVE_VAR_RUN =
            "/var holds /var/run, which is a directory of its own on old nodes; theirs lists the sockets literally";
    private static final String NO_EXEMPT_IMAGES =
            "theirs exempts images by a parameter; ours names the images a policy is about";
    private static final String ONLY_V1 = "a v1beta1 review without uid and kind; only v1 is answered";
    private static final String NONE_SKIPPED = "theirs skips this kind of container by a parameter; ours skips none";

    /// File, document and control, and why we differ.
    private static final Map<String, String> DIFFERENCES = Map.ofEntries(
            entry("cel-admission-library/host-path.yaml#0 cri-socket", ABOVE_VAR_RUN),
            entry("cel-admission-library/host-path.yaml#1 cri-socket", ABOVE_VAR_RUN),
            entry(
                    GATEKEEPER + "allow-privilege-escalation/allow-privilege-escalation-exempted-path.yaml#0 "
                            + "allow-privilege-escalation",
                    NO_EXEMPT_IMAGES),
            entry(
                    GATEKEEPER + "read-only-root-filesystem/require-read-only-root-filesystem-exact-exemption.yaml#0 "
                            + "read-only-root-fs",
                    NO_EXEMPT_IMAGES),
            entry(
                    GATEKEEPER + "read-only-root-filesystem/wildcard-prefix-image-with-exempt-prefix-"
                            + "readOnlyRootFilesystem-not-required.yaml#0 read-only-root-fs",
                    NO_EXEMPT_IMAGES),
            entry(
                    GATEKEEPER + "allow-privilege-escalation/allow-privilege-escalation-update.yaml#0 "
                            + "allow-privilege-escalation",
                    ONLY_V1),
            entry(GATEKEEPER + "host-namespaces/host-namespace-update.yaml#0 host-namespaces-pid-ipc", ONLY_V1),
            entry(
                    GATEKEEPER + "privileged-containers/privileged-containers-disallowed-update.yaml#0 privileged",
                    ONLY_V1),
            entry("kubewarden/pod-privileged-policy/privileged_ephemeral_container.json#0 privileged", NONE_SKIPPED),
            entry("kubewarden/pod-privileged-policy/privileged_init_container.json#0 privileged", NONE_SKIPPED));

    private static AdmissionSection condition(String when) {
        return Policies.deny(new AdmissionSection.Deny("condition", when, "refused by a condition"));
    }

    @Test
    void every_case_agrees_or_is_a_known_difference() throws IOException {
        var root = System.getProperty("gatehouse.root");
        assumeTrue(root != null, "gatehouse.root is not set");
        var cases = Path.of(root, "..", "shared", "admission");
        assumeTrue(Files.isReadable(cases.resolve("expected.json")), "no upstream cases beside the project");

        var tallies = new TreeMap<String, int[]>();
        var unknown = new ArrayList<String>();
        var met = new HashSet<String>();
        var expected = read(cases.resolve("expected.json")).documents().getFirst();
        for (var one : items(expected, "cases")) {
            for (var expectation : items(one, "expect")) {
                var control = text(expectation, "control");
                if (!ASKED.containsKey(control)) {
                    continue;
                }
                var snapshot = Policies.snapshot(Policies.policy("p", Mode.ENFORCE, ASKED.get(control)));
                var seen = verdict(cases, one, snapshot);
                var tally = tallies.computeIfAbsent(control, _ -> new int[2]);
                if (seen.equals(text(expectation, "result"))) {
                    tally[0]++;
                    continue;
                }
                tally[1]++;
                var key = text(one, "file") + "#" + document(one) + " " + control;
                met.add(key);
                if (!DIFFERENCES.containsKey(key)) {
                    unknown.add(key + ": they say " + text(expectation, "result") + ", we say " + seen);
                }
            }
        }
        tallies.forEach(
                (control, tally) -> System.out.printf("%-28s %4d agree %3d differ%n", control, tally[0], tally[1]));
        new TreeMap<>(DIFFERENCES).forEach((key, why) -> System.out.println("differs: " + key + ": " + why));
        assertEquals("", String.join("\n", unknown));
        assertEquals(DIFFERENCES.keySet(), met, "a difference that is none any more");
        assertTrue(tallies.size() == ASKED.size(), "no case at all for some control: " + tallies.keySet());
    }

    /// `pass`, `fail`, or what kept us from judging.
    private static String verdict(Path cases, Node one, Snapshot snapshot) throws IOException {
        var reading = read(cases.resolve(text(one, "file")));
        if (!reading.diagnostics().isEmpty()) {
            return told(reading.diagnostics());
        }
        var document = (Node.Mapping) reading.documents().get(document(one));
        var read = switch (text(one, "form")) {
            case "AdmissionReview" -> ReviewReader.read(document);
            case "AdmissionRequest" -> ReviewReader.readRequest(document);
            default -> new ReviewReader.Outcome.Read(created(document));
        };
        return switch (read) {
            case ReviewReader.Outcome.Malformed(var diagnostics) -> told(diagnostics);
            case ReviewReader.Outcome.Read(var request) ->
                switch (Judge.decide(request, snapshot, TODAY)) {
                    case Judge.Outcome.Malformed(var diagnostics) -> told(diagnostics);
                    case Judge.Outcome.Judged(Decision.Deny denied) -> "fail";
                    case Judge.Outcome.Judged _ -> "pass";
                };
        };
    }

    private static String told(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(d -> d.code() + " " + d.message()).collect(Collectors.joining(", "));
    }

    private static ReviewRequest created(Node.Mapping object) {
        var apiVersion = text(object, "apiVersion");
        var group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        return new ReviewRequest(
                "uid",
                new Subject(group, text(object, "kind"), Optional.of("default"), ReviewReader.nameOf(object)),
                "",
                ReviewRequest.Operation.CREATE,
                Optional.of(object),
                Optional.empty(),
                false,
                "");
    }

    private static Reading read(Path path) throws IOException {
        return path.toString().endsWith(".json")
                ? JsonReader.read(path.toString(), Files.readAllBytes(path), JsonReader.Limits.DEFAULT)
                : YamlReader.read(new SourceText(path.toString(), Files.readString(path)));
    }

    private static List<Node> items(Node node, String field) {
        return ((Node.Sequence) ((Node.Mapping) node).get(field).orElseThrow()).items();
    }

    private static String text(Node node, String field) {
        return Fields.text((Node.Mapping) node, field).orElseThrow();
    }

    private static int document(Node one) {
        return Integer.parseInt(((Node.Number) ((Node.Mapping) one).get("doc").orElseThrow()).literal());
    }
}
