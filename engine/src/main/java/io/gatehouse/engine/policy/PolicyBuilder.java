// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.PrivilegeSection;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Turns a document of the right shape into a policy, each default written out.
final class PolicyBuilder {
    private PolicyBuilder() {}

    static WorkloadPolicy build(Node.Mapping document) {
        var metadata = section(document, "metadata").orElseThrow();
        var spec = section(document, "spec").orElseThrow();
        return new WorkloadPolicy(
                new PolicyName(
                        text(metadata, "namespace"), text(metadata, "name").orElseThrow()),
                choice(Mode.class, text(spec, "mode"), Mode.AUDIT),
                section(spec, "match").map(PolicyBuilder::match).orElse(Match.ALL),
                sections(spec, "exempt").stream().map(PolicyBuilder::exemption).toList(),
                section(spec, "admission").map(PolicyBuilder::admission),
                section(spec, "runtime").map(PolicyBuilder::runtime));
    }

    private static Match match(Node.Mapping match) {
        return new Match(
                texts(match, "namespaces"),
                section(match, "podSelector")
                        .flatMap(selector -> section(selector, "matchLabels"))
                        .map(PolicyBuilder::textMap)
                        .orElse(Map.of()),
                texts(match, "images"),
                texts(match, "containers"));
    }

    private static Exemption exemption(Node.Mapping exemption) {
        return new Exemption(
                texts(exemption, "namespaces"),
                text(exemption, "reason").orElseThrow(),
                text(exemption, "expires").map(LocalDate::parse));
    }

    private static AdmissionSection admission(Node.Mapping admission) {
        return new AdmissionSection(
                section(admission, "readOnlyRootFilesystem")
                        .map(section -> flag(section, "required"))
                        .orElse(false),
                section(admission, "sensitiveMounts")
                        .map(section -> directories(section, "forbid"))
                        .orElse(List.of()),
                section(admission, "privilege").map(PolicyBuilder::privilege));
    }

    /// A field that is there says `false`; the schema takes nothing else.
    private static PrivilegeSection privilege(Node.Mapping privilege) {
        return new PrivilegeSection(
                privilege.get("privileged").isPresent(),
                privilege.get("hostPID").isPresent(),
                privilege.get("hostIPC").isPresent(),
                privilege.get("hostNetwork").isPresent(),
                privilege.get("allowPrivilegeEscalation").isPresent());
    }

    private static RuntimeSection runtime(Node.Mapping runtime) {
        return new RuntimeSection(
                section(runtime, "processes").map(PolicyBuilder::processes),
                section(runtime, "writes").map(PolicyBuilder::writes));
    }

    private static Processes processes(Node.Mapping processes) {
        return new Processes(texts(processes, "allow"), flag(processes, "fromImageOnly"), action(processes));
    }

    private static Writes writes(Node.Mapping writes) {
        return new Writes(
                text(writes, "rootFilesystem").orElseThrow().equals("deny"),
                directories(writes, "allow"),
                action(writes));
    }

    private static Action action(Node.Mapping section) {
        return choice(Action.class, text(section, "action"), Action.DENY);
    }

    /// Written with or without a slash at the end, a directory is the same directory.
    private static List<String> directories(Node.Mapping section, String field) {
        return texts(section, field).stream()
                .map(path -> path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path)
                .toList();
    }

    private static <E extends Enum<E>> E choice(Class<E> choices, Optional<String> written, E fallback) {
        return written.map(text -> Enum.valueOf(choices, text.toUpperCase(Locale.ROOT)))
                .orElse(fallback);
    }

    private static Optional<Node.Mapping> section(Node.Mapping owner, String field) {
        return owner.get(field).map(Node.Mapping.class::cast);
    }

    private static List<Node.Mapping> sections(Node.Mapping owner, String field) {
        return items(owner, field).stream().map(Node.Mapping.class::cast).toList();
    }

    private static Optional<String> text(Node.Mapping owner, String field) {
        return owner.get(field).map(node -> ((Node.Text) node).value());
    }

    private static List<String> texts(Node.Mapping owner, String field) {
        return items(owner, field).stream()
                .map(node -> ((Node.Text) node).value())
                .toList();
    }

    private static List<Node> items(Node.Mapping owner, String field) {
        return owner.get(field).map(node -> ((Node.Sequence) node).items()).orElse(List.of());
    }

    private static boolean flag(Node.Mapping owner, String field) {
        return owner.get(field).map(node -> ((Node.Bool) node).value()).orElse(false);
    }

    private static Map<String, String> textMap(Node.Mapping mapping) {
        var map = new LinkedHashMap<String, String>();
        mapping.entries().forEach(e -> map.put(e.key(), ((Node.Text) e.value()).value()));
        return map;
    }
}
