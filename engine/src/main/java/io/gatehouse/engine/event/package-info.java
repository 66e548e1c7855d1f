// SPDX-License-Identifier: Apache-2.0
/// How the engine asks an event, whatever its source: it binds each field once, when rules are compiled, to a [Reader],
/// and calls that for every event.
///
/// **Text is bytes.** Names, paths, arguments and buffers come from the kernel as bytes without an encoding. They are
/// held as strings of one char (0 to 255) for one byte, so that comparing is exact and cheap; [ByteText]
/// turns text of rules into that form and values into readable text for an alert. An address is text of 4
/// or 16 such chars.
///
/// Reading has no effect and allocates nothing where the answer is already there. An event belongs to one thread.
package io.gatehouse.engine.event;
