// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The containers that runtimes have told of, by id.
public final class Containers {
    private static final int PART_OF_TEXT = 4;

    private final Limits limits;
    private final Losses losses;
    private final Map<String, Container> byId = new HashMap<>();
    /// How many containers have an address.
    private final Map<String, Integer> ips = new HashMap<>();

    private long chars;
    private int changes;

    Containers(Limits limits, Losses losses) {
        this.limits = limits;
        this.losses = losses;
    }

    /// Null if unknown.
    public Container byId(String id) {
        return byId.get(id);
    }

    Collection<Container> all() {
        return byId.values();
    }

    public int size() {
        return byId.size();
    }

    /// Whether any of them has this address.
    boolean hasIp(String ip) {
        return ips.containsKey(ip);
    }

    /// Grows with every change, so that whoever keeps an answer knows when to ask again.
    int changes() {
        return changes;
    }

    void put(Container container) {
        remove(container.id());
        if (byId.size() >= limits.containers() || chars + container.weight() > limits.textChars() / PART_OF_TEXT) {
            losses.containers++;
            return;
        }
        byId.put(container.id(), container);
        ips.merge(container.ip(), 1, Integer::sum);
        chars += container.weight();
        changes++;
    }

    void remove(String id) {
        var container = byId.remove(id);
        if (container != null) {
            ips.computeIfPresent(container.ip(), (ip, count) -> count == 1 ? null : count - 1);
            chars -= container.weight();
            changes++;
        }
    }
}
