// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

/// One step on the way from a rules file to what a finding is about, in the words Falco's reports use.
///
/// @param kind `rules content`, `rule`, `exception` …
/// @param name of the rule or exception; empty where it has none
public record Item(String kind, String name) {}
