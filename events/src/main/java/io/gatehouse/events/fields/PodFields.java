// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Scene;
import java.util.function.Function;

/// The pod that the container is part of, as far as its runtime tells: by labels, and by the pod's sandbox container.
final class PodFields {
    private static final int SHORT_ID = 12;

    private PodFields() {}

    static void into(FieldTable table) {
        table.text("k8s.pod.name", label("io.kubernetes.pod.name"))
                .text("k8s.ns.name", label("io.kubernetes.pod.namespace"))
                .text("k8s.pod.id", label("io.kubernetes.pod.uid"))
                .text("k8s.pod.uid", label("io.kubernetes.pod.uid"))
                .text("k8s.pod.sandbox_id", ContainerFields.of(PodFields::sandboxId))
                .text(
                        "k8s.pod.full_sandbox_id",
                        ContainerFields.of(container -> container.sandbox().id()))
                .asked("k8s.pod.label", PodFields::podLabel)
                .text("k8s.pod.labels", scene -> {
                    var holder = labelHolder(scene);
                    return holder == null ? null : holder.podLabelsText();
                })
                .text("k8s.pod.ip", ofNetworked(Container::ip))
                .text(
                        "k8s.pod.cni.json",
                        ofNetworked(container -> container.sandbox().cniJson()))
                .never("k8s.rc.name", "k8s.rc.id", "k8s.rc.label", "k8s.rc.labels")
                .never("k8s.svc.name", "k8s.svc.id", "k8s.svc.label", "k8s.svc.labels")
                .never("k8s.ns.id", "k8s.ns.label", "k8s.ns.labels")
                .never("k8s.rs.name", "k8s.rs.id", "k8s.rs.label", "k8s.rs.labels")
                .never("k8s.deployment.name", "k8s.deployment.id", "k8s.deployment.label", "k8s.deployment.labels");
    }

    private static Reader.OfText<Scene> label(String name) {
        return ContainerFields.of(container -> container.labels().get(name));
    }

    private static String sandboxId(Container container) {
        var id = container.sandbox().id();
        return id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
    }

    private static Reader.OfText<Scene> podLabel(String name) {
        return scene -> {
            var container = scene.container();
            if (container == null) {
                return null;
            }
            var sandbox = sandbox(scene, container);
            var label = sandbox == null ? null : sandbox.sandbox().labels().get(name);
            return label != null ? label : container.sandbox().labels().get(name);
        };
    }

    private static Container labelHolder(Scene scene) {
        var container = scene.container();
        if (container == null) {
            return null;
        }
        var sandbox = sandbox(scene, container);
        return sandbox == null ? container : sandbox;
    }

    /// The network is told with the container itself or with the pod's sandbox.
    private static Reader.OfText<Scene> ofNetworked(Function<Container, String> answer) {
        return scene -> {
            var container = scene.container();
            if (container == null) {
                return null;
            }
            if (!container.sandbox().cniJson().isEmpty()) {
                return answer.apply(container);
            }
            var sandbox = sandbox(scene, container);
            return sandbox == null ? null : answer.apply(sandbox);
        };
    }

    /// The pod's sandbox container, for one that does not tell of the pod itself; null if that is not needed or not
    /// known.
    private static Container sandbox(Scene scene, Container container) {
        return container.sandbox().cniJson().isEmpty()
                ? scene.machine().containers().byId(sandboxId(container))
                : null;
    }
}
