// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// As what this engine presents itself to rules files that ask for one: Falco's engine and plugins whose language,
/// fields and events it has, at the version they had when they were compared.
public final class Presented {
    static final Version ENGINE = new Version(0, 63, 0);

    private static final Map<String, Version> PLUGINS = new TreeMap<>(Map.of(
            "k8saudit", new Version(0, 18, 0),
            "k8saudit-aks", new Version(0, 6, 0),
            "k8saudit-eks", new Version(0, 12, 0),
            "k8saudit-gke", new Version(0, 9, 0),
            "k8saudit-ovh", new Version(0, 6, 0),
            "json", new Version(0, 7, 4),
            "container", new Version(0, 7, 1)));

    private Presented() {}

    /// As a file's `required_engine_version` names it.
    public static String engine() {
        return ENGINE.toString();
    }

    /// Names and versions of the plugins whose part is built in.
    public static Map<String, String> plugins() {
        var plugins = new TreeMap<String, String>();
        PLUGINS.forEach((name, version) -> plugins.put(name, version.toString()));
        return plugins;
    }

    static Optional<Version> plugin(String name) {
        return Optional.ofNullable(PLUGINS.get(name));
    }
}
