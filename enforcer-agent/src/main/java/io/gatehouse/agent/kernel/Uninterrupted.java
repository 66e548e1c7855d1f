// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

/// Waiting that an interrupt does not cut short; the interrupt is kept for whoever comes next.
public final class Uninterrupted {
    private Uninterrupted() {}

    /// Until a thread has ended: what it reads, such as memory of the kernel's, may go only then.
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
