// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BpfFiles;
import java.util.List;

/// The right to be an instance's one agent, held until it is closed or the process ends. A life begun under it comes
/// beside those that are there; nothing of theirs is touched until the new one holds.
public final class Tenure implements AutoCloseable {
    private final Instance instance;
    private final BpfFiles.Lock lock;
    private final List<Life> before;
    private final Life own;

    Tenure(Instance instance, BpfFiles.Lock lock) {
        this.instance = instance;
        this.lock = lock;
        this.before = instance.lives();
        int number = before.isEmpty() ? 1 : before.getLast().number() + 1;
        this.own = new Life(instance.folder().resolve(Integer.toString(number)), number);
    }

    public Instance instance() {
        return instance;
    }

    /// Lives of agents that ended, oldest first.
    List<Life> before() {
        return before;
    }

    /// The one that begins now.
    Life own() {
        return own;
    }

    @Override
    public void close() {
        lock.close();
    }
}
