// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.Optional;

/// A policy and who keeps which part of it: the gate, the kernel, and Java beside the kernel.
///
/// @param admission what the gate asks of a pod; absent where the policy asks nothing there
/// @param kernel what the kernel decides on the node; absent where the policy asks nothing there
/// @param java what is done for the kernel, which knows no Kubernetes, no names and no days; absent with the kernel's
public record CompiledPolicy(
        WorkloadPolicy policy,
        Optional<AdmissionPlan> admission,
        Optional<KernelPlan> kernel,
        Optional<JavaPlan> java) {
    /// As it counts once the day of its promotion is reached.
    CompiledPolicy enforced() {
        var enforced = new WorkloadPolicy(
                policy.name(),
                Mode.ENFORCE,
                policy.match(),
                policy.exempt(),
                policy.admission(),
                policy.runtime(),
                policy.rollout());
        return new CompiledPolicy(
                enforced, admission, kernel.map(plan -> new KernelPlan(Mode.ENFORCE, plan.demands())), java);
    }

    CompiledPolicy inMode(Mode mode) {
        return new CompiledPolicy(
                policy.inMode(mode), admission, kernel.map(plan -> new KernelPlan(mode, plan.demands())), java);
    }
}
