// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.match.AskedEvent;
import io.gatehouse.engine.match.SharedConditions.Shared;

/// One compiled entry of `admission.deny`. Any thread, each with events of its own.
public final class Denial {
    private final String name;
    private final String when;
    private final String message;
    private final Scope scope;
    private final Shared<JsonEvent> condition;

    /// How often the condition is asked.
    public enum Scope {
        /// Once, of the pod as it is.
        POD,
        /// For each container, of a pod that has only this one, in `containers`.
        CONTAINER
    }

    Denial(String name, String when, String message, Scope scope, Shared<JsonEvent> condition) {
        this.name = name;
        this.when = when;
        this.message = message;
        this.scope = scope;
        this.condition = condition;
    }

    public String name() {
        return name;
    }

    /// The condition as written.
    public String when() {
        return when;
    }

    /// What is wrong where it holds.
    public String message() {
        return message;
    }

    public Scope scope() {
        return scope;
    }

    /// Whether it refuses.
    ///
    /// @param request as the audit log would tell it
    public boolean holds(AskedEvent<JsonEvent> request) {
        return condition.holds(request);
    }
}
