// SPDX-License-Identifier: Apache-2.0
/// From what containers did to the smallest policy that would have allowed it.
///
/// [Learning] decides rule by rule: not breached, the rule is asked; breached by what the language can
/// name, that is allowed; breached otherwise, the rule is left out, and [Learned.LeftOut] says why.
/// [PolicyText] writes what was [Learned] as YAML with the evidence beside each entry, [Merging] adds it
/// to a policy that is there.
package io.gatehouse.engine.learn;
