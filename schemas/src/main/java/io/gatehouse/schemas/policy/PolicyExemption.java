// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.time.LocalDate;
import java.util.List;

/// Workloads that need not keep some controls of some policies for a while: one `PolicyExemption` or
/// `ClusterPolicyExemption` document.
///
/// @param name with the namespace whose workloads alone it can be about; without one, of a
///     `ClusterPolicyExemption`
/// @param policies names of policies, `shop/nginx` for one of a namespace
/// @param controls as in [ControlMode]; empty: all
/// @param match which workloads; a namespaced document names no namespaces
/// @param owner who answers for it
/// @param expires the last day (UTC) on which it holds
public record PolicyExemption(
        PolicyName name,
        List<String> policies,
        List<String> controls,
        Match match,
        String owner,
        String reason,
        LocalDate expires) {
    public PolicyExemption {
        policies = List.copyOf(policies);
        controls = List.copyOf(controls);
    }

    public boolean holds(LocalDate today) {
        return !today.isAfter(expires);
    }
}
