// SPDX-License-Identifier: Apache-2.0
/// What the running kernel tells, as events of the one event model.
///
/// A record ([LiveRecord]) is what a watching program wrote of one act: a head with who and when, and
/// sections with what the act was given and which kernel objects it reached. It is turned into an event
/// as captures hold them, and brings with it what the state needs to know of the task, its working
/// directory and the descriptors it used, so that nothing has to be followed that no rule asks for, and a
/// lost record leaves no wrong name behind.
///
/// Everything here belongs to the one thread that reads the kernel's ring. Nothing here reads a file or a clock.
package io.gatehouse.events.live;
