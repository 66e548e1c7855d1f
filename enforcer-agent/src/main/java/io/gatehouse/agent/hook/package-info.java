// SPDX-License-Identifier: Apache-2.0
/// What container runtimes say of a container that they are making, by a hook that they run: who it is before it runs
/// anything. The hook is a program of its own (`src/main/c/gatehouse-hook.c`); it hands over what its runtime gave it,
/// and waits for the answer.
///
/// Main path: [HookSocket] takes a caller, [Announcements] hands what it says to the ring thread, which answers.
/// A caller is heard on a virtual thread; nothing here waits for a container.
package io.gatehouse.agent.hook;
