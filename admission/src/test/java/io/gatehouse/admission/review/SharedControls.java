// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static java.util.Map.entry;

import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Each control of the shared suites, with its parameters, as the `admission` section of one of our policies.
final class SharedControls {
    private static final String BASELINE_VOLUMES =
            "[configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret, image]";
    private static final String SELINUX = "[container_t, container_init_t, container_kvm_t, container_engine_t]";

    private static final String BASELINE = "privileged: false, hostPID: false, hostIPC: false, hostNetwork: false, "
            + "hostPorts: {allow: []}, hostProcess: false, hostProbes: false, procMount: Default, "
            + "seLinux: {types: " + SELINUX + "}, sysctls: {allow: [safe]}, appArmor: {}";
    private static final String RESTRICTED =
            BASELINE + ", capabilities: {drop: [ALL], allow: [NET_BIND_SERVICE]}, seccomp: {}, "
                    + "allowPrivilegeEscalation: false, runAsNonRoot: true, runAsRoot: false, "
                    + "userNamespaces: {relax: [runAsNonRoot, runAsRoot]}";

    /// Those that take no parameters.
    private static final Map<String, String> PLAIN = Map.ofEntries(
            entry(
                    "profile:baseline",
                    "{privilege: {" + BASELINE + ", capabilities: {allow: [baseline]}, seccomp: {required: false}, "
                            + "userNamespaces: {relax: [procMount]}}, "
                            + "volumes: {hostPaths: []}}"),
            entry(
                    "profile:restricted",
                    "{privilege: {" + RESTRICTED + "}, volumes: {allow: " + BASELINE_VOLUMES + "}}"),
            entry("read-only-root-fs", "{readOnlyRootFilesystem: {required: true}}"),
            entry("privileged", privilege("privileged: false")),
            entry("allow-privilege-escalation", privilege("allowPrivilegeEscalation: false")),
            entry("host-namespaces", privilege("hostPID: false, hostIPC: false, hostNetwork: false")),
            entry("host-namespaces-pid-ipc", privilege("hostPID: false, hostIPC: false")),
            entry("host-pid-ipc", privilege("hostPID: false, hostIPC: false")),
            entry("host-pid", privilege("hostPID: false")),
            entry("host-ipc", privilege("hostIPC: false")),
            entry("host-network", privilege("hostNetwork: false")),
            entry("share-process-namespace", privilege("shareProcessNamespace: false")),
            entry("host-process", privilege("hostProcess: false")),
            entry("host-probes", privilege("hostProbes: false")),
            entry("proc-mount", privilege("procMount: Default, userNamespaces: {relax: [procMount]}")),
            entry("proc-mount-restricted", privilege("procMount: Default")),
            entry("run-as-non-root", privilege("runAsNonRoot: true, userNamespaces: {relax: [runAsNonRoot]}")),
            entry("run-as-user", privilege("runAsRoot: false, userNamespaces: {relax: [runAsRoot]}")),
            entry("automount-service-account-token", privilege("automountServiceAccountToken: false")),
            entry("capabilities-baseline", privilege("capabilities: {allow: [baseline]}")),
            entry("capabilities-restricted", privilege("capabilities: {drop: [ALL], allow: [NET_BIND_SERVICE]}")),
            entry("capabilities-add-restricted", privilege("capabilities: {allow: [NET_BIND_SERVICE]}")),
            entry("drop-all-capabilities", privilege("capabilities: {drop: [ALL]}")),
            entry("drop-net-raw", privilege("capabilities: {drop: [NET_RAW]}")),
            entry("seccomp-baseline", privilege("seccomp: {required: false}")),
            entry("seccomp-restricted", privilege("seccomp: {required: true}")),
            entry("sysctls", privilege("sysctls: {allow: [safe]}")),
            entry("sensitive-mount", mounts("[/, /etc, /proc, /sys, /var/lib/kubelet, /root]")),
            entry("cri-socket", "{sensitiveMounts: {runtimeSockets: deny}}"),
            entry("host-path", "{volumes: {hostPaths: []}}"),
            entry("host-path-read-only", "{volumes: {hostPaths: [{path: /, readOnly: true}]}}"),
            entry("emptydir-bounded", "{volumes: {emptyDir: bounded}}"),
            entry("image-digest", "{images: {pinned: digest}}"),
            entry("secret-env", "{environment: {secrets: deny}}"),
            entry("ephemeral-containers", "{interactive: {ephemeralContainers: deny}}"),
            entry("interactive", "{interactive: {terminal: deny}}"));

    /// Controls of theirs that none of ours says, and why.
    static final Map<String, String> NOT_OURS = Map.of(
            "exec",
            "said as rules over audit events: ExecCasesTest",
            "ephemeral-storage-limit",
            "amounts of resources are not compared; LimitRange and ResourceQuota of Kubernetes are there for that");

