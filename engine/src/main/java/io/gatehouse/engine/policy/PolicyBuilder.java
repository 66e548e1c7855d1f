// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static io.gatehouse.engine.policy.Shaped.choice;
import static io.gatehouse.engine.policy.Shaped.exempt;
import static io.gatehouse.engine.policy.Shaped.flag;
import static io.gatehouse.engine.policy.Shaped.mode;
import static io.gatehouse.engine.policy.Shaped.section;
import static io.gatehouse.engine.policy.Shaped.sections;
import static io.gatehouse.engine.policy.Shaped.text;
import static io.gatehouse.engine.policy.Shaped.texts;

import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.Distroless;
import io.gatehouse.schemas.policy.AdmissionSection.Interactive;
import io.gatehouse.schemas.policy.AdmissionSection.PrivilegeSection;
import io.gatehouse.schemas.policy.AdmissionSection.Unknown;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.EnumMap;
import java.util.List;
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
                mode(spec),
                section(spec, "match").map(PolicyBuilder::match).orElse(Match.ALL),
                exempt(spec),
                section(spec, "admission").map(PolicyBuilder::admission),
                section(spec, "runtime").map(PolicyBuilder::runtime));
    }

    private static Match match(Node.Mapping match) {
        return new Match(
                texts(match, "namespaces"),
                section(match, "podSelector")
                        .flatMap(selector -> section(selector, "matchLabels"))
                        .map(Shaped::textMap)
                        .orElse(Map.of()),
                texts(match, "images"),
                texts(match, "containers"));
    }

    private static AdmissionSection admission(Node.Mapping admission) {
        return new AdmissionSection(
                section(admission, "readOnlyRootFilesystem")
                        .map(section -> flag(section, "required"))
                        .orElse(false),
                section(admission, "sensitiveMounts")
                        .map(section -> directories(section, "forbid"))
                        .orElse(List.of()),
                section(admission, "privilege").map(PolicyBuilder::privilege),
                section(admission, "distroless")
                        .filter(section -> flag(section, "required"))
                        .map(PolicyBuilder::distroless),
                section(admission, "interactive").map(PolicyBuilder::interactive),
                sections(admission, "deny").stream().map(PolicyBuilder::deny).toList(),
                section(admission, "imageReviews")
                        .flatMap(section -> text(section, "breakGlass"))
                        .filter("allow"::equals)
                        .isPresent());
    }

    private static AdmissionSection.Deny deny(Node.Mapping deny) {
        return new AdmissionSection.Deny(
                text(deny, "name").orElseThrow(),
                text(deny, "when").orElseThrow(),
                text(deny, "message").orElseThrow());
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

    private static Distroless distroless(Node.Mapping distroless) {
        return new Distroless(
                choice(Unknown.class, text(distroless, "unknown"), Unknown.REFUSE), texts(distroless, "allow"));
    }

    private static Interactive interactive(Node.Mapping interactive) {
        return new Interactive(
                denies(interactive, "exec"), denies(interactive, "attach"), denies(interactive, "ephemeralContainers"));
    }

    private static boolean denies(Node.Mapping section, String field) {
        return text(section, field).filter("deny"::equals).isPresent();
    }

    private static RuntimeSection runtime(Node.Mapping runtime) {
        return new RuntimeSection(
                section(runtime, "processes").map(PolicyBuilder::processes),
                section(runtime, "memory").map(PolicyBuilder::memory),
                section(runtime, "writes").map(PolicyBuilder::writes),
                section(runtime, "reads").map(reads -> new Reads(directories(reads, "forbid"), action(reads))),
                section(runtime, "network").map(PolicyBuilder::network),
                bans(runtime));
    }

    private static Processes processes(Node.Mapping processes) {
        return new Processes(
                texts(processes, "allow"),
                texts(processes, "forbid"),
                flag(processes, "fromImageOnly"),
                denies(processes, "shells"),
                denies(processes, "packageManagers"),
                section(processes, "interpreters")
                        .map(section -> new Interpreters(flag(section, "fromImageOnly"), texts(section, "programs"))),
                action(processes));
    }

    private static Memory memory(Node.Mapping memory) {
        return new Memory(denies(memory, "executable"), texts(memory, "jit"), action(memory));
    }

    private static Writes writes(Node.Mapping writes) {
        return new Writes(
                denies(writes, "rootFilesystem"),
                text(writes, "volumes").filter("declared"::equals).isPresent(),
                directories(writes, "allow"),
                directories(writes, "forbid"),
                action(writes));
    }

    private static Network network(Node.Mapping network) {
        return new Network(
                endpoints(network, "connect", "allow"),
                endpoints(network, "connect", "forbid").orElse(List.of()),
                endpoints(network, "bind", "allow"),
                endpoints(network, "listen", "allow"),
                action(network));
    }

    /// Absent where the list is; an empty list is a list.
    private static Optional<List<Endpoint>> endpoints(Node.Mapping network, String way, String field) {
        return section(network, way)
                .filter(section -> section.get(field).isPresent())
                .map(section -> texts(section, field).stream()
                        .map(PolicyBuilder::endpoint)
                        .toList());
    }

    private static Endpoint endpoint(String text) {
        return switch (EndpointText.read(text)) {
            case EndpointText.Outcome.Read(var endpoint) -> endpoint;
            case EndpointText.Outcome.Wrong wrong ->
                throw new IllegalStateException("an endpoint that was checked: " + wrong.what());
        };
    }

    private static Map<Ban, Action> bans(Node.Mapping runtime) {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        for (var ban : Ban.values()) {
            text(runtime, ban.field())
                    .ifPresent(written -> bans.put(ban, choice(Action.class, Optional.of(written), Action.DENY)));
        }
        return bans;
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
}
