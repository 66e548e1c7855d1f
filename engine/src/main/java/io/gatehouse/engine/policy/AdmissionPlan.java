// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.AdmissionSection;
import java.util.List;

/// What the gate asks of a pod.
///
/// @param asked the controls with their parameters
/// @param denials the conditions that refuse, in the order in which they are written
public record AdmissionPlan(AdmissionSection asked, List<Denial> denials) {
    public AdmissionPlan {
        denials = List.copyOf(denials);
    }
}
