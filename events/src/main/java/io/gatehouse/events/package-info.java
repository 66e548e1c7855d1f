// SPDX-License-Identifier: Apache-2.0
/// What an event means, whatever its source: the live kernel today, captures and audit logs as they come.
///
/// Events are facts: immutable, past, with nothing decided but what the kernel decided itself.
package io.gatehouse.events;
