// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static io.gatehouse.engine.policy.Shaped.choice;
import static io.gatehouse.engine.policy.Shaped.day;
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
import io.gatehouse.schemas.policy.AdmissionSection.Environment;
import io.gatehouse.schemas.policy.AdmissionSection.ImageNames;
import io.gatehouse.schemas.policy.AdmissionSection.Interactive;
import io.gatehouse.schemas.policy.AdmissionSection.Pinned;
import io.gatehouse.schemas.policy.AdmissionSection.Pulled;
import io.gatehouse.schemas.policy.AdmissionSection.Unknown;
import io.gatehouse.schemas.policy.AdmissionSection.Volumes;
import io.gatehouse.schemas.policy.AdmissionSection.Way;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import io.gatehouse.schemas.policy.AdmissionSection.Writable;
import io.gatehouse.schemas.policy.ControlMode;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Capabilities;
import io.gatehouse.schemas.policy.PrivilegeSection.Ports;
import io.gatehouse.schemas.policy.PrivilegeSection.Profiles;
import io.gatehouse.schemas.policy.PrivilegeSection.Setting;
import io.gatehouse.schemas.policy.Rollout;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
                section(spec, "match").map(Shaped::match).orElse(Match.ALL),
                exempt(spec),
                section(spec, "admission").map(PolicyBuilder::admission),
                section(spec, "runtime").map(PolicyBuilder::runtime),
                rollout(spec));
    }

    private static Rollout rollout(Node.Mapping spec) {
        return new Rollout(
                day(spec, "enforceFrom"),
                sections(spec, "controls").stream()
                        .map(PolicyBuilder::controlMode)
                        .toList(),
                texts(spec, "namespaceModes").stream()
                        .map(text -> choice(Mode.class, Optional.of(text), Mode.AUDIT))
                        .collect(Collectors.toSet()),
                texts(spec, "exemptionsFrom"));
    }

    private static ControlMode controlMode(Node.Mapping entry) {
        return new ControlMode(texts(entry, "names"), mode(entry), day(entry, "enforceFrom"));
    }

    private static AdmissionSection admission(Node.Mapping admission) {
        var root = section(admission, "readOnlyRootFilesystem");
        var mounts = section(admission, "sensitiveMounts");
        return new AdmissionSection(
                root.map(section -> flag(section, "required")).orElse(false),
                root.flatMap(section -> section(section, "writable")).map(PolicyBuilder::writable),
                mounts.map(section -> directories(section, "forbid")).orElse(List.of()),
                mounts.filter(section -> denies(section, "runtimeSockets")).isPresent(),
                section(admission, "privilege").map(PolicyBuilder::privilege),
                section(admission, "distroless")
                        .filter(section -> flag(section, "required"))
                        .map(PolicyBuilder::distroless),
                section(admission, "interactive").map(PolicyBuilder::interactive),
                section(admission, "volumes").map(PolicyBuilder::volumes),
                section(admission, "images").map(PolicyBuilder::images),
                section(admission, "environment").map(PolicyBuilder::environment),
                sections(admission, "workloads").stream()
                        .map(PolicyBuilder::workload)
                        .toList(),
                sections(admission, "deny").stream().map(PolicyBuilder::deny).toList(),
                section(admission, "imageReviews")
                        .flatMap(section -> text(section, "breakGlass"))
                        .filter("allow"::equals)
                        .isPresent());
    }

    private static Writable writable(Node.Mapping writable) {
        return new Writable(
                given(writable, "paths", PolicyBuilder::directories),
                given(writable, "backing", Shaped::texts),
                directories(writable, "forbid"));
    }

    private static Volumes volumes(Node.Mapping volumes) {
        return new Volumes(
                given(volumes, "allow", Shaped::texts),
                given(volumes, "hostPaths", Shaped::sections)
                        .map(paths ->
                                paths.stream().map(PolicyBuilder::hostPath).toList()),
                volumes.get("emptyDir").isPresent(),
                denies(volumes, "blockDevices"));
    }

    private static AdmissionSection.HostPath hostPath(Node.Mapping path) {
        return new AdmissionSection.HostPath(directory(text(path, "path").orElseThrow()), flag(path, "readOnly"));
    }

    private static ImageNames images(Node.Mapping images) {
        var moving = texts(images, "movingTags");
        return new ImageNames(
                given(images, "allow", Shaped::texts),
                texts(images, "forbid"),
                chosen(images, "pinned", Pinned.class),
                moving.isEmpty() ? List.of("latest") : moving,
                chosen(images, "alwaysPull", Pulled.class));
    }

    private static Environment environment(Node.Mapping environment) {
        return new Environment(
                denies(environment, "secrets"),
                denies(environment, "plainSecrets"),
                denies(environment, "literals"),
                inLowerCase(environment, "secretNames"),
                inLowerCase(environment, "allowNames"),
                texts(environment, "allowValues"));
    }

    private static List<String> inLowerCase(Node.Mapping section, String field) {
        return texts(section, field).stream()
                .map(text -> text.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static WorkloadKind workload(Node.Mapping workload) {
        return new WorkloadKind(
                text(workload, "group").orElseThrow(),
                text(workload, "kind").orElseThrow(),
                text(workload, "resource"),
                texts(workload, "templates"));
    }

    private static <E extends Enum<E>> Optional<E> chosen(Node.Mapping section, String field, Class<E> choices) {
        return text(section, field).map(word -> choice(choices, Optional.of(word), null));
    }

    /// Absent where the field is; an empty list is a list.
    private static <T> Optional<List<T>> given(
            Node.Mapping section, String field, BiFunction<Node.Mapping, String, List<T>> read) {
        return section.get(field).map(_ -> read.apply(section, field));
    }

    private static AdmissionSection.Deny deny(Node.Mapping deny) {
        return new AdmissionSection.Deny(
                text(deny, "name").orElseThrow(),
                text(deny, "when").orElseThrow(),
                text(deny, "message").orElseThrow());
    }

    /// A setting that is there has the one value that the schema takes.
    private static PrivilegeSection privilege(Node.Mapping privilege) {
        return new PrivilegeSection(
                Stream.of(Setting.values())
                        .filter(setting -> privilege.get(setting.field()).isPresent())
                        .toList(),
                section(privilege, "capabilities").map(PolicyBuilder::capabilities),
                section(privilege, "seccomp").map(seccomp -> profiles(seccomp, true)),
                section(privilege, "appArmor").map(appArmor -> profiles(appArmor, false)),
                section(privilege, "seLinux").map(seLinux -> texts(seLinux, "types")),
                section(privilege, "sysctls")
                        .map(sysctls -> texts(sysctls, "allow").stream()
                                .map(name -> name.replace('/', '.'))
                                .toList()),
                section(privilege, "hostPorts")
                        .map(ports -> texts(ports, "allow").stream()
                                .map(PolicyBuilder::ports)
                                .toList()),
                section(privilege, "userNamespaces").map(PolicyBuilder::relaxed).orElse(List.of()));
    }

    private static List<Setting> relaxed(Node.Mapping userNamespaces) {
        var named = texts(userNamespaces, "relax");
        return Stream.of(Setting.values())
                .filter(setting -> named.contains(setting.field()))
                .toList();
    }

    private static Capabilities capabilities(Node.Mapping capabilities) {
        return new Capabilities(
                capabilityNames(capabilities, "drop"),
                given(capabilities, "allow", PolicyBuilder::capabilityNames),
                capabilityNames(capabilities, "forbid"));
    }

    private static List<String> capabilityNames(Node.Mapping capabilities, String field) {
        return texts(capabilities, field).stream()
                .map(name -> name.startsWith("CAP_") ? name.substring("CAP_".length()) : name)
                .toList();
    }

    private static Profiles profiles(Node.Mapping profiles, boolean requiredWhereUnsaid) {
        return new Profiles(
                profiles.get("required").isPresent() ? flag(profiles, "required") : requiredWhereUnsaid,
                given(profiles, "localhost", Shaped::texts));
    }

    private static Ports ports(String written) {
        int hyphen = written.indexOf('-');
        int first = Integer.parseInt(hyphen < 0 ? written : written.substring(0, hyphen));
        return new Ports(first, hyphen < 0 ? first : Integer.parseInt(written.substring(hyphen + 1)));
    }

    private static Distroless distroless(Node.Mapping distroless) {
        return new Distroless(
                choice(Unknown.class, text(distroless, "unknown"), Unknown.REFUSE), texts(distroless, "allow"));
    }

    private static Interactive interactive(Node.Mapping interactive) {
        return new Interactive(Stream.of(Way.values())
                .filter(way -> denies(interactive, way.field()))
                .toList());
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
                text(writes, "rootMount").filter("readOnly"::equals).isPresent(),
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
        return texts(section, field).stream().map(PolicyBuilder::directory).toList();
    }

    private static String directory(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
