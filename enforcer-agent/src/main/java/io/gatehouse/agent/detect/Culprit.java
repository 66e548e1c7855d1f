// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

/// The process that did what a rule matched.
///
/// @param pid as the host numbers it
/// @param startNanos of the process, since boot: with the number it names one process for ever
/// @param container its id, empty on the host
/// @param namespace of its pod, empty where there is none
/// @param isKernelThread which cannot be killed
record Culprit(int pid, long startNanos, String container, String namespace, boolean isKernelThread) {
    boolean isOfHost() {
        return container.isEmpty();
    }
}
