// SPDX-License-Identifier: Apache-2.0
/// What policies ask of a node, put into the kernel and kept there.
///
/// [KernelSide] loads the programs and knows what they can do here; [Enforcer] gives each container its rules and swaps
/// them as one word; [LateJudge] decides what reached the agent undecided. After [KernelSide#load] everything runs on
/// the ring thread, so nothing here locks.
package io.gatehouse.agent.enforce;
