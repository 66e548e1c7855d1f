// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.Pod;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.engine.policy.Glob;
import io.gatehouse.schemas.policy.PrivilegeSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Profiles that confine a container: `privilege.seccomp` and `privilege.appArmor`. A container's own counts, else the
/// pod's; where none is required, saying nothing passes and saying `Unconfined` does not. Windows has neither.
record Profiles() implements Control {
    static final String SECCOMP = "admission.privilege.seccomp";
    static final String APP_ARMOR = "admission.privilege.appArmor";

    /// How AppArmor was asked for before it had a field; the API server still reads it.
    private static final String ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

    private static final String ANNOTATION_RUNTIME = "runtime/default";
    private static final String ANNOTATION_LOCALHOST = "localhost/";

    /// @param field of a security context
    /// @param what of a container, for messages
    private record Kind(String rule, String field, String what) {}

    private static final Kind OF_SECCOMP = new Kind(SECCOMP, "seccompProfile", "seccomp profile");
    private static final Kind OF_APP_ARMOR = new Kind(APP_ARMOR, "appArmorProfile", "AppArmor profile");

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().privilege();
        if (asked.isEmpty()
                || asked.get().seccomp().isEmpty() && asked.get().appArmor().isEmpty()) {
            return List.of();
        }
        var pod = arrival.pod();
        var breaches = new ArrayList<Breach>();
        asked.get().seccomp().ifPresent(profiles -> judge(OF_SECCOMP, profiles, pod, covered, breaches));
        asked.get().appArmor().ifPresent(profiles -> {
            judge(OF_APP_ARMOR, profiles, pod, covered, breaches);
            annotations(profiles, pod, covered, breaches);
        });
        return breaches;
    }

    private static void judge(
            Kind kind, PrivilegeSection.Profiles asked, Pod pod, List<Container> covered, List<Breach> breaches) {
        var ofPod = pod.security(kind.field());
        ofPod.filter(profile -> !confines(asked, profile))
                .ifPresent(profile -> breaches.add(
                        breach(kind, asked, pod.path() + ".securityContext.", profile, "the pod", Optional.empty())));
        for (var container : covered) {
            var own = container.security(kind.field());
            if (own.isPresent()) {
                if (!confines(asked, own.get())) {
                    breaches.add(breach(
                            kind,
                            asked,
                            container.path() + ".securityContext.",
                            own.get(),
                            container.words(),
                            Optional.of(container)));
                }
            } else if (asked.required() && ofPod.isEmpty() && !pod.isWindows() && !annotated(kind, pod, container)) {
                breaches.add(new Breach(
                        kind.rule(),
                        container.path() + ".securityContext." + kind.field(),
                        Breach.UNSET,
                        wanted(asked),
                        container.words() + " has no " + kind.what(),
                        "set type: RuntimeDefault, here or for the pod",
                        container.securitySpan(),
                        Optional.of(container)));
            }
        }
    }

    private static boolean confines(PrivilegeSection.Profiles asked, Node profile) {
        if (!(profile instanceof Node.Mapping mapping)) {
            return false;
        }
        return switch (Fields.text(mapping, "type").orElse("")) {
            case "RuntimeDefault" -> true;
            case "Localhost" ->
                allowed(asked, Fields.text(mapping, "localhostProfile").orElse(""));
            default -> false;
        };
    }

    private static boolean allowed(PrivilegeSection.Profiles asked, String name) {
        return asked.localhost().isEmpty()
                || asked.localhost().get().stream().anyMatch(glob -> Glob.matches(glob, name));
    }

    private static Breach breach(
            Kind kind,
            PrivilegeSection.Profiles asked,
            String prefix,
            Node profile,
            String who,
            Optional<Container> container) {
        var type = profile instanceof Node.Mapping mapping ? Fields.value(mapping, "type") : Optional.<Node>empty();
        var local = profile instanceof Node.Mapping mapping
                ? Fields.text(mapping, "localhostProfile").orElse("")
                : "";
        boolean ofNode =
                type.isPresent() && type.get() instanceof Node.Text(var word, var _) && word.equals("Localhost");
        return new Breach(
                kind.rule(),
                prefix + kind.field() + (ofNode ? ".localhostProfile" : ".type"),
                ofNode ? '"' + local + '"' : Fields.show(type),
                wanted(asked),
                ofNode
                        ? who + " has the " + kind.what() + " \"" + local + "\" of the node, which is not allowed"
                        : who + " is not confined by a " + kind.what(),
                "set type: RuntimeDefault",
                type.map(Node::span).orElse(profile.span()),
                container);
    }

    private static String wanted(PrivilegeSection.Profiles asked) {
        if (asked.localhost().filter(List::isEmpty).isPresent()) {
            return "RuntimeDefault";
        }
        return "RuntimeDefault or Localhost"
                + asked.localhost()
                        .map(names -> " of " + String.join(", ", names))
                        .orElse("");
    }

    private static void annotations(
            PrivilegeSection.Profiles asked, Pod pod, List<Container> covered, List<Breach> breaches) {
        for (var container : covered) {
            annotation(pod, container).ifPresent(value -> {
                var text = value instanceof Node.Text(var written, var _) ? written : "";
                boolean fine = text.isEmpty()
                        || text.equals(ANNOTATION_RUNTIME)
                        || text.startsWith(ANNOTATION_LOCALHOST)
                                && allowed(asked, text.substring(ANNOTATION_LOCALHOST.length()));
                if (!fine) {
                    breaches.add(annotated(asked, pod, container, value));
                }
            });
        }
    }

    private static Breach annotated(PrivilegeSection.Profiles asked, Pod pod, Container container, Node value) {
        Span span = value.span();
        var prefix = pod.path().substring(0, pod.path().length() - "spec".length());
        return new Breach(
                APP_ARMOR,
                prefix + "metadata.annotations[" + ANNOTATION + container.name() + "]",
                Fields.show(Optional.of(value)),
                wanted(asked),
                container.words() + " is not confined by an AppArmor profile",
                "remove the annotation, and set appArmorProfile of its security context",
                span,
                Optional.of(container));
    }

    private static boolean annotated(Kind kind, Pod pod, Container container) {
        return kind == OF_APP_ARMOR
                && annotation(pod, container)
                        .filter(value -> value instanceof Node.Text(var text, var _) && !text.isEmpty())
                        .isPresent();
    }

    private static Optional<Node> annotation(Pod pod, Container container) {
        return Fields.mapping(pod.node(), "metadata")
                .flatMap(metadata -> Fields.mapping(metadata, "annotations"))
                .flatMap(annotations -> Fields.value(annotations, ANNOTATION + container.name()));
    }
}
