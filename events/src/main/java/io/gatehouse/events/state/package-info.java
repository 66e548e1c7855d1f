// SPDX-License-Identifier: Apache-2.0
/// What the events tell of the machine: tasks, descriptors, containers, users. [State] is fed one event
/// after another and answers with a [Scene]: what that event was about, as it is *after* the event, with
/// the few values from before that rules ask for.
///
/// The words: a [Task] is a thread, a [TaskGroup] a process, a [Program] what a task runs, a [Descriptor]
/// an open file, socket or other thing with a number. A [Machine] holds them all and is bounded in every
/// direction ([Limits]); what found no room is counted ([Losses]), never silently forgotten.
///
/// Text is bytes, one char each. Everything belongs to the one thread that feeds the events.
package io.gatehouse.events.state;
