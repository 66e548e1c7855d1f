// SPDX-License-Identifier: Apache-2.0
/// What kinds of events there are: codes, names, parameters. [EventTable] is the one declaration, `events.txt` its
/// text.
///
/// [CallTable] says which system call makes which of them, and of what; its text is `calls.txt`.
///
/// A code is even for the start of a call (enter) and odd for its end (exit). Numbers are those of
/// capture files, whatever the source of an event, so that what is proven on captures holds live.
/// Immutable; any thread.
package io.gatehouse.schemas.event;
