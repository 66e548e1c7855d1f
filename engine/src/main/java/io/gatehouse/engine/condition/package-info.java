// SPDX-License-Identifier: Apache-2.0
/// The condition language: text to [Expression] (as written), to [Condition] (names resolved, types
/// checked), and the plain evaluator, which is what a condition means. Everything faster must agree with
/// it.
package io.gatehouse.engine.condition;
