// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.schemas.policy.PolicyExemption;

/// What would have been a finding, and the exemption by which it is none.
public record Exempted(Finding finding, PolicyExemption by) {}
