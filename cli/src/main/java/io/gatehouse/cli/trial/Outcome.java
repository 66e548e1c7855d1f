// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

/// How a trial ended.
public sealed interface Outcome {
    record Passed() implements Outcome {}

    /// @param detail what was expected and what came, in one or more lines
    record Failed(String detail) implements Outcome {}

    /// It could not be put to the test here.
    record Skipped(String reason) implements Outcome {}

    /// The example, or what it names, is wrong.
    record Broken(String problem) implements Outcome {}
}
