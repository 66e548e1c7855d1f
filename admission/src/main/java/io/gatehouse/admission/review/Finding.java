// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.LocalDate;
import java.util.Optional;

/// A breach and the policy that forbids it.
///
/// @param mode of the control for this object on this day
/// @param enforcedFrom the day on which audit ends
/// @param id see [FindingId]; empty until the finding is one of an object
public record Finding(
        PolicyName policy, Mode mode, Optional<LocalDate> enforcedFrom, Breach breach, Since since, String id) {
    public enum Since {
        /// The request brings it in.
        NOW,
        /// The object was so before, and the request leaves it as it was.
        BEFORE
    }

    /// One that has no id yet, of a control that stays in its mode.
    public Finding(PolicyName policy, Mode mode, Breach breach, Since since) {
        this(policy, mode, Optional.empty(), breach, since, "");
    }

    /// An update answers for what it changes: refusing it for what stands already would keep controllers from removing
    /// a finalizer and users from deleting the very object.
    public boolean refuses() {
        return counts() && breach.weight() instanceof Breach.Weight.Refuse;
    }

    /// Neither yes nor no can be said yet.
    public boolean waits() {
        return counts() && breach.weight() instanceof Breach.Weight.Wait;
    }

    private boolean counts() {
        return mode == Mode.ENFORCE && since == Since.NOW;
    }

    Finding standing() {
        return new Finding(policy, mode, enforcedFrom, breach, Since.BEFORE, id);
    }

    Finding named(String name) {
        return new Finding(policy, mode, enforcedFrom, breach, since, name);
    }
}
