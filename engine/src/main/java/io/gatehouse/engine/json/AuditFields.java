// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.json.JsonPrinter.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The fields `ka.*` of an audit event. Without an `auditID` a document has none of them.
///
/// Where a request sets nothing for a container, the lists have no value for it, not an empty one: they
/// say which values there are, not which container has which.
final class AuditFields {
    private static final String REQUEST = "requestObject";

    /// The item whose values an argument asks for, or every item.
    @FunctionalInterface
    private interface Indexed {
        Object of(Node document, int index);
    }

    private static final Map<String, Function<Optional<String>, Answer>> ANSWERS = new HashMap<>();

    private AuditFields() {}

    /// @param argument as the field's form wants it
    static Answer answer(String field, Optional<String> argument) {
        var answers = ANSWERS.get(field);
        if (answers == null) {
            throw new IllegalArgumentException("no audit event answers " + field);
        }
        var answer = answers.apply(argument);
        return document -> Tree.get(document, "auditID") == null ? null : answer.of(document);
    }

    static {
        text("ka.auditid", "auditID");
        text("ka.stage", "stage");
        text("ka.auth.decision", "annotations", "authorization.k8s.io/decision");
        text("ka.auth.reason", "annotations", "authorization.k8s.io/reason");
        text("ka.auth.openshift.decision", "annotations", "authentication.openshift.io/decision");
        text("ka.auth.openshift.username", "annotations", "authentication.openshift.io/username");
        text(
                "ka.validations.admission.policy.failure",
                "annotations",
                "validation.policy.admission.k8s.io/validation_failure");
        text("ka.security.pod.violations", "annotations", "pod-security.kubernetes.io/audit-violations");
        text("ka.cluster.name", "annotations", "cluster_name");
        text("ka.user.name", "user", "username");
        texts("ka.user.groups", "user", "groups");
        text("ka.impuser.name", "impersonatedUser", "username");
        text("ka.verb", "verb");
        text("ka.uri", "requestURI");
        ANSWERS.put("ka.uri.param", name -> document -> parameter(document, name.orElse("")));
        text("ka.useragent", "userAgent");
        // It looks among the rules of a role, so that it never finds an address; 'jevt.value[/sourceIPs/0]' does.
        indexed("ka.sourceips", (document, index) -> ofRules(document, index, "sourceIPs"));
        text("ka.target.name", "objectRef", "name");
        text("ka.target.namespace", "objectRef", "namespace");
        text("ka.target.resource", "objectRef", "resource");
        text("ka.target.subresource", "objectRef", "subresource");
        put("ka.target.pod.name", AuditFields::createdPod);
        text("ka.resp.name", "responseObject", "metadata", "name");
        text("ka.response.code", "responseStatus", "code");
        text("ka.response.reason", "responseStatus", "reason");
    }

    static { // bindings, roles, config maps, services
        texts("ka.req.binding.subjects", REQUEST, "subjects");
        put("ka.req.binding.subjects.user_names", document -> Subjects.names(document, "User"));
        put("ka.req.binding.subjects.group_names", document -> Subjects.names(document, "Group"));
        put("ka.req.binding.subjects.serviceaccount_names", document -> Subjects.names(document, "ServiceAccount"));
        put("ka.req.binding.subjects.serviceaccount_ns_names", Subjects::accountsWithNamespace);
        put("ka.req.binding.subject.has_name", document -> "true"); // of every event: it was meant to be dropped once
        text("ka.req.binding.role", REQUEST, "roleRef", "name");
        texts("ka.req.role.rules", REQUEST, "rules");
        for (var part : List.of("apiGroups", "nonResourceURLs", "verbs", "resources")) {
            indexed("ka.req.role.rules." + part, (document, index) -> ofRules(document, index, part));
        }
        text("ka.req.configmap.name", "objectRef", "name");
        text("ka.req.configmap.obj", REQUEST, "data");
        text("ka.req.service.type", REQUEST, "spec", "type");
        present("ka.req.service.ports", REQUEST, "spec", "ports");
    }

