// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import io.gatehouse.agent.enforce.ExecGate;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.KernelCounter.Sort;
import io.gatehouse.agent.enforce.KernelSide;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/// What was lost on the way from the kernel, told as it grows. Ring thread only.
final class Losses {
    private final KernelSide kernel;
    private final Map<KernelCounter, Long> counted = new EnumMap<>(KernelCounter.class);
    private long undecodable;
    private long undecodableTold;
    private long refusalsTold;
    private boolean gateEndTold;

    /// What must be made good since it was asked before.
    ///
    /// @param records the ring was full, so anything may have been missed
    /// @param lineages tasks were born whose container was not noted
    record Lost(boolean records, boolean lineages) {}

    Losses(KernelSide kernel) {
        this.kernel = kernel;
        for (var counter : KernelCounter.values()) {
            counted.put(counter, 0L);
        }
    }

    /// A record came that this agent does not understand.
    void undecodable() {
        undecodable++;
    }

    Lost look(Consumer<String> notice) {
        boolean records = false;
        boolean lineages = false;
        for (var counter : KernelCounter.values()) {
            long count = kernel.count(counter);
            long more = count - counted.put(counter, count);
            if (more <= 0) {
                continue;
            }
            records |= counter == KernelCounter.RING_FULL;
            lineages |= counter == KernelCounter.TASK_LOST;
            if (counter.sort() == Sort.LOSS) {
                notice.accept(counter.text() + ": " + more + " (" + count + " since start)");
            }
        }
        kernel.execGate().ifPresent(gate -> look(gate, notice));
        if (undecodable > undecodableTold) {
            notice.accept("events that this agent does not understand: " + undecodable);
            undecodableTold = undecodable;
        }
        return new Lost(records, lineages);
    }

    private void look(ExecGate gate, Consumer<String> notice) {
        if (gate.lost() > refusalsTold) {
            notice.accept("refusals of programs that were not told: " + gate.lost());
            refusalsTold = gate.lost();
        }
        if (!gateEndTold && gate.ended().isPresent()) {
            gateEndTold = true;
            notice.accept("programs are killed as they start and not refused any more: "
                    + gate.ended().get());
        }
    }
}
