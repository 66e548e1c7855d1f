// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.exit;

import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Machine;

/// Refuses what needs the kernel where that cannot be had.
public final class KernelLacks {
    private KernelLacks() {}

    /// @throws Refusal something that programs in the kernel cannot do without is not here
    public static void refuse() {
        var lacks = Machine.lacks();
        if (lacks.isEmpty()) {
            return;
        }
        var text = new StringBuilder("the agent cannot run on this machine; it lacks");
        for (var lack : lacks) {
            text.append("\n  - ").append(lack.what()).append("\n    fix: ").append(lack.fix());
        }
        throw Refusal.cannot(text.toString());
    }

    /// The kernel was asked, and did not take the programs.
    public static Refusal refusal(KernelException refused) {
        return Refusal.cannot("this kernel does not take the agent's programs: " + refused.getMessage()
                + "\nfix: 'gatehouse doctor' says what this kernel can do");
    }
}
