// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.ControlMode;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Names of controls: dotted as in the policy document, from `admission` or `runtime` on. A name stands
/// for everything below it.
final class Controls {
    static final String RUNTIME = "runtime.";

    private Controls() {}

    /// Whether a name stands for a control.
    static boolean fits(String name, String control) {
        return control.startsWith(name) && (control.length() == name.length() || control.charAt(name.length()) == '.');
    }

    /// Of no name at all: for every control.
    static boolean fitsAny(List<String> names, String control) {
        if (names.isEmpty()) {
            return true;
        }
        for (var name : names) {
            if (fits(name, control)) {
                return true;
            }
        }
        return false;
    }

    /// The mode of its own that a control has: the longest name that fits it decides.
    static Optional<ControlMode> ownMode(WorkloadPolicy policy, String control) {
        ControlMode nearest = null;
        int longest = 0;
        for (var mode : policy.rollout().controls()) {
            for (var name : mode.names()) {
                if (name.length() > longest && fits(name, control)) {
                    nearest = mode;
                    longest = name.length();
                }
            }
        }
        return Optional.ofNullable(nearest);
    }

    /// Whether a name can stand for something a policy asks.
    ///
    /// @param asked the controls of the policy
    static boolean standsForAny(String name, Collection<String> asked) {
        return asked.stream().anyMatch(control -> fits(name, control));
    }
}
