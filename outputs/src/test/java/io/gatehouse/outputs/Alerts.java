// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Sample alerts.
final class Alerts {
    static final Instant TIME = Instant.parse("2026-11-01T12:00:00.123456789Z");

    static final Alert.ContainerFacts WEB = new Alert.ContainerFacts(
            "4f2a".repeat(16), "nginx", Optional.of("docker.io/library/nginx:1.27"), "containerd");

    private Alerts() {}

    /// An alert with everything.
    static Alert full() {
        return new Alert(
                TIME,
                PolicyName.namespaced("shop", "nginx-immutable"),
                "processes.allow",
                Mode.ENFORCE,
                Verdict.DENY,
                Guarantee.PREVENTED,
                "nginx ran /bin/ls, which is not listed",
                Optional.of(new Alert.ProcessFacts(
                        "/bin/ls",
                        List.of("ls", "-l", "my file"),
                        true,
                        4711,
                        101,
                        List.of(new Alert.Ancestor("sh", 4700), new Alert.Ancestor("containerd-shim", 900)))),
                Optional.of(WEB),
                Optional.of(new Alert.PodFacts("shop", "web-0")));
    }

    /// An alert with nothing that may be absent, as from the gate.
    static Alert bare() {
        return new Alert(
                TIME,
                PolicyName.cluster("no-privilege"),
                "admission.privilege",
                Mode.AUDIT,
                Verdict.DENY,
                Guarantee.PREVENTED,
                "pod asks for hostPID",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static Alert of(Mode mode, Verdict verdict, Guarantee guarantee) {
        var full = full();
        return new Alert(
                TIME,
                full.policy(),
                full.rule(),
                mode,
                verdict,
                guarantee,
                full.message(),
                full.process(),
                full.container(),
                full.pod());
    }

    static Alert by(String exe) {
        return by(exe, WEB.id());
    }

    static Alert by(String exe, String containerId) {
        var full = full();
        return new Alert(
                TIME,
                full.policy(),
                full.rule(),
                full.mode(),
                full.verdict(),
                full.guarantee(),
                full.message(),
                Optional.of(new Alert.ProcessFacts(exe, List.of(exe), true, 1, 0, List.of())),
                Optional.of(new Alert.ContainerFacts(containerId, WEB.name(), WEB.image(), WEB.runtime())),
                full.pod());
    }

    /// Every text that a container chooses is `text`.
    static Alert hostile(String text) {
        return new Alert(
                TIME,
                PolicyName.cluster(text),
                text,
                Mode.AUDIT,
                Verdict.KILL,
                Guarantee.KILLED,
                text,
                Optional.of(new Alert.ProcessFacts(
                        text, List.of(text, ""), false, 1, 0, List.of(new Alert.Ancestor(text, 2)))),
                Optional.of(new Alert.ContainerFacts(text, text, Optional.of(text), text)),
                Optional.of(new Alert.PodFacts(text, text)));
    }

    static Entry.Suppressed suppressed() {
        return new Entry.Suppressed(
                TIME.plusSeconds(10),
                TIME,
                9_990,
                PolicyName.namespaced("shop", "nginx-immutable"),
                "processes.allow",
                Mode.ENFORCE,
                Verdict.DENY,
                Optional.of(WEB),
                Optional.of(new Alert.PodFacts("shop", "web-0")),
                Optional.of("/bin/ls"));
    }

    /// As Falco writes it.
    static RuleAlert match(String program, String container) {
        return new RuleAlert(
                TIME,
                "Read sensitive file",
                "Warning",
                "syscall",
                List.of("T1555"),
                "12:00:00.123456789: Warning Sensitive file opened (program=" + program + ")",
                "{\"hostname\":\"n1\",\"priority\":\"Warning\",\"rule\":\"Read sensitive file\"}",
                program,
                container,
                Optional.empty());
    }

    static RuleAlert answered(RuleAlert.Answer answer) {
        var match = match("cat", WEB.id());
        return new RuleAlert(
                match.time(),
                match.rule(),
                match.priority(),
                match.source(),
                match.tags(),
                match.text(),
                match.json(),
                match.program(),
                match.container(),
                Optional.of(answer));
    }

    static Entry.SuppressedMatches suppressedMatches() {
        return new Entry.SuppressedMatches(
                TIME.plusSeconds(10), TIME, 7, "Read sensitive file", "Warning", "cat", WEB.id());
    }

    static Entry.Lost lost() {
        return new Entry.Lost(TIME, 345, Entry.LossCause.QUEUE_FULL);
    }
}
