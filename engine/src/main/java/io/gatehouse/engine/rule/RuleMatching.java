// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

/// How many rules an event may raise.
public enum RuleMatching {
    /// The first by position.
    FIRST,
    ALL
}
