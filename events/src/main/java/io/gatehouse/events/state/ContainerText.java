// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.state.Container.Mount;
import java.util.Collection;
import java.util.Map;

/// A container as the JSON of container events, which [ContainerNews] reads. Text is bytes, one char each.
final class ContainerText {
    private final StringBuilder out = new StringBuilder("{\"container\":{");
    private boolean first = true;

    private ContainerText() {}

    static String json(Container of) {
        var text = new ContainerText();
        text.text("id", of.id());
        text.text("full_id", of.fullId());
        text.plain("type", Integer.toString(of.kind().code()));
        text.text("name", of.name());
        text.text("image", of.image().name());
        text.text("imageid", of.image().id());
        text.text("imagerepo", of.image().repository());
        text.text("imagetag", of.image().tag());
        text.text("imagedigest", of.image().digest());
        text.plain("privileged", Boolean.toString(of.privileged()));
        text.plain("host_pid", Boolean.toString(of.hostPid()));
        text.plain("host_network", Boolean.toString(of.hostNetwork()));
        text.plain("host_ipc", Boolean.toString(of.hostIpc()));
        text.text("ip", of.ip());
        text.text("User", of.user());
        text.plain("created_time", Long.toString(of.createdSeconds()));
        text.texts("env", of.environment());
        text.texts("labels", of.labels());
        text.mounts(of.mounts());
        for (var probe : of.probes()) {
            text.key(probe.purpose().key());
            text.begin('{');
            text.text("exe", probe.exe());
            text.texts("args", probe.args());
            text.end('}');
        }
        text.text("pod_sandbox_id", of.sandbox().id());
        text.texts("pod_sandbox_labels", of.sandbox().labels());
        text.text("cni_json", of.sandbox().cniJson());
        text.plain("is_pod_sandbox", Boolean.toString(of.sandbox().self()));
        return text.out.append("}}").toString();
    }

    private void mounts(Collection<Mount> mounts) {
        key("Mounts");
        begin('[');
        for (var mount : mounts) {
            comma();
            begin('{');
            text("Source", mount.source());
            text("Destination", mount.destination());
            text("Mode", mount.mode());
            plain("RW", Boolean.toString(mount.writable()));
            text("Propagation", mount.propagation());
            end('}');
        }
        end(']');
    }

    private void texts(String key, Map<String, String> values) {
        key(key);
        begin('{');
        values.forEach(this::text);
        end('}');
    }

    private void texts(String key, Collection<String> values) {
        key(key);
        begin('[');
        for (var value : values) {
            comma();
            quote(value);
        }
        end(']');
    }

    private void text(String key, String value) {
        key(key);
        quote(value);
    }

    private void plain(String key, String value) {
        key(key);
        out.append(value);
    }

    private void key(String key) {
        comma();
        quote(key);
        out.append(':');
    }

    private void begin(char bracket) {
        out.append(bracket);
        first = true;
    }

    private void end(char bracket) {
        out.append(bracket);
        first = false;
    }

    private void comma() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