    static { // pods
        text("ka.req.pod.host_ipc", REQUEST, "spec", "hostIPC");
        text("ka.req.pod.host_network", REQUEST, "spec", "hostNetwork");
        text("ka.req.container.host_network", REQUEST, "spec", "hostNetwork");
        text("ka.req.pod.host_pid", REQUEST, "spec", "hostPID");
        text("ka.req.pod.run_as_user", REQUEST, "spec", "securityContext", "runAsUser");
        text("ka.req.pod.run_as_group", REQUEST, "spec", "securityContext", "runAsGroup");
        text("ka.req.pod.fs_group", REQUEST, "spec", "securityContext", "fsGroup");
        texts("ka.req.pod.supplemental_groups", REQUEST, "spec", "securityContext", "supplementalGroups");
        present("ka.req.pod.volumes.hostpath", REQUEST, "spec", "volumes", "hostPath", "path");
        present("ka.req.pod.volumes.flexvolume_driver", REQUEST, "spec", "volumes", "flexVolume", "driver");
        indexed("ka.req.pod.volumes.volume_type", AuditFields::volumeTypes);
        ANSWERS.put("ka.req.volume.hostpath", path -> document -> mounts(document, path.orElse("")));
        put("ka.req.container.image", document -> first(Containers.images(document, "containers", 0)));
        put("ka.req.container.image.repository", document -> first(Containers.repositories(document, "containers", 0)));
        put("ka.req.container.privileged", AuditFields::anyPrivileged);
        for (var list : List.of("containers", "initContainers", "ephemeralContainers")) {
            containers("ka.req.pod." + list + ".", list);
        }
    }

    private static void containers(String prefix, String list) {
        var each = List.of(REQUEST, "spec", list);
        indexed(prefix + "name", (document, index) -> Containers.all(document, list, index, "name"));
        indexed(prefix + "image", (document, index) -> Containers.images(document, list, index));
        indexed(prefix + "image.repository", (document, index) -> Containers.repositories(document, list, index));
        indexed(prefix + "args", (document, index) -> Containers.lines(document, list, index, "args"));
        indexed(prefix + "command", (document, index) -> Containers.lines(document, list, index, "command"));
        indexed(prefix + "host_port", (document, index) -> Containers.hostPorts(document, list, index));
        present(prefix + "privileged", each, "securityContext", "privileged");
        present(prefix + "allow_privilege_escalation", each, "securityContext", "allowPrivilegeEscalation");
        present(prefix + "read_only_fs", each, "securityContext", "readOnlyRootFilesystem");
        present(prefix + "run_as_user", each, "securityContext", "runAsUser");
        present(prefix + "run_as_group", each, "securityContext", "runAsGroup");
        present(prefix + "proc_mount", each, "securityContext", "procMount");
        present(prefix + "add_capabilities", each, "securityContext", "capabilities", "add");
        indexed(prefix + "eff_run_as_user", (document, index) -> Containers.or(document, list, index, "runAsUser"));
        indexed(prefix + "eff_run_as_group", (document, index) -> Containers.or(document, list, index, "runAsGroup"));
    }

    private static void put(String field, Answer answer) {
        ANSWERS.put(field, argument -> answer);
    }

    private static void text(String field, String... keys) {
        put(field, document -> one(Tree.get(document, keys)));
    }

    /// A sequence, every item of it.
    private static void texts(String field, String... keys) {
        put(
                field,
                document -> Tree.get(document, keys) instanceof Node.Sequence(var items, var _) ? many(items) : null);
    }

    private static void indexed(String field, Indexed answer) {
        ANSWERS.put(field, argument -> {
            int index = argument.map(AuditFields::index).orElse(Tree.EVERY_ITEM);
            return document -> answer.of(document, index);
        });
    }

    /// An index too large for a number is behind the end of every list.
    private static int index(String digits) {
        int index = Tree.index(digits);
        return index < 0 ? Integer.MAX_VALUE : index;
    }