    private SharedControls() {}

    /// Empty for a control that is not ours.
    static Optional<String> section(String control, Node.Mapping params) {
        if (NOT_OURS.containsKey(control)) {
            return Optional.empty();
        }
        var plain = PLAIN.get(control);
        return Optional.of(plain != null ? plain : withParameters(control, params));
    }

    private static String withParameters(String control, Node.Mapping params) {
        return switch (control) {
            case "writable-mounts" ->
                "{readOnlyRootFilesystem: {required: false, writable: {paths: " + list(params, "allowedWritablePaths")
                        + "}}}";
            case "volume-types" ->
                "{volumes: {allow: "
                        + (params.get("allowedTypes").isPresent() ? list(params, "allowedTypes") : BASELINE_VOLUMES)
                        + "}}";
            case "host-path-allow-list" -> "{volumes: {hostPaths: [" + hostPaths(params) + "]}}";
            case "docker-socket-label" ->
                "{deny: [{name: socket, message: m, when: 'ka.req.pod.volumes.hostpath intersects (/var/run/docker.sock) "
                        + "and not jevt.value[/requestObject/metadata/labels/allow-docker] = true'}]}";
            case "host-ports" ->
                privilege("hostPorts: {allow: " + hostPorts(params) + "}"
                        + (Fields.isFalse(Fields.value(params, "hostNetwork")) ? ", hostNetwork: false" : ""));
            case "capabilities" ->
                privilege("capabilities: {allow: " + list(params, "allowedCapabilities")
                        + (params.get("requiredDropCapabilities").isPresent()
                                ? ", drop: " + list(params, "requiredDropCapabilities")
                                : "")
                        + "}");
            case "capabilities-denied" ->
                privilege("capabilities: {forbid: " + list(params, "deniedCapabilities") + "}");
            case "apparmor" -> privilege("appArmor: {}");
            case "seccomp" ->
                privilege("seccomp: {required: "
                        + !texts(params, "allowedProfiles").contains("not configured") + "}");
            case "selinux" ->
                privilege("seLinux: {types: "
                        + (params.get("allowedTypes").isPresent() ? list(params, "allowedTypes") : SELINUX) + "}");
            case "image-tag" ->
                "{images: {pinned: tag"
                        + (params.get("deniedTags").isPresent() ? ", movingTags: " + list(params, "deniedTags") : "")
                        + "}}";
            case "image-pull-policy" ->
                "{images: {alwaysPull: " + (texts(params, "requireAlwaysFor").contains("*") ? "all" : "moving") + "}}";
            case "image-registry", "image-registry-deny" -> {
                var patterns = new ArrayList<String>();
                for (var param : params.entries()) {
                    patterns.addAll(texts(params, param.key()));
                }
                yield "{images: {" + (control.endsWith("deny") ? "forbid" : "allow") + ": " + list(patterns) + "}}";
            }
            case "plaintext-secret-env" ->
                "{environment: {plainSecrets: deny"
                        + (params.get("allowedValues").isPresent()
                                ? ", allowValues: " + list(params, "allowedValues")
                                        + ", secretNames: "
                                        + list(texts(params, "sensitiveKeyNames").stream()
                                                .map(name -> "*" + name + "*")
                                                .toList())
                                : "")
                        + "}}";
            default -> throw new IllegalStateException("no section for " + control);
        };
    }

    private static String privilege(String settings) {
        return "{privilege: {" + settings + "}}";
    }

    private static String mounts(String paths) {
        return "{sensitiveMounts: {forbid: " + paths + "}}";
    }

    /// Without parameters: no path.
    private static String hostPaths(Node.Mapping params) {
        return Fields.mappings(params, "allowedHostPaths").stream()
                .map(path -> "{path: " + Fields.text(path, "pathPrefix").orElseThrow() + ", readOnly: "
                        + Fields.isTrue(Fields.value(path, "readOnly")) + "}")
                .collect(Collectors.joining(", "));
    }

    private static String hostPorts(Node.Mapping params) {
        var range = Fields.items(params, "allowedRange");
        if (!range.isEmpty()) {
            return "[\"" + number(range.get(0)) + "-" + number(range.get(1)) + "\"]";
        }
        return params.get("min").isPresent()
                ? "[\"" + number(params.get("min").get()) + "-"
                        + number(params.get("max").orElseThrow()) + "\"]"
                : "[]";
    }

    private static String number(Node node) {
        return ((Node.Number) node).literal();
    }

    private static String list(Node.Mapping params, String field) {
        return list(texts(params, field));
    }

    private static String list(List<String> texts) {
        return texts.stream().map(text -> '"' + text + '"').collect(Collectors.joining(", ", "[", "]"));
    }

    private static List<String> texts(Node.Mapping params, String field) {
        return Fields.items(params, field).stream()
                .map(item -> ((Node.Text) item).value())
                .toList();
    }
}
