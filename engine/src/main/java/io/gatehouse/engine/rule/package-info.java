// SPDX-License-Identifier: Apache-2.0
/// Rules: from the text of rules files to the rules in force.
///
/// Main path: [RulesCompiler#compile]. Files become entries, entries change definitions of lists, macros and rules by
/// name, and when the last file is read every definition is compiled once. What comes of it is a [RuleSet], immutable
/// and whole, or what is wrong: never a part of the rules.
///
/// Words: an **entry** is one item of a rules file; a **draft** is what entries so far make of one name;
/// a **finding** is what is wrong or doubtful, in our words and under the code Falco gives it. Files are
/// those of Falco, unmodified, and what is refused there is refused here, but for what only the order of
/// files forbids.
package io.gatehouse.engine.rule;
