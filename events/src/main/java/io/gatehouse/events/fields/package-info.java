// SPDX-License-Identifier: Apache-2.0
/// Answers the fields of system call events: who, with what, how it went.
///
/// [SyscallFields] is the one entrance. It puts together the tables of the groups: each group is one class whose table
/// reads as a list, `name, answer`. An answer is a function of the [io.gatehouse.events.state.Scene], or, where an
/// argument stands in brackets, a function that makes one from the argument.
///
/// Three kinds of nothing, as Falco has them and rules rely on them: *missing* (no check holds), empty text (known to
/// be nothing), and `<NA>` as a text, for users and sockets of which only the number is known.
///
/// Nothing here asks the network or any file: the name of an address (`fd.sip.name` and its like) is what the machine
/// was given, and of recordings nothing is.
/// Readers belong to one thread.
package io.gatehouse.events.fields;
