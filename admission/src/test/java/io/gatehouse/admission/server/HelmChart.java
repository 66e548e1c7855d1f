// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes the Helm chart in `deploy/chart` from the manifests beside it: the same text, with values where somebody may
/// want another. And renders it, as far as it uses Helm's language: `{{ .Values.x.y }}`, `{{ .Release.Namespace }}`,
/// and `{{- if … }}` to `{{- end }}` on lines of their own, not inside each other.
final class HelmChart {
    /// What becomes a value, by its text in the manifests, and its name and default.
    private record Value(String text, String template, String name, String initial) {
        /// A text that is found once a file or not at all.
        static Value of(String before, String initial, String after, String name) {
            return new Value(before + initial + after, before + "{{ .Values." + name + " }}" + after, name, initial);
        }
    }

    private static final String NAMESPACE = "gatehouse-system";
    private static final List<Value> VALUES = List.of(
            new Value(
                    "image: gatehouse/gatehouse\n",
                    "image: {{ .Values.image.name }}:{{ .Values.image.tag }}\n",
                    "image.name",
                    "gatehouse/gatehouse"),
            Value.of("replicas: ", "3", "\n", "admission.replicas"),
            Value.of("minAvailable: ", "2", "\n", "admission.minAvailable"),
            Value.of("secretName: ", "gatehouse-admission-certificate", ",", "admission.certificateSecret"),
            Value.of("-Xmx", "128m", " -XX:+UseCompact", "admission.heap"),
            Value.of("limits: {memory: ", "384Mi", ",", "admission.memoryLimit"),
            Value.of("configMap: {name: ", "gatehouse-policies", "}", "policies.configMap"));

    private static final Map<String, String> CONDITIONS = Map.of(
            "agent/daemonset.yaml", "agent.enabled",
            "webhook/network.yaml", "admission.networkPolicy",
            "webhook/registration.yaml", "registration.enabled");

    private static final List<String> SOURCES = List.of(
            "agent/daemonset.yaml",
            "webhook/deployment.yaml",
            "webhook/disruption.yaml",
            "webhook/network.yaml",
            "webhook/registration.yaml",
            "webhook/service.yaml");

    private static final Pattern USE = Pattern.compile("\\{\\{ \\.(Values\\.)?([A-Za-z.]+) }}");
    private static final Pattern IF = Pattern.compile("\\{\\{- if \\.Values\\.([A-Za-z.]+) }}");

    private HelmChart() {}

    /// Every file of the chart by its path in it.
    static Map<String, String> files(Path deploy) throws IOException {
        var files = new LinkedHashMap<String, String>();
        files.put("Chart.yaml", """
                # SPDX-License-Identifier: Apache-2.0
                apiVersion: v2
                name: gatehouse
                description: Keeps containers immutable, at the admission gate and in the kernel.
                type: application
                version: 0.1.0
                appVersion: 0.1.0
                kubeVersion: ">=1.30.0-0"
                """);
        files.put("values.yaml", values());
        for (var source : SOURCES) {
            files.put(
                    "templates/" + source.replace('/', '-'),
                    template(source, Files.readString(deploy.resolve(source))));
        }
        return files;
    }

    private static String values() {
        return """
                # SPDX-License-Identifier: Apache-2.0
                # Made from the manifests beside this chart; HelmChartTest says how and keeps the two the same.
                image:
                  name: gatehouse/gatehouse
                  tag: 0.1.0
                policies:
                  # Holds the policy files; made by whoever keeps them, for instance Argo CD or Flux.
                  configMap: gatehouse-policies
                admission:
                  replicas: 3
                  minAvailable: 2
                  # tls.crt and tls.key would do as well: set the arguments in a post-renderer, or use cert-manager's overlay
                  certificateSecret: gatehouse-admission-certificate
                  heap: 128m
                  memoryLimit: 384Mi
                  networkPolicy: true
                agent:
                  enabled: true
                registration:
                  # Refuses pods as soon as it is there: switch it on once the webhook is ready.
                  enabled: false
                  # In PEM, then base64, as `gatehouse webhook-config` prints it.
                  caBundle: ""
                """;
    }

    private static String template(String source, String manifest) {
        var text = manifest;
        for (var value : VALUES) {
            text = text.replace(value.text(), value.template());
        }
        text = text.replace(NAMESPACE, "{{ .Release.Namespace }}");
        if (source.equals("webhook/registration.yaml")) {
            text = text.replaceFirst("( +)service:\n", "$1caBundle: {{ .Values.registration.caBundle }}\n$1service:\n");
        }
        var condition = CONDITIONS.get(source);
        return condition == null ? text : "{{- if .Values." + condition + " }}\n" + text + "{{- end }}\n";
    }

    /// As Helm would.
    ///
    /// @param values by their full names
    static String render(String template, String namespace, Map<String, String> values) {
        var out = new StringBuilder();
        boolean shown = true;
        boolean inside = false;
        for (var line : template.lines().toList()) {
            var condition = IF.matcher(line);
            if (condition.matches()) {
                if (inside) {
                    throw new IllegalArgumentException("a condition in a condition");
                }
                inside = true;
                shown = value(values, condition.group(1)).equals("true");
            } else if (line.equals("{{- end }}")) {
                if (!inside) {
                    throw new IllegalArgumentException("an end without a beginning");
                }
                inside = false;
                shown = true;
            } else if (shown) {
                var rendered = USE.matcher(line)
                        .replaceAll(use -> Matcher.quoteReplacement(
                                use.group(1) != null ? value(values, use.group(2)) : release(use.group(2), namespace)));
                if (rendered.contains("{{")) {
                    throw new IllegalArgumentException("more of Helm's language than is known here: " + line);
                }
                out.append(rendered).append('\n');
            }
        }
        if (inside) {
            throw new IllegalArgumentException("a condition without an end");
        }
        return out.toString();
    }

    private static String release(String name, String namespace) {
        if (!name.equals("Release.Namespace")) {
            throw new IllegalArgumentException("unknown: " + name);
        }
        return namespace;
    }

    private static String value(Map<String, String> values, String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no value " + name);
        }
        return value;
    }

    /// The defaults by their full names, read from `values.yaml`, which is two levels deep.
    static Map<String, String> defaults(String valuesYaml) {
        var values = new LinkedHashMap<String, String>();
        var section = new ArrayList<String>();
        for (var line : valuesYaml.lines().toList()) {
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            var text = line.substring(colon + 1).strip();
            if (!line.startsWith(" ")) {
                section.clear();
                section.add(line.substring(0, colon));
            } else {
                values.put(
                        section.getFirst() + "." + line.substring(0, colon).strip(), text.equals("\"\"") ? "" : text);
            }
        }
        return values;
    }
}
