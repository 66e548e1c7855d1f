// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.policy.Snapshot;
import java.util.List;

/// Hears what becomes of the policy folder. Called by one thread at a time; while it works, no later change is taken.
public interface PolicyListener {
    /// These policies are in force from now on. Called for the first snapshot too, before `open` returns,
    /// and later only when the digest changed.
    void inForce(Snapshot snapshot);

    /// The folder could not be taken as it is; what was in force stays. Said once for the same diagnostics.
    void refused(List<Diagnostic> diagnostics);

    /// The folder was taken, but something in it looks wrong. Said once for the same diagnostics, after `inForce`.
    default void warned(List<Diagnostic> diagnostics) {}
}
