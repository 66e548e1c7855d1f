// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// What one kind of event changes.
@FunctionalInterface
interface Parser {
    /// Called with the scene's task, descriptor and error as they are before the event. A parser that
    /// works on the task is only called when there is one.
    void parse(Event event, Scene scene);
}
