// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

/// Whose a cgroup is. The order is wire format (`enum gh_watch_place`, from 1).
public enum Place {
    HOST,
    CONTAINER;

    int code() {
        return ordinal() + 1;
    }
}
