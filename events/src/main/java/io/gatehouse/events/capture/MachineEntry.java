// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

/// The recorded machine.
///
/// @param memoryBytes physical memory
/// @param bootNanos when it was started, since 1970; 0 in older files
public record MachineEntry(long cpus, long memoryBytes, long maxPid, String hostName, long bootNanos) {}
