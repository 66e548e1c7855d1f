// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Container.Mount;
import io.gatehouse.events.state.Scene;
import java.util.function.Function;
import java.util.function.Predicate;

/// The container that the task runs in, or that the event tells of. The host has an id and a name, too: `host`.
///
/// A container whose runtime has not told of it yet has an id only; all else is missing.
final class ContainerFields {
    private static final String HOST = "host";

    private ContainerFields() {}

    static void into(FieldTable table) {
        table.text("container.id", ContainerFields::id)
                .text("container.full_id", of(Container::fullId))
                .text("container.name", of(Container::name))
                .text("container.type", of(container -> container.kind().word()))
                .text("container.image", of(container -> container.image().name()))
                .text("container.image.id", of(container -> container.image().id()))
                .text(
                        "container.image.repository",
                        of(container -> container.image().repository()))
                .text("container.image.tag", of(container -> container.image().tag()))
                .text(
                        "container.image.digest",
                        of(container -> container.image().digest()))
                .number("container.privileged", truth(Container::privileged))
                .number("container.host_pid", truth(Container::hostPid))
                .number("container.host_network", truth(Container::hostNetwork))
                .number("container.host_ipc", truth(Container::hostIpc))
                .text("container.ip", of(Container::ip))
                .text("container.cni.json", of(container -> container.sandbox().cniJson()))
                .text("container.mounts", of(Container::mountsText))
                .asked("container.mount", mount(Mount::source, Mount::text))
                .asked("container.mount.source", mount(Mount::destination, Mount::source))
                .asked("container.mount.dest", mount(Mount::source, Mount::destination))
                .asked("container.mount.mode", mount(Mount::source, Mount::mode))
                .asked("container.mount.rdwr", mount(Mount::source, mount -> mount.writable() ? "true" : "false"))
                .asked("container.mount.propagation", mount(Mount::source, Mount::propagation))
                .asked(
                        "container.label",
                        label -> of(container -> container.labels().get(label)))
                .text("container.labels", of(Container::labelsText))
                .number("container.start_ts", scene -> started(scene))
                .number("container.duration", ContainerFields::age)
                .never("container.healthcheck", "container.liveness_probe", "container.readiness_probe")
                .number("proc.is_container_healthcheck", _ -> MISSING)
                .number("proc.is_container_liveness_probe", _ -> MISSING)
                .number("proc.is_container_readiness_probe", _ -> MISSING);
    }

    private static String id(Scene scene) {
        var container = scene.container();
        if (container != null) {
            return container.id();
        }
        var id = scene.containerId();
        return id != null && id.isEmpty() ? HOST : id;
    }

    static Reader.OfText<Scene> of(Function<Container, String> answer) {
        return scene -> {
            var container = scene.container();
            return container == null ? null : answer.apply(container);
        };
    }

    private static Reader.OfNumber<Scene> truth(Predicate<Container> answer) {
        return scene -> {
            var container = scene.container();
            return container == null ? MISSING : answer.test(container) ? 1 : 0;
        };
    }

    /// One mount: by place, or the first whose path fits the argument.
    ///
    /// @param where the path that the argument is about: a mount is asked by its source, but for the source itself,
    /// which is asked by destination
    private static Function<String, Reader<Scene>> mount(
            Function<Mount, String> where, Function<Mount, String> answer) {
        return argument -> {
            int index = ProcessFields.index(argument);
            if (index >= 0) {
                return of(container -> index < container.mounts().size()
                        ? answer.apply(container.mounts().get(index))
                        : null);
            }
            var pattern = new MountPattern(argument);
            return of(container -> first(container, where, pattern, answer));
        };
    }

    private static String first(
            Container container, Function<Mount, String> where, MountPattern pattern, Function<Mount, String> answer) {
        for (var mount : container.mounts()) {
            if (pattern.matches(where.apply(mount))) {
                return answer.apply(mount);
            }
        }
        return null;
    }

    /// When the first process of the pid namespace started; missing if that is not known.
    private static long started(Scene scene) {
        return scene.task() == null
                ? MISSING
                : ProcessFields.orMissing(scene.task().pidNamespaceStartNanos());
    }

    private static long age(Scene scene) {
        long started = started(scene);
        return started == MISSING ? MISSING : scene.event().timeNanos() - started;
    }
}
