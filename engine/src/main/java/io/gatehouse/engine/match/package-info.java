// SPDX-License-Identifier: Apache-2.0
/// From rules to matches: a list of [io.gatehouse.engine.rule.Rule] is compiled once into a [MatchPlan],
/// and a [Matcher] reports which rules an event satisfies.
///
/// ```
/// rules --select, share--> terms --specialise, join--> a plan per kind of event
///     --split, look up, key, order, bind--> lookups that close most rules at once, then what is left
/// ```
///
/// **Words.** A *term* is a condition of which there is only one object, however often it was written. A
/// *lookup* reads one field and finds the *row* of its value in a table; the row is a bit mask of the rules
/// that this value leaves *open*. A *key* is a necessary condition spread over several lookups. The *rest*
/// of a rule is what no lookup decides.
///
/// So the cost of an event grows with the number of different fields that its rules ask, not with the
/// number of rules. [Passes] is the table of contents of the compiler.
///
/// A plan is immutable and shared. A matcher has scratch memory and belongs to one thread. What a condition
/// means is said by the plain evaluator of `engine.condition`, and a test holds that both agree.
package io.gatehouse.engine.match;
