// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.Way;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Writes down what the gate is asked for, a line for each control and nothing for one that asks nothing.
final class GatePrinter {
    private final List<String> lines = new ArrayList<>();

    private GatePrinter() {}

    static List<String> lines(AdmissionSection asked) {
        var printer = new GatePrinter();
        printer.print(asked);
        return printer.lines;
    }

    private void print(AdmissionSection asked) {
        if (asked.readOnlyRootFilesystem()) {
            lines.add("readOnlyRootFilesystem");
        }
        asked.writable().ifPresent(this::writable);
        mounts(asked);
        asked.privilege().ifPresent(this::privilege);
        asked.distroless()
                .ifPresent(distroless -> lines.add("distroless, "
                        + distroless.unknown().text() + " what is unknown"
                        + (distroless.allow().isEmpty() ? "" : ", but " + String.join(" ", distroless.allow()))));
        asked.interactive()
                .filter(AdmissionSection.Interactive::deniesAny)
                .ifPresent(interactive -> lines.add("interactive: no "
                        + interactive.denied().stream().map(Way::field).collect(Collectors.joining(", "))));
        asked.volumes().ifPresent(this::volumes);
        asked.images().ifPresent(this::images);
        asked.environment().ifPresent(this::environment);
        if (asked.breakGlass()) {
            lines.add("imageReviews: a pod may break the glass");
        }
        for (var kind : asked.workloads()) {
            lines.add("workloads: " + kind.kind() + "." + kind.group() + " carries pods at "
                    + String.join(" ", kind.templates()));
        }
    }

    private void writable(AdmissionSection.Writable writable) {
        var parts = new ArrayList<String>();
        writable.paths().ifPresent(paths -> parts.add(orNothing("at ", paths)));
        writable.backing().ifPresent(backing -> parts.add("on " + String.join(" ", backing)));
        if (!writable.forbid().isEmpty()) {
            parts.add("not over " + String.join(" ", writable.forbid()));
        }
        lines.add("readOnlyRootFilesystem.writable: only " + String.join(", ", parts));
    }

    private void mounts(AdmissionSection asked) {
        var none = new ArrayList<>(asked.forbiddenMounts());
        if (asked.denyRuntimeSockets()) {
            none.add("sockets of runtimes");
        }
        if (!none.isEmpty()) {
            lines.add("sensitiveMounts: none of " + String.join(" ", none));
        }
    }

    private void privilege(PrivilegeSection privilege) {
        var demands = List.of(Setting.RUN_AS_NON_ROOT, Setting.PROC_MOUNT);
        var banned = privilege.settings().stream()
                .filter(setting -> !demands.contains(setting))
                .map(Setting::field)
                .collect(Collectors.joining(", "));
        var parts = new ArrayList<String>();
        if (!banned.isEmpty()) {
            parts.add("none of " + banned);
        }
        if (privilege.asks(Setting.RUN_AS_NON_ROOT)) {
            parts.add("runAsNonRoot");
        }
        if (privilege.asks(Setting.PROC_MOUNT)) {
            parts.add("procMount Default");
        }
        privilege.capabilities().ifPresent(capabilities -> capabilities(capabilities, parts));
        privilege.seccomp().ifPresent(profiles -> parts.add(profile("seccomp", profiles)));
        privilege.appArmor().ifPresent(profiles -> parts.add(profile("appArmor", profiles)));
        privilege.seLinuxTypes().ifPresent(types -> parts.add(orNothing("seLinux types ", types)));
        privilege.sysctls().ifPresent(sysctls -> parts.add(orNothing("sysctls ", sysctls)));
        privilege
                .hostPorts()
                .ifPresent(ports -> parts.add(orNothing(
                        "hostPorts ", ports.stream().map(Object::toString).toList())));
        if (!privilege.relaxed().isEmpty()) {
            parts.add("in user namespaces without "
                    + privilege.relaxed().stream().map(Setting::field).collect(Collectors.joining(", ")));
        }
        if (!parts.isEmpty()) {
            lines.add("privilege: " + String.join("; ", parts));
        }
    }

    private static void capabilities(PrivilegeSection.Capabilities capabilities, List<String> parts) {
        if (!capabilities.drop().isEmpty()) {
            parts.add("drop " + String.join(" ", capabilities.drop()));
        }
        capabilities.allow().ifPresent(allow -> parts.add(orNothing("add only ", allow)));
        if (!capabilities.forbid().isEmpty()) {
            parts.add("add none of " + String.join(" ", capabilities.forbid()));
        }
    }

    private static String profile(String what, PrivilegeSection.Profiles profiles) {
        return what
                + (profiles.required() ? " required" : "")
                + profiles.localhost()
                        .map(names -> orNothing(", of the node's only ", names))
                        .orElse("");
    }

    private void volumes(AdmissionSection.Volumes volumes) {
        volumes.allow().ifPresent(kinds -> lines.add("volumes: only " + String.join(" ", kinds)));
        volumes.hostPaths()
                .ifPresent(paths -> lines.add(orNothing(
                        "volumes.hostPaths: only ",
                        paths.stream()
                                .map(path -> path.path() + (path.readOnly() ? " (read-only)" : ""))
                                .toList())));
        if (volumes.boundedEmptyDir()) {
            lines.add("volumes.emptyDir: bounded");
        }
        if (volumes.denyBlockDevices()) {
            lines.add("volumes.blockDevices: none");
        }
    }

    private void images(AdmissionSection.ImageNames images) {
        images.allow().ifPresent(allow -> lines.add("images: only " + String.join(" ", allow)));
        if (!images.forbid().isEmpty()) {
            lines.add("images: none of " + String.join(" ", images.forbid()));
        }
        images.pinned().ifPresent(by -> {
            var text = by.name().toLowerCase(Locale.ROOT);
            lines.add("images.pinned: by " + text
                    + (by == AdmissionSection.Pinned.TAG ? ", not " + String.join(" ", images.movingTags()) : ""));
        });
        images.alwaysPull()
                .ifPresent(
                        which -> lines.add("images.alwaysPull: " + which.name().toLowerCase(Locale.ROOT)));
    }

    private void environment(AdmissionSection.Environment environment) {
        var none = new ArrayList<String>();
        if (environment.denySecrets()) {
            none.add("secrets");
        }
        if (environment.denyPlainSecrets()) {
            none.add("plainSecrets");
        }
        if (environment.denyLiterals()) {
            none.add("literals");
        }
        if (!none.isEmpty()) {
            lines.add("environment: no " + String.join(", ", none));
        }
    }

    private static String orNothing(String what, List<String> list) {
        return what + (list.isEmpty() ? "nothing" : String.join(" ", list));
    }
}