    private static void present(String field, List<String> each, String... keys) {
        var all = new ArrayList<>(each);
        all.addAll(List.of(keys));
        present(field, all.toArray(String[]::new));
    }

    /// The values there are, without the items that have none.
    private static void present(String field, String... keys) {
        var path = List.of(keys);
        indexed(field, (document, index) -> {
            var found = Tree.values(document, index, path);
            return found == null ? null : many(found);
        });
    }

    static String one(Node node) {
        return node == null ? null : Answer.text(Tree.text(node, Form.API_SERVER));
    }

    private static String[] many(List<Node> nodes) {
        var texts = new ArrayList<String>(nodes.size());
        for (var node : nodes) {
            if (node != null) {
                texts.add(Tree.text(node, Form.API_SERVER));
            }
        }
        return Answer.texts(texts);
    }

    private static String first(String[] texts) {
        return texts == null ? null : texts[0];
    }

    private static String parameter(Node document, String name) {
        var uri = Tree.get(document, "requestURI");
        return uri == null ? null : Uri.parameter(one(uri), name);
    }

    private static String createdPod(Node document) {
        var target = Tree.get(document, "objectRef");
        boolean pod = Tree.get(target, "resource") instanceof Node.Text(var resource, var _) && resource.equals("pods");
        boolean whole = !(Tree.get(target, "subresource") instanceof Node.Text(var subresource, var _))
                || subresource.isEmpty();
        return pod && whole ? one(Tree.get(document, "responseObject", "metadata", "name")) : null;
    }

    private static String[] ofRules(Node document, int index, String part) {
        var found = Tree.values(document, index, List.of(REQUEST, "rules", part));
        if (found == null) {
            return null;
        }
        var items = new ArrayList<Node>();
        for (var node : found) {
            if (node instanceof Node.Sequence(var more, var _)) {
                items.addAll(more);
            }
        }
        return many(items);
    }

    /// The names of the keys beside `name`: what kind of volume it is, and whatever else stands there.
    private static String[] volumeTypes(Node document, int index) {
        var volumes = Tree.get(document, REQUEST, "spec", "volumes");
        if (volumes == null) {
            return null;
        }
        var types = new ArrayList<String>();
        for (var volume : chosen(volumes, index)) {
            if (volume instanceof Node.Mapping(var entries, var _)) {
                entries.stream()
                        .map(Node.Entry::key)
                        .filter(key -> !key.equals("name"))
                        .forEach(types::add);
            }
        }
        return Answer.texts(types);
    }

    private static List<Node> chosen(Node volumes, int index) {
        if (!(volumes instanceof Node.Sequence(var items, var _))) {
            return List.of(volumes);
        }
        if (index == Tree.EVERY_ITEM) {
            return items;
        }
        return index < items.size() ? List.of(items.get(index)) : List.of();
    }

    /// Whether a host path is mounted: that of the argument, or with `*` at its end one that begins so.
    private static String mounts(Node document, String wanted) {
        var found = Tree.values(document, Tree.EVERY_ITEM, List.of(REQUEST, "spec", "volumes", "hostPath", "path"));
        if (found == null) {
            return null;
        }
        boolean prefix = wanted.endsWith("*");
        var start = prefix ? wanted.substring(0, wanted.length() - 1) : wanted;
        for (var node : found) {
            var path = one(node);
            if (path != null && (path.equals(wanted) || prefix && path.startsWith(start))) {
                return "true";
            }
        }
        return "false";
    }

    private static String anyPrivileged(Node document) {
        var path = List.of(REQUEST, "spec", "containers", "securityContext", "privileged");
        var found = Tree.values(document, Tree.EVERY_ITEM, path);
        if (found == null) {
            return null;
        }
        for (var node : found) {
            if (node instanceof Node.Bool(boolean privileged, var _) && privileged) {
                return "true";
            }
        }
        return "false";
    }
}
