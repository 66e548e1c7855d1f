// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.cli.generate.Action.AllCapabilities;
import io.gatehouse.cli.generate.Action.Capabilities;
import io.gatehouse.cli.generate.Action.MoreCapabilities;
import io.gatehouse.cli.generate.Action.Mount;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// The `config.json` of a container of the stage, in the words of the OCI runtime specification. No
/// rlimits: raising them needs a right that root may lack.
///
/// @param held the capabilities that this machine can give, in their kernel's order
record Bundle(String cgroup, List<String> program, Capabilities capabilities, List<Mount> mounts, List<String> held) {
    /// Of the first process and of all that are started in the container.
    static final List<String> ENVIRONMENT =
            List.of("PATH=/acts:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb");

    /// What container engines grant unless told otherwise.
    private static final List<String> USUAL = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_MKNOD",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_RAW",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_SETUID",
            "CAP_SYS_CHROOT");

    private static final List<String> HIDDEN =
            List.of("/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    Bundle {
        program = List.copyOf(program);
        mounts = List.copyOf(mounts);
        held = List.copyOf(held);
    }

    String json() throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("ociVersion", "1.0.2");
            json.writeStringField("hostname", "gatehouse-generate");
            json.writeObjectFieldStart("root");
            json.writeStringField("path", "root");
            json.writeBooleanField("readonly", false);
            json.writeEndObject();
            process(json);
            mounts(json);
            linux(json);
            json.writeEndObject();
        }
        return text.toString();
    }

    private boolean privileged() {
        return capabilities instanceof AllCapabilities;
    }

    private void process(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("process");
        json.writeBooleanField("terminal", false);
        json.writeObjectFieldStart("user");
        json.writeNumberField("uid", 0);
        json.writeNumberField("gid", 0);
        json.writeEndObject();
        json.writeStringField("cwd", "/");
        strings(json, "args", program);
        strings(json, "env", ENVIRONMENT);
        json.writeBooleanField("noNewPrivileges", false);
        json.writeObjectFieldStart("capabilities");
        for (var set : List.of("bounding", "effective", "permitted")) {
            strings(json, set, granted());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private List<String> granted() {
        return switch (capabilities) {
            case AllCapabilities _ -> held;
            case MoreCapabilities more -> {
                var all = new LinkedHashSet<>(USUAL);
                all.addAll(more.names());
                yield new ArrayList<>(all);
            }
        };
    }

    private void mounts(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("mounts");
        mount(json, "proc", "proc", "/proc", List.of());
        mount(json, "tmpfs", "tmpfs", "/dev", List.of("nosuid", "strictatime", "mode=755", "size=65536k"));
        mount(json, "devpts", "devpts", "/dev/pts", List.of("nosuid", "noexec", "newinstance", "mode=0620"));
        mount(json, "tmpfs", "shm", "/dev/shm", List.of("nosuid", "noexec", "nodev", "mode=1777"));
        mount(json, "mqueue", "mqueue", "/dev/mqueue", List.of("nosuid", "noexec", "nodev"));
        mount(json, "sysfs", "sysfs", "/sys", List.of("nosuid", "noexec", "nodev", "ro"));
        for (var mount : mounts) {
            mount(json, "bind", mount.from(), mount.to(), List.of("rbind", "ro"));
        }
        json.writeEndArray();
    }

    private static void mount(JsonGenerator json, String type, String source, String to, List<String> options)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
        json.writeStringField("source", source);
        json.writeStringField("destination", to);
        strings(json, "options", options);
        json.writeEndObject();
    }

    private void linux(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("linux");
        json.writeStringField("cgroupsPath", cgroup);
        json.writeArrayFieldStart("namespaces");
        for (var type : List.of("pid", "network", "ipc", "uts", "mount")) {
            json.writeStartObject();
            json.writeStringField("type", type);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("resources");
        json.writeArrayFieldStart("devices");
        json.writeStartObject();
        json.writeBooleanField("allow", privileged());
        json.writeStringField("access", "rwm");
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        strings(json, "maskedPaths", privileged() ? List.of() : HIDDEN);
        strings(json, "readonlyPaths", privileged() ? List.of() : READ_ONLY);
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (var value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
