// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;

/// A breach and the policy that forbids it.
public record Finding(PolicyName policy, Mode mode, Breach breach, Since since) {
    public enum Since {
        /// The request brings it in.
        NOW,
        /// The object was so before, and the request leaves it as it was.
        BEFORE
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
}
