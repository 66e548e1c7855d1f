// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// What a pass of the compiler is for, and what it did this time.
public record PassReport(String name, String what, String did) {}
