// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;

/// Is told what a capture holds, in the order of the file.
public interface CaptureVisitor {
    /// A recording begins. A file can hold several, one behind the other; each tells of its machine anew,
    /// and nothing of the one before holds.
    default void section() {}

    default void machine(MachineEntry machine) {}

    default void process(ProcessEntry process) {}

    default void descriptor(DescriptorEntry descriptor) {}

    default void account(AccountEntry account) {}

    default void networkInterface(InterfaceEntry networkInterface) {}

    /// For the state alone; no filter and no rule sees it. It is the start of a call whose end may not tell
    /// everything, or tells what was changed meanwhile (open, connect, execve and their kin), or an event
    /// that a recorder with a filter kept only because it changes the state.
    ///
    /// @param event filled again for the next one
    default void stateOnly(Event event) {}

    /// @param event filled again for the next one
    /// @return whether to go on
    boolean event(Event event);
}
