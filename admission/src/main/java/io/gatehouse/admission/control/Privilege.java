// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Setting;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Fields that may have one value only: the settings of the `privilege` section.
///
/// A field whose default is harmless is a breach only where it says something else; one whose default is not
/// (`allowPrivilegeEscalation`, `hostUsers`, `automountServiceAccountToken`, `runAsNonRoot`) must be written.
record Privilege() implements Control {
    static final String RULE = "admission.privilege.";

    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");
    private static final List<String> HANDLERS = List.of("postStart", "preStop");
    private static final List<String> CALLS = List.of("httpGet", "tcpSocket");

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var privilege = plan.asked().privilege();
        if (privilege.isEmpty() || privilege.get().settings().isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var setting : privilege.get().settings()) {
            judge(setting, privilege.get(), arrival.pod(), covered, breaches);
        }
        return breaches;
    }

    private static void judge(
            Setting setting, PrivilegeSection asked, Pod pod, List<Container> covered, List<Breach> breaches) {
        if (asked.relaxed().contains(setting) && Fields.isFalse(Fields.value(pod.spec(), "hostUsers"))) {
            return;
        }
        switch (setting) {
            case HOST_PID -> shared(pod, setting, "shares the node's process ids", breaches);
            case HOST_IPC -> shared(pod, setting, "shares the node's inter-process communication", breaches);
            case HOST_NETWORK -> shared(pod, setting, "shares the node's network", breaches);
            case SHARE_PROCESS_NAMESPACE ->
                shared(pod, setting, "shows its containers each other's processes", breaches);
            case HOST_USERS -> unshared(pod, setting, "has the node's users: its root is the node's", breaches);
            case AUTOMOUNT_SERVICE_ACCOUNT_TOKEN ->
                unshared(pod, setting, "is handed a token for the API server", breaches);
            case HOST_PROCESS -> hostProcess(pod, covered, breaches);
            case PRIVILEGED -> {
                for (var container : covered) {
                    privileged(container, breaches);
                }
            }
            case ALLOW_PRIVILEGE_ESCALATION -> {
                if (!pod.isWindows()) {
                    for (var container : covered) {
                        escalation(container, breaches);
                    }
                }
            }
            case HOST_PROBES -> {
                for (var container : covered) {
                    probes(container, breaches);
                }
            }
            case RUN_AS_ROOT -> root(pod, covered, breaches);
            case RUN_AS_NON_ROOT -> nonRoot(pod, covered, breaches);
            case PROC_MOUNT -> {
                for (var container : covered) {
                    procMount(container, breaches);
                }
            }
        }
    }

    private static void shared(Pod pod, Setting setting, String does, List<Breach> breaches) {
        var seen = Fields.value(pod.spec(), setting.field());
        if (seen.isPresent() && !Fields.isFalse(seen)) {
            breaches.add(ofPod(
                    pod,
                    setting,
                    setting.field(),
                    seen,
                    "false",
                    "the pod " + does,
                    "set it to false or leave it out"));
        }
    }

    private static void unshared(Pod pod, Setting setting, String does, List<Breach> breaches) {
        var seen = Fields.value(pod.spec(), setting.field());
        boolean asked = setting != Setting.HOST_USERS || !pod.isWindows();
        if (asked && !Fields.isFalse(seen)) {
            breaches.add(ofPod(pod, setting, setting.field(), seen, "false", "the pod " + does, "set it to false"));
        }
    }

    private static void hostProcess(Pod pod, List<Container> covered, List<Breach> breaches) {
        var field = "windowsOptions.hostProcess";
        var ofPod = hostProcess(Fields.mapping(pod.spec(), "securityContext"));
        if (ofPod.isPresent() && !Fields.isFalse(ofPod)) {
            breaches.add(ofPod(
                    pod,
                    Setting.HOST_PROCESS,
                    "securityContext." + field,
                    ofPod,
                    "false",
                    "the pod runs as processes of the node",
                    "set it to false or leave it out"));
        }
        for (var container : covered) {
            var seen = hostProcess(Fields.mapping(container.node(), "securityContext"));
            if (seen.isPresent() && !Fields.isFalse(seen)) {
                breaches.add(breach(
                        container,
                        Setting.HOST_PROCESS,
                        "securityContext." + field,
                        seen,
                        "false",
                        container.words() + " runs as a process of the node",
                        "set it to false or leave it out",
                        seen.get().span()));
            }
        }
    }

    private static Optional<Node> hostProcess(Optional<Node.Mapping> securityContext) {
        return securityContext
                .flatMap(context -> Fields.mapping(context, "windowsOptions"))
                .flatMap(windows -> Fields.value(windows, "hostProcess"));
    }

    private static void privileged(Container container, List<Breach> breaches) {
        var seen = container.security("privileged");
        if (seen.isPresent() && !Fields.isFalse(seen)) {
            breaches.add(breach(
                    container,
                    Setting.PRIVILEGED,
                    "securityContext.privileged",
                    seen,
                    "false",
                    container.words() + " runs privileged",
                    "set it to false or leave it out",
                    seen.get().span()));
        }
    }

    private static void escalation(Container container, List<Breach> breaches) {
        var seen = container.security("allowPrivilegeEscalation");
        if (!Fields.isFalse(seen)) {
            breaches.add(breach(
                    container,
                    Setting.ALLOW_PRIVILEGE_ESCALATION,
                    "securityContext.allowPrivilegeEscalation",
                    seen,
                    "false",
                    container.words() + " may gain privileges",
                    "set it to false",
                    seen.isPresent() ? seen.get().span() : container.securitySpan()));
        }
    }

    private static void probes(Container container, List<Breach> breaches) {
        for (var probe : PROBES) {
            Fields.mapping(container.node(), probe).ifPresent(calls -> host(container, probe, calls, breaches));
        }
        var lifecycle = Fields.mapping(container.node(), "lifecycle");
        for (var handler : HANDLERS) {
            lifecycle
                    .flatMap(handlers -> Fields.mapping(handlers, handler))
                    .ifPresent(calls -> host(container, "lifecycle." + handler, calls, breaches));
        }
    }

    private static void host(Container container, String where, Node.Mapping calls, List<Breach> breaches) {
        for (var call : CALLS) {
            var seen = Fields.mapping(calls, call).flatMap(to -> Fields.value(to, "host"));
            if (seen.isPresent() && !(seen.get() instanceof Node.Text(var host, var _) && host.isEmpty())) {
                breaches.add(breach(
                        container,
                        Setting.HOST_PROBES,
                        where + "." + call + ".host",
                        seen,
                        Breach.UNSET,
                        container.words() + " has the kubelet call a host of its choice",
                        "leave it out; the pod itself is called then",
                        seen.get().span()));
            }
        }
    }

    private static void root(Pod pod, List<Container> covered, List<Breach> breaches) {
        var ofPod = pod.security("runAsUser");
        if (isRoot(ofPod)) {
            breaches.add(ofPod(
                    pod,
                    Setting.RUN_AS_ROOT,
                    "securityContext.runAsUser",
                    ofPod,
                    "another user than 0",
                    "the pod runs as root",
                    "name another user"));
        }
        for (var container : covered) {
            var seen = container.security("runAsUser");
            if (isRoot(seen)) {
                breaches.add(breach(
                        container,
                        Setting.RUN_AS_ROOT,
                        "securityContext.runAsUser",
                        seen,
                        "another user than 0",
                        container.words() + " runs as root",
                        "name another user",
                        seen.get().span()));
            }
        }
    }

    /// What is no number is not known to be another user.
    private static boolean isRoot(Optional<Node> user) {
        if (user.isEmpty()) {
            return false;
        }
        if (!(user.get() instanceof Node.Number(var literal, var _))) {
            return true;
        }
        try {
            return new BigDecimal(literal).signum() == 0;
        } catch (NumberFormatException _) {
            return true;
        }
    }

    /// A pod that says false is at fault even where each container says true: the next ephemeral container inherits it.
    private static void nonRoot(Pod pod, List<Container> covered, List<Breach> breaches) {
        var field = "securityContext.runAsNonRoot";
        var ofPod = pod.security("runAsNonRoot");
        boolean podSaysTrue = Fields.isTrue(ofPod);
        if (ofPod.isPresent() && !podSaysTrue) {
            breaches.add(ofPod(
                    pod, Setting.RUN_AS_NON_ROOT, field, ofPod, "true", "the pod may run as root", "set it to true"));
        }
        for (var container : covered) {
            var seen = container.security("runAsNonRoot");
            if (seen.isPresent() ? !Fields.isTrue(seen) : ofPod.isEmpty()) {
                breaches.add(breach(
                        container,
                        Setting.RUN_AS_NON_ROOT,
                        field,
                        seen,
                        "true",
                        container.words() + " may run as root",
                        "set it to true, here or for the pod",
                        seen.isPresent() ? seen.get().span() : container.securitySpan()));
            }
        }
    }

    private static void procMount(Container container, List<Breach> breaches) {
        var seen = container.security("procMount");
        if (seen.isPresent() && !(seen.get() instanceof Node.Text(var mount, var _) && mount.equals("Default"))) {
            breaches.add(breach(
                    container,
                    Setting.PROC_MOUNT,
                    "securityContext.procMount",
                    seen,
                    "\"Default\"",
                    container.words() + " sees what the runtime hides of /proc",
                    "set it to Default or leave it out",
                    seen.get().span()));
        }
    }

    private static Breach ofPod(
            Pod pod, Setting setting, String field, Optional<Node> seen, String wanted, String fact, String remedy) {
        return new Breach(
                RULE + setting.field(),
                pod.path() + "." + field,
                Fields.show(seen),
                wanted,
                fact,
                remedy,
                seen.map(Node::span).orElse(pod.spec().span()),
                Optional.empty());
    }

    private static Breach breach(
            Container container,
            Setting setting,
            String field,
            Optional<Node> seen,
            String wanted,
            String fact,
            String remedy,
            Span span) {
        return new Breach(
                RULE + setting.field(),
                container.path() + "." + field,
                Fields.show(seen),
                wanted,
                fact,
                remedy,
                span,
                Optional.of(container));
    }
}
