// SPDX-License-Identifier: Apache-2.0
/// From a record of the kernel to an alert, twice: of the guard's programs and of the watching ones.
///
/// Guard: [EventDecoder] reads the bytes, [AlertWriter] says whose policy was breached and what the verdict was worth.
/// Runs on the ring thread.
///
/// Rules: [RuleDetector] puts every event to the rules in force. It owns the thread `gatehouse-watch` and everything
/// from the kernel's ring to the alert; an output never makes it wait. Other threads hand it rules, compiled, through
/// one volatile field, and read what it counts.
///
/// Words: a *key* is what the kernel goes by when it keeps events back; a *group* is what is known of all events of a
/// key; a *culprit* is the process that did what a rule matched; who is *spared* is killed by no rule.
package io.gatehouse.agent.detect;
